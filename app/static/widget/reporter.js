// Tells the help center what was shown and done, so that it can count whether somebody was helped.
// Collects events; delivery.js sends them.

import { isUnwanted, randomName } from "./visit.js";

const PAUSE_MS = 1000;
const MOST_WAITING = 100;

/**
 * @typedef {{query_id?: string, article_id?: string, locale?: string, value?: unknown,
 *   identity?: import("./element.js").Identity | null}} About `identity`: who asks for a person, where the
 *   host says so; it goes with the batch and never waits in the browser.
 * @typedef {typeof import("./delivery.js").deliver} Deliver
 */

export class Reporter {
  /** @type {object[]} */
  #waiting = [];
  /** @type {number | undefined} */
  #timer;
  /** @type {Deliver | undefined} */
  #deliver;
  /** Whether it was time to send, and nothing there to do it. */
  #late = false;

  /**
   * @param {() => string} endpoint Address of the events API.
   * @param {import("./visit.js").Visit} visit
   * @param {() => Promise<{deliver: Deliver}>} load The code that sends, fetched once it is needed; asking
   *   again costs nothing.
   */
  constructor(endpoint, visit, load) {
    this.endpoint = endpoint;
    this.visit = visit;
    this.load = load;
  }

  /** Fetch what sends, so that it is there when the page goes away. */
  prepare() {
    if (isUnwanted()) return;
    this.load().then(
      ({ deliver }) => {
        this.#deliver = deliver;
        if (this.#late) this.flush();
      },
      () => undefined, // the next event tries again
    );
  }

  /**
   * Have an event sent a moment later, with others.
   * @param {string} type
   * @param {About} about
   */
  report(type, about) {
    if (isUnwanted()) return;
    this.prepare();
    this.#waiting.push({ id: randomName(), type, at: new Date().toISOString(), ...about });
    this.#waiting.splice(0, this.#waiting.length - MOST_WAITING);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  /** Send what waits; called when the page goes away, too. */
  flush() {
    clearTimeout(this.#timer);
    this.#late = !this.#deliver;
    void this.#deliver?.(this.endpoint(), this.visit, this.#waiting.splice(0));
  }
}
