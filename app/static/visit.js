// What ties forms about help to the visit in which it was looked for. Without scripts the forms work,
// and belong to no visit.

/**
 * They name the visit in which they are sent: a page may stay open past the end of its own.
 * @param {import("./widget/visit.js").Visit} visit
 */
export function tieForms(visit) {
  for (const field of document.querySelectorAll(":is(.feedback, .contact) input[name=session]")) {
    if (!(field instanceof HTMLInputElement)) continue;
    field.form?.addEventListener("submit", () => (field.value = visit.session));
  }
}

/**
 * Lets somebody who is writing to a person say that an answer solved it, where one is shown.
 * @param {import("./widget/reporter.js").Reporter} reporter
 * @param {() => void} seen Tells of the answers, if that has not been done.
 */
export function offerSolved(reporter, seen) {
  const offers = document.querySelector(".offers");
  if (!(offers instanceof HTMLElement)) return;
  const template = document.querySelector("#solved-row");
  // Beside answers that came with the page it stands already, and moves nothing.
  const row =
    template instanceof HTMLTemplateElement
      ? template.content.firstElementChild
      : offers.nextElementSibling;
  const button = row?.querySelector("button");
  if (!row || !button) return;
  row.classList.add("works");
  const follow = () => {
    if (offers.hidden) row.remove();
    else if (offers.nextElementSibling !== row) offers.after(row);
  };
  new MutationObserver(follow).observe(offers, { attributes: true, attributeFilter: ["hidden"] });
  follow();
  button.addEventListener("click", () => {
    seen();
    reporter.report("solved", {});
    reporter.flush();
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    said.textContent = button.dataset.said ?? "";
    button.replaceWith(said);
  });
}
