// What is offered below the subject of a message: notices about it, then answers. Nothing in it moves
// while somebody is about to choose.

import { passageUrl } from "./passage.js";

/** @typedef {import("./widget/client.js").Answers} Answers */
/** @typedef {Answers["items"][number]} Item */

// A finger leaves the screen before its click arrives.
const TOUCH_MS = 400;

export class Offers {
  /** Whether the pointer has moved over the rows since the last letter. */
  #pointing = false;
  /** A change that came while the rows had to stay. @type {(() => void) | undefined} */
  #held;

  /**
   * @param {HTMLElement} place
   * @param {DOMStringMap} words
   */
  constructor(place, words) {
    this.place = place;
    this.words = words;
    place.addEventListener("pointermove", () => (this.#pointing = true));
    place.addEventListener("pointerdown", () => (this.#pointing = true));
    place.addEventListener("pointerleave", ({ pointerType }) => this.#leave(pointerType));
    place.addEventListener("focusout", () => setTimeout(() => this.#release()));
  }

  /**
   * Show what answers the subject, at once or as soon as the rows are let go.
   * @param {Answers} answers
   * @param {(item: Item, position: number) => void} opened
   * @param {() => void} shown Called when the rows are on the screen.
   */
  show(answers, opened, shown) {
    this.#change(() => {
      this.#fill(answers, opened);
      shown();
    });
  }

  /** Take the offers away, at once or as soon as they are let go. */
  hide() {
    this.#change(() => (this.place.hidden = true));
  }

  /** Another text: what was held belonged to the old one. */
  typed() {
    this.#pointing = false;
    this.#held = undefined;
  }

  /** @param {() => void} change */
  #change(change) {
    const chosen = this.#pointing || this.place.contains(document.activeElement);
    if (chosen && !this.place.hidden) this.#held = change;
    else change();
  }

  /** @param {string} pointerType */
  #leave(pointerType) {
    const leave = () => {
      this.#pointing = false;
      this.#release();
    };
    setTimeout(leave, pointerType === "mouse" ? 0 : TOUCH_MS);
  }

  #release() {
    const held = this.#held;
    this.#held = undefined;
    if (held) this.#change(held);
  }

  /**
   * @param {Answers} answers
   * @param {(item: Item, position: number) => void} opened
   */
  #fill({ notices = [], items, no_answer }, opened) {
    // What stands on top of the page already need not be said again.
    const fresh = notices.filter(({ id }) => document.getElementById(`notice-${id}`) === null);
    const told = fresh.flatMap((notice) => this.#noticeOf(notice) ?? []);
    const list = document.createElement("ul");
    if (!no_answer) list.append(...items.map((item, place) => this.#rowOf(item, () => opened(item, place))));
    const heading = document.createElement("p");
    heading.textContent = this.words.textOffers ?? "";
    this.place.replaceChildren(...told, ...(list.children.length > 0 ? [heading, list] : []));
    this.place.hidden = this.place.children.length === 0;
  }

  /**
   * @param {Item} item
   * @param {() => void} opened
   */
  #rowOf(item, opened) {
    const row = document.createElement("li");
    const link = this.#linkTo(passageUrl(item.url, item.answer), item);
    link.addEventListener("click", opened);
    row.append(link, ` (${this.words.textNewTab ?? ""})`);
    return row;
  }

  /** @param {NonNullable<Answers["notices"]>[number]} notice */
  #noticeOf(notice) {
    const template = document.querySelector(`#offered-${notice.kind}`);
    if (!(template instanceof HTMLTemplateElement)) return undefined;
    const made = template.content.firstElementChild?.cloneNode(true);
    if (!(made instanceof HTMLElement)) return undefined;
    const [title, body] = made.querySelectorAll("p");
    title?.append(this.#linkTo(notice.url, notice), ` (${this.words.textNewTab ?? ""})`);
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
