// Who is visiting, as far as they let it be known: a random name for the visit that lasts a day at
// most, another for an experiment where one runs, and nothing at all for visitors whose browser asks
// not to be followed (Do Not Track, Global Privacy Control). No cookies.

import { read, write } from "./store.js";

const SESSION = "kotae-session";
const VISITOR = "kotae-visitor";

/**
 * @typedef {"none" | "session" | "local"} Keeping Where the visit's name is kept: in this page, in
 *   this tab, in this browser.
 * @typedef {{consent: boolean}} Experiment What an answer says of the running one: whether the visitor
 *   has to agree first.
 */

/** @returns {string} A random UUID. `crypto.randomUUID` is missing on pages without HTTPS. */
export function randomName() {
  // Version 4 (RFC 9562): but for its version and variant every digit is drawn.
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () =>
    (crypto.getRandomValues(new Uint8Array(1))[0] & 15).toString(16),
  );
}

/** @returns {boolean} */
export function isUnwanted() {
  /** @type {{globalPrivacyControl?: boolean, doNotTrack?: string | null}} */
  const asked = navigator;
  return asked.globalPrivacyControl === true || asked.doNotTrack === "1";
}

/** Take part in no experiment any more. */
export function withdraw() {
  write(() => localStorage, VISITOR, null);
}

export class Visit {
  /** @type {{name?: any, day?: string}} */
  #own = {};

  /**
   * @param {() => string | null} keeping A Keeping; "session" when it is something else.
   * @param {() => boolean} agrees Whether the visitor agreed to take part in experiments.
   */
  constructor(keeping, agrees) {
    this.keeping = keeping;
    this.agrees = agrees;
  }

  /** The visit's name; "" for visitors who do not want to be counted. @returns {string} */
  get session() {
    if (isUnwanted()) return "";
    const day = new Date().toISOString().slice(0, 10);
    const passing = this.keeping() !== "local";
    const kept = this.recall(SESSION, passing) ?? this.#own;
    this.#own = kept.name && kept.day === day ? kept : { name: randomName(), day };
    this.remember(SESSION, this.#own, passing);
    return this.#own.name;
  }

  /** The name in the running experiment; "" where the visitor takes no part. @returns {string} */
  get visitor() {
    return this.recall(VISITOR) || "";
  }

  /**
   * @param {string} name
   * @param {boolean} [passing] Whether it was kept for this tab alone.
   * @returns {any} What was kept; null where nothing was.
   */
  recall(name, passing) {
    return read(() => this.#place(passing), name);
  }

  /**
   * Keep something in the browser, if host and visitor let it.
   * @param {string} name
   * @param {unknown} value Null to forget it.
   * @param {boolean} [passing] Whether to keep it for this tab alone.
   */
  remember(name, value, passing) {
    write(() => this.#place(passing), name, value);
  }

  /**
   * Take part in the experiment that an answer names, if the visitor may; forget one that is over.
   * @param {Experiment | undefined} experiment
   * @param {boolean} known Whether the question named the visitor.
   * @returns {boolean} Whether to ask again, by name.
   */
  meets(experiment, known) {
    if (known && !experiment) this.remember(VISITOR, null);
    if (known || !experiment) return false;
    if (!this.visitor && (!experiment.consent || this.agrees())) {
      this.remember(VISITOR, randomName());
    }
    return this.visitor !== "";
  }

  /** @param {boolean} [passing] @returns {Storage | undefined} */
  #place(passing) {
    if (isUnwanted() || this.keeping() === "none") return undefined;
    return passing ? sessionStorage : localStorage;
  }
}
