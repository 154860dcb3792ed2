// window.Kotae: what a host page's own scripts may do with the widget.

import { KotaeSuggest } from "./element.js";

const TAG = "kotae-suggest";

/** @typedef {"shown" | "open" | "solved" | "contact"} Happening */

export class Kotae {
  /** @type {import("./element.js").Prefilled} */
  prefilled = {};
  /** @type {WeakMap<Function, EventListener>} */
  #listeners = new WeakMap();

  /** Open the panel, or put the caret into the box; a floating one is made where there is none. */
  open() {
    this.#first().open();
  }

  close() {
    for (const each of this.#all()) each.close();
  }

  /** @param {string} text Typed for the visitor. */
  search(text) {
    this.#first().search(text);
  }

  /** @param {string} text @returns {Promise<import("./client.js").Answers>} */
  suggest(text) {
    return this.#first().suggest(text);
  }

  /** @param {import("./element.js").Prefilled} fields Put into the contact form. */
  prefill(fields) {
    Object.assign(this.prefilled, fields);
  }

  /**
   * @param {Happening} name
   * @param {(detail: unknown, event: Event) => void} act
   * @param {boolean} [once]
   */
  on(name, act, once = false) {
    const made = (/** @type {Event} */ event) => act(/** @type {CustomEvent} */ (event).detail, event);
    const listener = this.#listeners.get(act) ?? made;
    this.#listeners.set(act, listener);
    document.addEventListener(`kotae:${name}`, listener, { once });
  }

  /**
   * @param {Happening} name
   * @param {(detail: unknown, event: Event) => void} act
   */
  off(name, act) {
    const listener = this.#listeners.get(act);
    if (listener) document.removeEventListener(`kotae:${name}`, listener);
  }

  /**
   * @param {Happening} name
   * @param {(detail: unknown, event: Event) => void} act
   */
  once(name, act) {
    this.on(name, act, true);
  }

  /** @returns {KotaeSuggest[]} Those of the page; one inside a foreign shadow root is its owner's. */
  #all() {
    const found = [...document.querySelectorAll(TAG)];
    return found.filter((each) => each instanceof KotaeSuggest);
  }

  /** @returns {KotaeSuggest} */
  #first() {
    const all = this.#all().filter((each) => !each.hasAttribute("for"));
    const chosen = all.find((each) => each.getAttribute("mode") === "button") ?? all[0];
    if (chosen) return chosen;
    const made = /** @type {KotaeSuggest} */ (document.createElement(TAG));
    made.setAttribute("mode", "button");
    document.body.append(made);
    return made;
  }
}

/**
 * Register the element and window.Kotae, once however often the script is loaded.
 * @param {string} home Address of the help center.
 * @param {import("./element.js").PanelLoader} loadPanel
 * @param {() => Promise<typeof import("./offers.js")>} loadOffers
 */
export function install(home, loadPanel, loadOffers) {
  if (customElements.get(TAG)) return;
  const kotae = new Kotae();
  const { prefilled } = kotae;
  class Suggest extends KotaeSuggest {
    surroundings = { home, prefilled, loadPanel, loadOffers };
  }
  customElements.define(TAG, Suggest);
  Object.assign(window, { Kotae: kotae });
}
