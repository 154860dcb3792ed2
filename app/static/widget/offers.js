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
// A finger leaves the screen before its click arrives.
const TOUCH_MS = 400;
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
  const write = async (/** @type {EventTarget | null} */ target) => {
    const field = fieldOf(widget.getAttribute("for") ?? "", target);
    if (!field) return;
    // Once, however many keys are hit until it is here.
    const suggestions = await (begun ??= begin());
    if (!suggestions) return (begun = undefined);
    /** @type {Offers} */ (suggestions.view).letGo();
    suggestions.ask(field.value);
  };
  const root = /** @type {Document | ShadowRoot} */ (widget.getRootNode());
  const heard = (/** @type {Event} */ { target }) => void write(target);
  root.addEventListener("input", heard, { signal, capture: true });
  root.addEventListener("focusin", heard, { signal, capture: true });
  // What was typed before this code was here.
  void write(root.activeElement);
}

export class Offers {
  /** Whether the pointer has moved over the list since the last letter. */
  #pointing = false;
  /** @type {(() => void) | null} Shows what came while the list had to stay. */
  #held = null;

  /**
   * @param {import("./element.js").Stage<import("./words.js").WidgetWords>} stage
   * @param {HTMLElement} place Shows and holds the offers; empty while there are none.
   */
  constructor({ widget, make, addStyle, words }, place) {
    addStyle(widget.shadowRoot, STYLE);
    this.make = make;
    this.words = words;
    const point = () => (this.#pointing = true);
    this.list = make("ul", {
      onpointermove: point,
      onpointerdown: point,
      onpointerleave: (/** @type {PointerEvent} */ { pointerType }) =>
        setTimeout(() => this.letGo(), pointerType === "mouse" ? 0 : TOUCH_MS),
    });
    this.heading = make("p");
    this.status = make("p", { class: "unseen", role: "status" });
    this.body = make("div", { hidden: true }, this.heading, this.list);
    place.prepend(this.body, this.status);
  }

  /** @returns {boolean} */
  get open() {
    return !this.body.hidden;
  }

  /** The pointer is elsewhere, or somebody types on. */
  letGo() {
    this.#pointing = false;
    this.#held?.();
  }

  /**
   * Show these offers in place of the old ones. While the focus or the pointer is on the list, nothing
   * moves: they wait until it has left.
   * @param {Option[]} options
   * @param {string} said
   */
  show(options, said) {
    const stays = this.#pointing || this.list.matches(":focus-within");
    this.#held = stays && this.open ? () => this.show(options, said) : null;
    if (this.#held) return;
    const rows = options.map(({ element, act }) => {
      const onclick = (/** @type {MouseEvent} */ event) => act(event.ctrlKey || event.metaKey);
      // Once the focus is where it goes.
      const onblur = () => setTimeout(() => this.#held?.());
      const given = { class: element.className, type: "button", onclick, onblur };
      return this.make("li", {}, this.make("button", given, ...element.childNodes));
    });
    this.list.replaceChildren(...rows);
    // It comes with the first sign of interest, so perhaps later than this was made.
    this.heading.textContent = this.words.offers ?? "";
    this.body.hidden = !rows.length;
    this.status.textContent = said;
  }

  close() {
    this.show([], "");
  }
}
