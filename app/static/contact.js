// The contact form's comforts: answers while the subject is typed, and what was read in this tab.

import { keepDraft } from "./contact-draft.js";
import { Offers } from "./contact-offers.js";
import {
  SuggestClient,
  Suggestions,
  earlierSessions,
  make,
  makeReporter,
  makeVisit,
  passageUrl,
  recall,
  recallQuestions,
} from "./site.js";
import { offerSolved, tieForms } from "./visit.js";

// After that a press of Send is a new try; the server knows the message again.
const PATIENCE_MS = 15_000;

/**
 * Offer answers to the subject; the writer stays where they are, so they open in a new tab.
 * @param {HTMLFormElement} form
 * @param {import("./widget/visit.js").Visit} visit
 * @param {import("./widget/reporter.js").Reporter} reporter
 * @returns {() => void} To be called when the reader acts on the answers: they were seen.
 */
function attachOffers(form, visit, reporter) {
  const subject = form.querySelector("#subject");
  const place = form.querySelector(".offers");
  if (!(subject instanceof HTMLInputElement) || !(place instanceof HTMLElement)) return () => {};
  const { textNewTab = "", suggest = "", locale = "" } = form.dataset;
  const { products } = form.dataset;
  const about = { locale, page: location.pathname, limit: "3", ...(products ? { products } : {}) };
  const client = new SuggestClient(
    () => suggest,
    () => about,
    visit,
  );
  const offers = new Offers(place, form.dataset);
  const send = client.ask.bind(client);
  client.ask = (text, answered, failed) => {
    /** @param {import("./widget/client.js").Answers} answers */
    const take = (answers) => {
      // The list of answers knows of no notices where there is no answer; here they come all the same.
      offers.notices = answers.notices ?? [];
      answered(answers);
    };
    // The page came with the answers to the subject that it was opened with.
    if (place.dataset.answers && text === subject.defaultValue) take(JSON.parse(place.dataset.answers));
    else send(text, take, failed);
  };
  const nothing = () => undefined;
  /** @type {import("./widget/suggestions.js").Acts} */
  const acts = {
    openItem: nothing,
    openNotice: nothing,
    askPerson: nothing,
    knows: () => true, // they stand above the answers
    makeRow({ url, answer, title, locale: lang }) {
      const href = passageUrl(url, answer);
      const link = make("a", { href, target: "_blank", rel: "noopener", lang }, title);
      return make("li", {}, link, " ", make("span", { class: "whole meta" }, `(${textNewTab})`));
    },
  };
  const words = { failed: "", contact: "" };
  const suggestions = new Suggestions(offers, client, reporter, words, acts, { certain: true });
  const ask = () => {
    offers.typed();
    suggestions.ask(subject.value);
  };
  // The browser's own list would cover the answers; without scripts it may keep what was typed.
  subject.autocomplete = "off";
  subject.addEventListener("input", ask);
  // What nobody had read by then belongs to no need any more.
  form.addEventListener("submit", () => suggestions.cancel());
  if (subject.value) ask();
  return () => suggestions.seen();
}

/**
 * A row that can be unticked, from a template of the form.
 * @param {HTMLFormElement} form
 * @param {string} template
 * @param {{id: string, value: string, text: string, lang: string}} content
 */
function addRow(form, template, { id, value, text, lang }) {
  const found = form.querySelector(template);
  const group = form.querySelector(".attached");
  if (!(found instanceof HTMLTemplateElement) || !(group instanceof HTMLElement)) return;
  const row = found.content.cloneNode(true);
  if (!(row instanceof DocumentFragment)) return;
  const label = row.querySelector("label");
  const words = row.querySelector("span");
  const boxes = row.querySelectorAll("input");
  if (!label || !words || boxes.length === 0) return;
  for (const box of boxes) box.value = value;
  boxes[0].id = label.htmlFor = id;
  words.textContent = text;
  if (lang) words.lang = lang;
  group.append(row);
  group.hidden = false;
}

/**
 * What was searched for and read in this tab, offered to be sent along; on a form that came back with
 * a fault all of it was offered before, and what is not there any more was left out.
 * @param {HTMLFormElement} form
 */
function attachTried(form) {
  if (form.dataset.returned !== undefined) return;
  /** @param {string} name */
  const shown = (name) =>
    new Set([...form.querySelectorAll(`input[name=${name}]`)].map((box) => box.getAttribute("value")));
  const [asked, read] = [shown("asked"), shown("read")];
  for (const [number, question] of recallQuestions().entries()) {
    if (asked.has(question)) continue;
    addRow(form, "#asked-row", { id: `asked-here-${number}`, value: question, text: question, lang: "" });
  }
  for (const [number, article] of recall().entries()) {
    if (read.has(article.id)) continue;
    const template = article.helped === false ? "#rejected-row" : "#read-row";
    const { id: value, title: text, locale: lang } = article;
    addRow(form, template, { id: `read-here-${number}`, value, text, lang });
  }
}

/**
 * Count a message that is begun, once, and tie it to the visits in which answers were looked for.
 * @param {HTMLFormElement} form
 * @param {import("./widget/visit.js").Visit} visit
 * @param {import("./widget/reporter.js").Reporter} reporter
 */
function attachVisit(form, visit, reporter) {
  tieForms(visit);
  form.addEventListener("submit", () => {
    setHidden(form, "visitor", visit.visitor);
    setHidden(form, "earlier_sessions", earlierSessions(visit).join(" "));
    // Of an article that is unticked not even that it did not help.
    for (const told of form.querySelectorAll("input[name=rejected]")) {
      const box = told.parentElement?.querySelector("input");
      if (told instanceof HTMLInputElement) told.disabled = !box?.checked;
    }
  });
  const asked = form.elements.namedItem("query_id");
  const queryId = asked instanceof HTMLInputElement && asked.value ? asked.value : undefined;
  const begin = () => reporter.report("contact_started", { query_id: queryId });
  form.addEventListener("input", begin, { once: true });
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
function setHidden(form, name, value) {
  const found = form.elements.namedItem(name);
  const field = found instanceof HTMLInputElement ? found : document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  form.append(field);
}

/**
 * One message is sent once, however often Send is pressed while its answer is awaited.
 * @param {HTMLFormElement} form
 */
function attachPatience(form) {
  let sent = -PATIENCE_MS;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - sent > PATIENCE_MS) sent = event.timeStamp;
    else {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  });
  // Whoever comes back to the page by the browser's Back may send again.
  window.addEventListener("pageshow", () => (sent = -PATIENCE_MS));
}

const form = document.querySelector("form.contact");
if (form instanceof HTMLFormElement) {
  const visit = makeVisit();
  const reporter = makeReporter(visit);
  attachPatience(form);
  attachVisit(form, visit, reporter);
  attachTried(form);
  keepDraft(form); // before answers are looked for to its subject
  const seen = attachOffers(form, visit, reporter);
  offerSolved(reporter, seen);
}
