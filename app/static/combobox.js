// How a text field with a list below it behaves for keyboards, screen readers and input methods:
// the WAI-ARIA combobox pattern, list autocomplete with manual selection. Knows nothing of search.

/** @typedef {{url: string, element: HTMLElement}} Option What choosing a row opens, and the row. */

export class Combobox {
  /** @type {Option[]} */
  #options = [];
  #active = -1;

  /**
   * Make `input` a combobox whose list is shown below it. Focus never leaves the input.
   * @param {HTMLInputElement} input
   * @param {string} label Name of the list for screen readers.
   * @param {(url: string, newTab: boolean) => void} choose Called when a row is chosen.
   */
  constructor(input, label, choose) {
    this.input = input;
    this.choose = choose;
    this.list = document.createElement("ul");
    this.list.id = `${input.id}-suggestions`;
    this.list.className = "suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label);
    this.status = document.createElement("p");
    this.status.className = "unseen";
    this.status.setAttribute("role", "status");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-haspopup", "listbox");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-expanded", "false");
    input.after(this.list, this.status);
    input.addEventListener("keydown", (event) => this.#press(event));
    input.addEventListener("blur", () => this.close());
    // The list must not take the focus, or the input would lose it before the click arrives.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.#click(event));
  }

  /** @returns {boolean} */
  get open() {
    return !this.list.hidden;
  }

  /**
   * Show these rows in place of the old ones, none of them active.
   * @param {Option[]} options
   * @param {string} said What a screen reader says politely.
   */
  show(options, said) {
    this.#options = options;
    options.forEach(({ element }, position) => {
      element.id = `${this.list.id}-${position}`;
      element.setAttribute("role", "option");
      element.setAttribute("aria-selected", "false");
    });
    this.list.replaceChildren(...options.map(({ element }) => element));
    this.#activate(-1);
    this.#expand(options.length > 0);
    this.status.textContent = said;
  }

  /** Hide the list; the rows stay for when it is opened again. */
  close() {
    this.#activate(-1);
    this.#expand(false);
    this.status.textContent = "";
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
    if (element === undefined) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    element.setAttribute("aria-selected", "true");
    element.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", element.id);
  }

  /** @param {number} step +1 down, -1 up; the input itself lies between the last and the first. */
  #move(step) {
    if (this.#options.length === 0) return;
    const count = this.#options.length + 1;
    const next = (this.#active + 1 + step + count) % count;
    this.#expand(true);
    this.#activate(next - 1);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    // While an input method composes, its keys are its own. Safari ends the composition before
    // the Enter that confirmed it arrives; 229 still marks that Enter.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (this.#keys[event.key]?.(event)) event.preventDefault();
  }

  /** What each key does; true when the browser must not act on it too.
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
    Home: () => {
      this.#activate(-1);
      return false;
    },
    End: () => {
      this.#activate(-1);
      return false;
    },
    Enter: () => {
      const option = this.open ? this.#options[this.#active] : undefined;
      if (option === undefined) return false;
      this.choose(option.url, false);
      return true;
    },
    Escape: () => {
      if (!this.open) {
        if (this.input.value === "") return false;
        this.input.value = "";
        this.input.dispatchEvent(new Event("input", { bubbles: true }));
        return true;
      }
      this.close();
      return true;
    },
  };

  /** @param {MouseEvent} event */
  #click(event) {
    const clicked = event.target instanceof Node ? event.target : null;
    const option = this.#options.find(({ element }) => element.contains(clicked));
    if (option) this.choose(option.url, event.ctrlKey || event.metaKey);
  }
}
