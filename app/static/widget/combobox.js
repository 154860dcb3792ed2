// How a text field with a list below it behaves for keyboards, screen readers and input methods:
// the WAI-ARIA combobox pattern, list autocomplete with manual selection. Knows nothing of search.

import { give, make } from "./elements.js";
import { Steady } from "./steady.js";

/**
 * @typedef {{element: HTMLElement, act: (newTab: boolean) => void}} Option A row, and what choosing
 *   it does.
 */

export class Combobox {
  /** @type {Option[]} */
  #options = [];
  #active = -1;
  #steady;

  /**
   * Make `input` a combobox whose list is shown below it. Focus never leaves the input.
   * @param {HTMLInputElement} input
   * @param {string} label Name of the list for screen readers.
   * @param {{stays?: boolean, dismissed?: () => void}} [options] `stays`: leaving the field does not
   *   close the list. `dismissed` is called when somebody closes it or leaves.
   */
  constructor(input, label, { stays = false, dismissed = () => undefined } = {}) {
    this.input = input;
    this.dismissed = dismissed;
    const id = `${input.id}-suggestions`;
    this.list = make("ul", {
      id,
      hidden: true,
      class: "suggestions",
      role: "listbox",
      "aria-label": label,
      part: "list",
      // The list must not take the focus, or the input would lose it before the click arrives.
      onmousedown: (/** @type {Event} */ event) => event.preventDefault(),
      onclick: (/** @type {MouseEvent} */ event) => this.#click(event),
    });
    this.#steady = new Steady(this.list, () => this.#active >= 0);
    this.status = make("p", { class: "unseen", role: "status" });
    give(input, {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": id,
      "aria-expanded": "false",
    });
    input.after(this.list, this.status);
    // Before the host page's own handlers: Enter on a row must not send their form.
    input.addEventListener("keydown", (event) => this.#press(event), { capture: true });
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("blur", () => {
      if (!stays) this.close();
      this.dismissed();
    });
  }

  /** @returns {boolean} */
  get open() {
    return !this.list.hidden;
  }

  /**
   * Show these rows in place of the old ones, none of them active. While a row is active or the
   * pointer is on the list, nothing moves: they wait until it is let go.
   * @param {Option[]} options
   * @param {string} said What a screen reader says politely.
   */
  show(options, said) {
    this.#steady.change(() => {
      this.#fill(options);
      this.#expand(options.length > 0);
      this.status.textContent = said;
    });
  }

  /** Hide the list; the rows stay for when it is opened again. */
  close() {
    this.#activate(-1);
    this.#steady.letGo();
    this.#expand(false);
    this.status.textContent = "";
  }

  /** @param {Option[]} options */
  #fill(options) {
    this.#activate(-1);
    this.#options = options;
    options.forEach(({ element }, position) => {
      give(element, { id: `${this.list.id}-${position}`, role: "option", "aria-selected": "false" });
    });
    this.list.replaceChildren(...options.map(({ element }) => element));
  }

  /** Another text: what was chosen or held belonged to the old one. */
  #typed() {
    this.#activate(-1);
    this.#steady.drop();
  }

  /** @param {boolean} open */
  #expand(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
  }

  /** @param {number} position Of the row that Enter chooses; -1 for none. */
  #activate(position) {
    this.#options[this.#active]?.element.setAttribute("aria-selected", "false");
    this.#active = position;
    const element = this.#options[position]?.element;
    element?.setAttribute("aria-selected", "true");
    element?.scrollIntoView({ block: "nearest" });
    if (element) this.input.setAttribute("aria-activedescendant", element.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} step +1 down, -1 up; the input itself lies between the last and the first. */
  #move(step) {
    if (this.#options.length === 0) return;
    const count = this.#options.length + 1;
    const next = (this.#active + 1 + step + count) % count;
    this.#expand(true);
    this.#activate(next - 1);
    this.#steady.release();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    // While an input method composes, its keys are its own. Safari ends the composition before
    // the Enter that confirmed it arrives; 229 still marks that Enter.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!this.#keys[event.key]?.(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** What each key does; true when nobody else must act on it.
   * @type {Record<string, (event: KeyboardEvent) => boolean>} */
  #keys = {
    ArrowDown: (event) => {
      if (event.altKey) this.#expand(this.#options.length > 0);
      else this.#move(1);
      return true;
    },
    ArrowUp: (event) => {
      if (event.altKey) this.close();
      else this.#move(-1);
      return true;
    },
    // Home and End belong to the text: they leave the list and move the caret.
    Home: () => this.#letGo(),
    End: () => this.#letGo(),
    Enter: () => {
      const option = this.open ? this.#options[this.#active] : undefined;
      if (option === undefined) return false;
      option.act(false);
      return true;
    },
    Escape: () => {
      const { input, open } = this;
      const used = open || input.value !== "";
      if (used && !open) {
        input.value = "";
        input.dispatchEvent(new Event("input", { bubbles: true }));
      }
      // Neither what was asked nor what the empty field offers opens it again.
      this.dismissed();
      this.close();
      return used;
    },
  };

  /** @returns {false} */
  #letGo() {
    this.#activate(-1);
    this.#steady.release();
    return false;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const clicked = /** @type {Node} */ (event.target);
    const option = this.#options.find(({ element }) => element.contains(clicked));
    if (option) option.act(event.ctrlKey || event.metaKey);
  }
}
