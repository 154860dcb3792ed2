// Answers below a field in which somebody writes to a person: one of the page, or of the form.

/** @typedef {import("./combobox.js").Option} Option */

const STYLE = `
.offers p { margin: .5rem 0 }
.offers ul { margin: 0; padding: 0; list-style: none }
.offers .view { position: static; max-block-size: 30rem }
`;

export class Offers {
  /**
   * @param {import("./element.js").Stage<import("./words.js").WidgetWords>} stage
   * @param {HTMLElement} place Shows and holds the offers; empty while there are none.
   */
  constructor({ widget, make, addStyle, words, Steady }, place) {
    addStyle(widget.shadowRoot, STYLE);
    this.make = make;
    this.words = words;
    this.list = make("ul");
    this.steady = new Steady(this.list, () => this.list.matches(":focus-within"));
    this.heading = make("p");
    this.status = make("p", { class: "unseen", role: "status" });
    this.body = make("div", { hidden: true }, this.heading, this.list);
    place.prepend(this.body, this.status);
  }

  /** @returns {boolean} */
  get open() {
    return !this.body.hidden;
  }

  /** Somebody types on. */
  typed() {
    this.steady.drop();
  }

  /**
   * Show these offers in place of the old ones. While the focus or the pointer is on the list, nothing
   * moves: they wait until it has left.
   * @param {Option[]} options
   * @param {string} said
   */
  show(options, said) {
    this.steady.change(() => this.#fill(options, said));
  }

  /** @param {Option[]} options @param {string} said */
  #fill(options, said) {
    const rows = options.map(({ element, act }) => {
      const onclick = (/** @type {MouseEvent} */ event) => act(event.ctrlKey || event.metaKey);
      // Once the focus is where it goes.
      const onblur = () => setTimeout(() => this.steady.release());
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
