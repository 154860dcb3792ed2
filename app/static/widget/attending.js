// Attends to a field of the host page while somebody writes to a person there. The field stays as it
// is: its keys, its focus and its form belong to the page. Fetched where a widget is `for` a field.

/** @typedef {import("./suggestions.js").Suggestions} Suggestions */

const ASKING = /subject|title|summary|topic|question/i;

/**
 * @param {string} wanted A selector: the field, or the form that it is in.
 * @param {EventTarget | null} target
 * @returns {HTMLInputElement | HTMLTextAreaElement | null} The field, if it is one to attend to.
 */
function fieldOf(wanted, target) {
  const long = target instanceof HTMLTextAreaElement;
  if (!long && !(target instanceof HTMLInputElement)) return null;
  const found = target.closest(wanted);
  if (found === target) return target;
  const asking = long || ASKING.test(target.name + target.id);
  return found instanceof HTMLFormElement && asking ? target : null;
}

/**
 * Offer answers to what is written in a field of the page. The field may come later, or be made anew
 * by the page: whatever is typed around the widget is looked at.
 * @param {HTMLElement} widget
 * @param {AbortSignal} signal Ends it.
 * @param {() => Promise<Suggestions | null>} begin
 */
export function attend(widget, signal, begin) {
  /** @type {Promise<Suggestions | null> | undefined} */
  let begun;
  const find = (/** @type {EventTarget | null} */ target) =>
    fieldOf(widget.getAttribute("for") ?? "", target);
  const write = async (/** @type {EventTarget | null} */ target) => {
    const field = find(target);
    if (!field) return;
    // Once, however many keys are hit until it is here.
    const suggestions = await (begun ??= begin());
    if (!suggestions) return (begun = undefined);
    /** @type {import("./offers.js").Offers} */ (suggestions.view).typed();
    suggestions.ask(field.value);
  };
  const root = /** @type {Document | ShadowRoot} */ (widget.getRootNode());
  const heard = (/** @type {Event} */ { target }) => void write(target);
  root.addEventListener("input", heard, { signal, capture: true });
  root.addEventListener("focusin", heard, { signal, capture: true });
  // Sent or emptied: nobody writes about it any more, whatever the page leaves in the field.
  const ended = async (/** @type {Event} */ { target }) => {
    if (target instanceof HTMLFormElement && [...target.elements].some(find)) (await begun)?.ask("");
  };
  root.addEventListener("submit", ended, { signal, capture: true });
  root.addEventListener("reset", ended, { signal, capture: true });
  // What was typed before this code was here.
  void write(root.activeElement);
}
