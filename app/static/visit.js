// What ties forms about help to the visit in which it was looked for. Without scripts the forms work,
// and belong to no visit.

/** @param {import("./widget/visit.js").Visit} visit */
export function tieForms(visit) {
  for (const field of document.querySelectorAll(".feedback input[name=session]")) {
    if (field instanceof HTMLInputElement) field.value = visit.session;
  }
}

/**
 * Lets somebody who is writing to a person say that an answer solved it, where one is shown.
 * @param {import("./widget/reporter.js").Reporter} reporter
 */
export function offerSolved(reporter) {
  const offers = document.querySelector(".offers");
  const template = document.querySelector("#solved-row");
  if (!(offers instanceof HTMLElement) || !(template instanceof HTMLTemplateElement)) return;
  const row = template.content.firstElementChild;
  const button = row?.querySelector("button");
  if (!row || !button) return;
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
