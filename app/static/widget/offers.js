// Answers below a field of the host page while somebody writes to a person. The field stays as it
// is: its keys, its focus and its form belong to the page. Fetched where a widget is `for` a field.

/**
 * @typedef {import("./combobox.js").Option} Option
 * @typedef {import("./suggestions.js").Suggestions} Suggestions
 */

const STYLE = `
.offers p { margin: .5rem 0 }
.offers ul { margin: 0; padding: 0; list-style: none }
.offers .view { position: static; max-block-size: 30rem }
`;
const ASKING = /subject|title|summary|topic|question/i;

/**
 * @param {string} wanted A selector: the field, or the form that it is in.
 * @param {EventTarget | null} target
 * @returns {HTMLInputElement | HTMLTextAreaElement | null} The field, if it is one to attend to.
 */
function fieldOf(wanted, target) {
  const writes = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  if (!writes) return null;
  const found = target.closest(wanted);
  if (found === target) return target;
  const asking = target instanceof HTMLTextAreaElement || ASKING.test(target.name + target.id);
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
  const write = async (/** @type {EventTarget | null} */ target) => {
    const field = fieldOf(widget.getAttribute("for") ?? "", target);
    if (!field) return;
    // Once, however many keys are hit until it is here.
    const suggestions = await (begun ??= begin());
    if (!suggestions) begun = undefined;
    suggestions?.ask(field.value);
  };
  const root = /** @type {Document | ShadowRoot} */ (widget.getRootNode());
  const heard = (/** @type {Event} */ { target }) => void write(target);
  root.addEventListener("input", heard, { signal, capture: true });
  root.addEventListener("focusin", heard, { signal, capture: true });
  // What was typed before this code was here.
  void write(root.activeElement);
}

export class Offers {
  /**
   * @param {import("./element.js").Stage<import("./words.js").WidgetWords>} stage
   * @param {HTMLElement} place Shows and holds the offers; empty while there are none.
   */
  constructor({ widget, make, addStyle, words }, place) {
    addStyle(widget.shadowRoot, STYLE);
    this.make = make;
    this.words = words;
    this.list = make("ul");
    this.heading = make("p");
    this.status = make("p", { class: "unseen", role: "status" });
    this.body = make("div", { hidden: true }, this.heading, this.list);
    place.prepend(this.body, this.status);
  }

  /** @returns {boolean} */
  get open() {
    return !this.body.hidden;
  }

  /**
   * @param {Option[]} options
   * @param {string} said
   */
  show(options, said) {
    const rows = options.map(({ element, act }) => {
      const onclick = (/** @type {MouseEvent} */ event) => act(event.ctrlKey || event.metaKey);
      const given = { class: element.className, type: "button", onclick };
      return this.make("li", {}, this.make("button", given, ...element.childNodes));
    });
    this.list.replaceChildren(...rows);
    // It comes with the first sign of interest, so perhaps later than this was made.
    this.heading.textContent = this.words.offers ?? "";
    this.body.hidden = rows.length === 0;
    this.status.textContent = said;
  }

  close() {
    this.show([], "");
  }
}
