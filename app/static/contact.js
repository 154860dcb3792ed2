// The contact form's comforts: answers while the subject is typed, and what was read in this tab.

import { Offers } from "./contact-offers.js";
import { recall, recallQuestions } from "./read.js";
import { makeReporter, makeVisit } from "./site-visit.js";
import { offerSolved } from "./visit.js";
import { SuggestClient } from "./widget/client.js";
import { earlierSessions } from "./widget/sessions.js";
import { READ_MS, shownValue } from "./widget/suggestions.js";

/** @typedef {import("./widget/client.js").Answers} Answers */

/**
 * @param {HTMLFormElement} form
 * @param {import("./widget/visit.js").Visit} visit
 * @param {import("./widget/reporter.js").Reporter} reporter
 * @returns {() => void} To be called when the reader acts on the answers: they were seen.
 */
function attachOffers(form, visit, reporter) {
  const subject = form.querySelector("#subject");
  const place = form.querySelector(".offers");
  if (!(subject instanceof HTMLInputElement) || !(place instanceof HTMLElement)) return () => {};
  const offers = new Offers(place, form.dataset);
  const about = { locale: form.dataset.locale ?? "", page: location.pathname, limit: "3" };
  const client = new SuggestClient(
    () => form.dataset.suggest ?? "",
    () => about,
    visit,
  );
  /** @type {number | undefined} */
  let reading;
  /** @type {object | undefined} */
  let shown;
  const seen = () => {
    clearTimeout(reading);
    if (shown) reporter.report("suggest_shown", shown);
    shown = undefined;
  };
  const show = (/** @type {string} */ text, /** @type {Answers} */ answers) => {
    const { query_id } = answers;
    const opened = (/** @type {Answers["items"][number]} */ item, /** @type {number} */ position) => {
      const { article_id, locale } = item;
      seen();
      reporter.report("result_opened", { query_id, article_id, locale, value: { position } });
    };
    offers.show(answers, opened, () => {
      // Both arms of an experiment are counted on the same occasion: where there is an answer.
      if (answers.no_answer) return;
      shown = { query_id, value: shownValue(text, answers, "contact") };
      reading = setTimeout(seen, READ_MS);
    });
  };
  const ask = () => {
    clearTimeout(reading);
    shown = undefined;
    offers.typed();
    const text = subject.value.trim();
    if (text.length < 2) {
      client.cancel();
      offers.hide();
    } else {
      client.ask(
        text,
        (answers) => show(text, answers),
        () => offers.hide(),
      );
    }
  };
  subject.addEventListener("input", ask);
  if (subject.value) ask();
  return seen;
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
 * What was searched for and read in this tab, offered to be sent along.
 * @param {HTMLFormElement} form
 */
function attachTried(form) {
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
  const session = form.elements.namedItem("session");
  if (session instanceof HTMLInputElement) session.value = visit.session;
  form.addEventListener("submit", () => {
    if (visit.visitor) addHidden(form, "visitor", visit.visitor);
    for (const name of earlierSessions(visit)) addHidden(form, "earlier_sessions", name);
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
function addHidden(form, name, value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  form.append(field);
}

const form = document.querySelector("form.contact");
if (form instanceof HTMLFormElement) {
  const visit = makeVisit();
  const reporter = makeReporter(visit);
  attachVisit(form, visit, reporter);
  const seen = attachOffers(form, visit, reporter);
  attachTried(form);
  offerSolved(reporter, seen);
}
