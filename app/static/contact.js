// The contact form's comforts: answers while the subject is typed, and what was read in this tab.

import { passageUrl } from "./passage.js";
import { recall, recallQuestions } from "./read.js";
import { SuggestClient } from "./widget/client.js";
import { Reporter } from "./widget/reporter.js";

/** @typedef {import("./widget/client.js").Answers} Answers */

/**
 * Show answers below the subject; the writer stays where they are, so they open in a new tab.
 * @param {HTMLElement} place
 * @param {DOMStringMap} words
 * @param {Answers} answers
 */
function offer(place, words, answers) {
  const list = document.createElement("ul");
  for (const item of answers.no_answer ? [] : answers.items) {
    const row = document.createElement("li");
    const link = document.createElement("a");
    link.href = passageUrl(item.url, item.answer);
    link.target = "_blank";
    link.rel = "noopener";
    link.lang = item.locale;
    link.textContent = item.title;
    row.append(link, ` (${words.textNewTab ?? ""})`);
    list.append(row);
  }
  place.hidden = list.children.length === 0;
  const heading = document.createElement("p");
  heading.textContent = words.textOffers ?? "";
  place.replaceChildren(heading, list);
}

/** @param {HTMLFormElement} form */
function attachOffers(form) {
  const subject = form.querySelector("#subject");
  const place = form.querySelector(".offers");
  if (!(subject instanceof HTMLInputElement) || !(place instanceof HTMLElement)) return;
  const client = new SuggestClient(
    () => form.dataset.suggest ?? "",
    () => ({ locale: form.dataset.locale ?? "", page: location.pathname, limit: "3" }),
  );
  const ask = () => {
    if (subject.value.trim().length < 2) {
      client.cancel();
      place.hidden = true;
    } else {
      client.ask(
        subject.value,
        (answers) => offer(place, form.dataset, answers),
        () => (place.hidden = true),
      );
    }
  };
  subject.addEventListener("input", ask);
  if (subject.value) ask();
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
 * Count a message that is begun, once, and tie it to the visit in which answers were looked for.
 * @param {HTMLFormElement} form
 */
function attachVisit(form) {
  const reporter = new Reporter(() => "/api/v1/events");
  const visit = form.elements.namedItem("session");
  if (visit instanceof HTMLInputElement) visit.value = reporter.session;
  const asked = form.elements.namedItem("query_id");
  const queryId = asked instanceof HTMLInputElement && asked.value ? asked.value : undefined;
  const begin = () => reporter.report("contact_started", { query_id: queryId });
  form.addEventListener("input", begin, { once: true });
  window.addEventListener("pagehide", () => reporter.flush());
}

const form = document.querySelector("form.contact");
if (form instanceof HTMLFormElement) {
  attachVisit(form);
  attachOffers(form);
  attachTried(form);
}
