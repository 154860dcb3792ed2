// The contact form's comforts: answers while the subject is typed, and what was read in this tab.

import { passageUrl } from "./passage.js";
import { recall } from "./read.js";
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

/** @param {HTMLFormElement} form */
function attachRead(form) {
  const template = form.querySelector("#read-row");
  const group = form.querySelector(".attached");
  if (!(template instanceof HTMLTemplateElement) || !(group instanceof HTMLElement)) return;
  const shown = new Set(
    [...form.querySelectorAll("input[name=read]")].map((box) => box.getAttribute("value")),
  );
  for (const [number, article] of recall().entries()) {
    if (shown.has(article.id)) continue;
    const row = template.content.cloneNode(true);
    if (!(row instanceof DocumentFragment)) continue;
    const box = row.querySelector("input");
    const label = row.querySelector("label");
    const title = row.querySelector("span");
    if (!box || !label || !title) continue;
    box.value = article.id;
    box.id = label.htmlFor = `read-here-${number}`;
    title.textContent = article.title;
    title.lang = article.locale;
    group.append(row);
    group.hidden = false;
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
  attachRead(form);
}
