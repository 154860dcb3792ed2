// Ties forms about help to the visit in which it was looked for, and lets somebody who is writing to
// a person say that an answer solved it. Without this script the forms work, and belong to no visit.

import { Reporter } from "./widget/reporter.js";

const reporter = new Reporter(() => "/api/v1/events");
for (const field of document.querySelectorAll(".feedback input[name=session]")) {
  if (field instanceof HTMLInputElement) field.value = reporter.session;
}

const offers = document.querySelector(".offers");
const row = document.querySelector(".solved-row");
const button = row?.querySelector("button");
if (offers instanceof HTMLElement && row instanceof HTMLElement && button) {
  const follow = () => (row.hidden = offers.hidden);
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
