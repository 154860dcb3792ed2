// What ties forms about help to the visit in which it was looked for. Without scripts the forms work,
// and belong to no visit.

/** @param {import("./widget/visit.js").Visit} visit */
export function tieForms(visit) {
  for (const field of document.querySelectorAll(".feedback input[name=session]")) {
    if (field instanceof HTMLInputElement) field.value = visit.session;
  }
}

/**
 * Lets somebody who is writing to a person say that an answer solved it.
 * @param {import("./widget/reporter.js").Reporter} reporter
 */
export function offerSolved(reporter) {
  const offers = document.querySelector(".offers");
  const row = document.querySelector(".solved-row");
  const button = row?.querySelector("button");
  if (!(offers instanceof HTMLElement) || !(row instanceof HTMLElement) || !button) return;
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
