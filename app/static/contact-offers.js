// What is offered below the subject of a message: notices about it, then answers. Nothing in it moves
// while somebody is about to choose.

import { Steady } from "./site.js";

/** @typedef {import("./widget/client.js").Notice} Notice */

export class Offers {
  /** What the answer that is shown next comes with. @type {Notice[]} */
  notices = [];

  /**
   * @param {HTMLElement} place
   * @param {DOMStringMap} words
   */
  constructor(place, words) {
    this.place = place;
    this.words = words;
    this.steady = new Steady(place, () => place.contains(document.activeElement));
    // Once the focus is where it goes.
    place.addEventListener("focusout", () => setTimeout(() => this.steady.release()));
  }

  get open() {
    return !this.place.hidden;
  }

  /**
   * Show notices and rows, at once or as soon as those in sight are let go.
   * @param {import("./widget/combobox.js").Option[]} options
   */
  show(options) {
    const notices = this.notices;
    this.steady.change(() => this.#fill(notices, options));
  }

  /** Take the offers away, at once or as soon as they are let go. */
  close() {
    this.steady.change(() => (this.place.hidden = true));
  }

  /** Another text: what was held belonged to the old one. */
  typed() {
    this.steady.drop();
    this.notices = [];
  }

  /**
   * @param {Notice[]} notices
   * @param {import("./widget/combobox.js").Option[]} options
   */
  #fill(notices, options) {
    // What stands on top of the page already need not be said again.
    const fresh = notices.filter(({ id }) => document.getElementById(`notice-${id}`) === null);
    const told = fresh.flatMap((notice) => this.#noticeOf(notice) ?? []);
    const list = document.createElement("ul");
    for (const { element, act } of options) {
      // The link goes there itself; this tells of it.
      element.querySelector("a")?.addEventListener("click", () => act(true));
      list.append(element);
    }
    const heading = document.createElement("p");
    heading.textContent = this.words.textOffers ?? "";
    this.place.replaceChildren(...told, ...(options.length > 0 ? [heading, list] : []));
    this.place.hidden = this.place.children.length === 0;
  }

  /** @param {Notice} notice */
  #noticeOf(notice) {
    const template = document.querySelector("#offered");
    if (!(template instanceof HTMLTemplateElement)) return undefined;
    const made = template.content.firstElementChild?.cloneNode(true);
    if (!(made instanceof HTMLElement)) return undefined;
    made.classList.add(notice.kind);
    made.querySelector("b")?.append(`${template.dataset[notice.kind]}:`);
    const [title, body] = made.querySelectorAll("p");
    title?.append(this.#linkTo(notice.url, notice), ` (${this.words.textNewTab})`);
    if (body) body.textContent = notice.body;
    if (body) body.lang = notice.locale;
    return made;
  }

  /**
   * The writer stays where they are, so it opens in a new tab.
   * @param {string} url
   * @param {{title: string, locale: string}} named
   */
  #linkTo(url, { title, locale }) {
    const link = document.createElement("a");
    Object.assign(link, { href: url, target: "_blank", rel: "noopener", lang: locale });
    link.textContent = title;
    return link;
  }
}
