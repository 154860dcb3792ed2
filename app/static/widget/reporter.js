// Tells the help center what was shown and done, so that it can count whether somebody was helped.
// No cookies; a random name for the visit that lasts a day at most; nothing at all for visitors whose
// browser asks not to be followed (Do Not Track, Global Privacy Control).

const NAME = "kotae-session";
const PAUSE_MS = 1000;
const MOST_WAITING = 100;

/**
 * @typedef {{query_id?: string, article_id?: string, locale?: string, value?: unknown}} About
 * @typedef {"none" | "session" | "local"} Keeping Where the visit's name is kept: in this page, in
 *   this tab, in this browser.
 */

/** @returns {string} A random UUID. `crypto.randomUUID` is missing on pages without HTTPS. */
function randomName() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4}).(.{3}).(.{3})/, "$1-$2-4$3-8$4-"); // version 4 (RFC 9562)
}

/** @returns {boolean} */
function isUnwanted() {
  /** @type {{globalPrivacyControl?: boolean, doNotTrack?: string | null}} */
  const asked = navigator;
  return asked.globalPrivacyControl === true || asked.doNotTrack === "1";
}

export class Reporter {
  /** @type {object[]} */
  #waiting = [];
  /** @type {number | undefined} */
  #timer;
  #own = { name: "", day: "" };

  /**
   * @param {() => string} endpoint Address of the events API.
   * @param {() => string | null} [keeping] A Keeping; "session" when it is something else.
   */
  constructor(endpoint, keeping = () => null) {
    this.endpoint = endpoint;
    this.keeping = keeping;
  }

  /** The visit's name; "" for visitors who do not want to be counted. @returns {string} */
  get session() {
    if (isUnwanted()) return "";
    const day = new Date().toISOString().slice(0, 10);
    const kept = this.#recall() ?? this.#own;
    this.#own = kept.day === day ? kept : { name: randomName(), day };
    try {
      this.#storage()?.setItem(NAME, JSON.stringify(this.#own));
    } catch {
      // Full or forbidden: then it lasts as long as this page.
    }
    return this.#own.name;
  }

  /**
   * Have an event sent a moment later, with others.
   * @param {string} type
   * @param {About} about
   */
  report(type, about) {
    if (isUnwanted()) return;
    this.#waiting.push({ id: randomName(), type, at: new Date().toISOString(), ...about });
    this.#waiting.splice(0, this.#waiting.length - MOST_WAITING);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), PAUSE_MS);
  }

  /** Send what waits; called when the page goes away, too. */
  flush() {
    clearTimeout(this.#timer);
    const events = this.#waiting;
    if (events.length === 0) return;
    this.#waiting = [];
    this.#send(JSON.stringify({ session: this.session, events })).catch(() => {
      // The server counts a repeated event once, so what failed goes with the next.
      this.#waiting = [...events, ...this.#waiting].slice(-MOST_WAITING);
    });
  }

  /** @param {string} body */
  async #send(body) {
    // Text needs no question beforehand (CORS), which a page that goes away could not wait for.
    const headers = { "Content-Type": "text/plain" };
    const options = { method: "POST", keepalive: true, headers, body };
    const response = await fetch(this.endpoint(), { ...options, credentials: "omit" });
    if (response.status >= 500) throw new Error(`events: ${response.status}`);
  }

  /** @returns {Storage | undefined} */
  #storage() {
    const keeping = this.keeping();
    if (keeping === "none") return undefined;
    return keeping === "local" ? localStorage : sessionStorage;
  }

  /** @returns {{name: string, day: string} | undefined} */
  #recall() {
    try {
      const kept = JSON.parse(this.#storage()?.getItem(NAME) ?? "null");
      return typeof kept?.name === "string" && kept.name ? kept : undefined;
    } catch {
      return undefined;
    }
  }
}
