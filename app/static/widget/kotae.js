// window.Kotae: what a host page's own scripts may do with the widget.

import { KotaeSuggest } from "./element.js";
import { withdraw } from "./visit.js";

const TAG = "kotae-suggest";

/** @typedef {"shown" | "open" | "solved" | "contact"} Happening */

export class Kotae {
  #surroundings;
  /** @type {WeakMap<Function, EventListener>} */
  #listeners = new WeakMap();

  /** @param {import("./element.js").Surroundings} surroundings Shared with every element. */
  constructor(surroundings) {
    this.#surroundings = surroundings;
  }

  /** Open the panel, or put the caret into the box; a floating one is made where there is none. */
  open() {
    this.#first().open();
  }

  close() {
    for (const each of document.querySelectorAll(TAG)) /** @type {KotaeSuggest} */ (each).close();
  }

  /** @param {string} text Typed for the visitor. */
  search(text) {
    this.#first().search(text);
  }

  /** @param {string} text @returns {Promise<import("./client.js").Answers>} */
  suggest(text) {
    return this.#first().client.fetch(text);
  }

  /** @param {import("./element.js").Prefilled} fields Put into the contact form. */
  prefill(fields) {
    Object.assign(this.#surroundings.prefilled, fields);
  }

  /** @param {import("./element.js").Identity | null} person Who is signed in on the host's pages. */
  identify(person) {
    this.#surroundings.identity = person;
    this.prefill({ email: person?.email });
  }

  /** @param {boolean} granted Whether the visitor takes part in experiments. */
  consent(granted) {
    this.#surroundings.agreed = granted;
    if (!granted) withdraw();
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
    const listener = /** @type {EventListener} */ (this.#listeners.get(act)); // perhaps none: nothing is removed
    document.removeEventListener(`kotae:${name}`, listener);
  }

  /**
   * @param {Happening} name
   * @param {(detail: unknown, event: Event) => void} act
   */
  once(name, act) {
    this.on(name, act, true);
  }

  /** @returns {KotaeSuggest} One of the page; one inside a foreign shadow root is its owner's. */
  #first() {
    const find = (/** @type {string} */ kind) =>
      /** @type {KotaeSuggest | null} */ (document.querySelector(`${TAG}${kind}:not([for])`));
    const chosen = find("[mode=button]") ?? find("");
    if (chosen) return chosen;
    const made = /** @type {KotaeSuggest} */ (document.createElement(TAG));
    made.setAttribute("mode", "button");
    document.body.append(made);
    return made;
  }
}

/**
 * Register the element and window.Kotae, once however often the script is loaded.
 * @param {Pick<import("./element.js").Surroundings, "home" | "site" | "proof" | "load">} given
 */
export function install(given) {
  if (customElements.get(TAG)) return;
  const surroundings = { ...given, prefilled: {}, identity: null, agreed: false };
  class Suggest extends KotaeSuggest {
    surroundings = surroundings;
  }
  const kotae = new Kotae(surroundings);
  customElements.define(TAG, Suggest);
  Object.assign(window, { Kotae: kotae });
}
