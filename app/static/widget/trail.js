// What somebody asked and read here before they wrote to a person, so that nobody asks them again. It
// stays in the tab, and is sent only with a message whose writer sees it there.

import { earlierSessions } from "./sessions.js";

const TRAIL = "kotae-trail";
const MOST = 5;
const LONGEST = 200;

/**
 * @typedef {{kind: "asked" | "read" | "rejected" | "page", value: string, text: string, lang?: string}} Step
 *   `value` is what is sent: the question, the article's id; `text` what is seen of it. Only articles
 *   have a language.
 */

/** @param {string} text @returns {string} As it is compared: a syllable half typed begins the whole. */
const fold = (text) => text.normalize("NFKD").toLowerCase();

export class Trail {
  /** @type {Step[]} What the browser may not keep lasts as long as the page. */
  #own = [];
  /** Texts of what somebody has taken out: asking or reading it again does not bring it back. */
  leftOut = new Set();

  /** @param {import("./visit.js").Visit} visit */
  constructor(visit) {
    this.visit = visit;
  }

  /** In the order of their beginning; what somebody else has written there is none. @returns {Step[]} */
  get steps() {
    const kept = /** @type {Step[]} */ ([]).concat(this.visit.recall(TRAIL, true) ?? this.#own);
    return kept.filter((each) => typeof each?.value === "string" && typeof each.text === "string");
  }

  /** @param {Step[]} steps */
  set steps(steps) {
    this.#own = steps.slice(-MOST);
    this.visit.remember(TRAIL, this.#own, true);
  }

  /** The visits before this one. @returns {string[]} */
  get sessions() {
    return earlierSessions(this.visit);
  }

  /**
   * Take down what happened: a question takes the place of its own beginning, and an article's reader
   * who said once that it did not help need not say it again.
   * @param {string} happening As the page is told of it, or "rejected".
   * @param {{text?: string, item?: import("./client.js").Item}} about
   */
  note(happening, { text = "", item }) {
    const value = item ? item.article_id : [...text.trim()].slice(0, LONGEST).join("");
    const seen = item ? item.title : value;
    const kind = !item ? "asked" : happening === "rejected" ? happening : "read";
    const begins = (/** @type {string} */ whole, /** @type {string} */ part) =>
      item ? whole === part : fold(whole).startsWith(fold(part));
    const { steps } = this;
    const find = (/** @type {(other: string) => boolean} */ rule) =>
      steps.findIndex((each) => !each.lang === !item && rule(each.value));
    if (!value || this.leftOut.has(seen) || (kind !== "rejected" && find((other) => begins(other, value)) >= 0)) return;
    const at = find((other) => begins(value, other));
    steps[at < 0 ? steps.length : at] = { kind, value, text: seen, lang: item?.locale };
    this.steps = steps;
  }

  /** Send it with no message of this page, and forget it. @param {string} text Of a step, as it is seen. */
  leaveOut(text) {
    this.leftOut.add(text);
    this.steps = this.steps.filter((each) => each.text !== text);
  }
}
