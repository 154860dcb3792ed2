// Ties forms about help to the visit in which it was looked for, and lets somebody who is writing to
// a person say that an answer solved it. Without this script the forms work, and belong to no visit.

import { Reporter } from "./widget/reporter.js";

const reporter = new Reporter(() => "/api/v1/events");
for (const field of document.querySelectorAll(".feedback input[name=session]")) {
  if (field instanceof HTMLInputElement) field.value = reporter.session;
}

/**
 * @param {HTMLElement} offers Where answers to the subject are shown, hidden where there are none.
 * @param {HTMLElement} row
 * @param {HTMLButtonElement} button
 */
function offerSolved(offers, row, button) {
  const follow = () => (offers.hidden ? row.remove() : offers.after(row));
  new MutationObserver(follow).observe(offers, { attributes: true, attributeFilter: ["hidden"] });
  follow();
  button.addEventListener("click", () => {
    reporter.report("solved", {});
    reporter.flush();
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    said.textContent = button.dataset.said ?? "";
    button.replaceWith(said);
  });
}

const offers = document.querySelector(".offers");
const template = document.querySelector("#solved-row");
if (offers instanceof HTMLElement && template instanceof HTMLTemplateElement) {
  const row = template.content.firstElementChild;
  const button = row?.querySelector("button");
  if (row instanceof HTMLElement && button) offerSolved(offers, row, button);
}
