// Asks the suggest API: waits for a pause in the typing, one request at a time, old answers dropped,
// repeated questions answered from memory.

/**
 * @typedef {[number, number]} Span A half-open range of code points.
 * @typedef {{article_id: string, locale: string, title: string, title_highlights: Span[],
 *   answer: string, answer_highlights: Span[], url: string, score: number,
 *   translation_of_query_locale: boolean}} Item
 * @typedef {{id: string, kind: string, title: string, body: string, locale: string, url: string}} Notice
 * @typedef {{query_id: string, items: Item[], no_answer: boolean, contact_url: string,
 *   notices?: Notice[]}} Answers
 */

const PAUSE_MS = 100;
const PATIENCE_MS = 8000;
const FRESH_MS = 120_000;
const MOST_KEPT = 50;

export class SuggestClient {
  /** @type {AbortController | null} */
  #running = null;
  /** @type {number | undefined} */
  #timer;
  /** @type {Map<string, {answers: Answers, at: number}>} */
  #kept = new Map();

  /**
   * @param {() => string} endpoint Address of the suggest API.
   * @param {() => Record<string, string>} parameters Sent with a question, as they are by then.
   */
  constructor(endpoint, parameters) {
    this.endpoint = endpoint;
    this.parameters = parameters;
  }

  /**
   * Ask once nothing else has been asked for a moment; whatever was asked before is dropped. What
   * was answered lately is answered again before this returns.
   * @param {string} text
   * @param {(answers: Answers) => void} answered
   * @param {() => void} failed
   */
  ask(text, answered, failed) {
    this.cancel();
    const address = this.#address(text);
    const kept = this.#kept.get(address);
    if (kept && Date.now() - kept.at < FRESH_MS) {
      answered(kept.answers);
      return;
    }
    this.#timer = setTimeout(() => this.#send(address, answered, failed), PAUSE_MS);
  }

  /** Drop what was asked; neither of its callbacks is called any more. */
  cancel() {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = null;
  }

  /**
   * Answers to `text`, at once and beside what is being typed.
   * @param {string} text
   * @returns {Promise<Answers>} Rejected when the server is away or refuses.
   */
  async fetch(text) {
    return this.#load(this.#address(text), new AbortController());
  }

  /**
   * @param {string} address
   * @param {(answers: Answers) => void} answered
   * @param {() => void} failed
   */
  async #send(address, answered, failed) {
    const running = new AbortController();
    this.#running = running;
    /** @type {Answers | undefined} */
    let answers;
    try {
      answers = await this.#load(address, running);
    } catch {
      // An old answer is better than none while the server is away.
      answers = this.#kept.get(address)?.answers;
    }
    if (this.#running !== running) return;
    this.#running = null;
    if (answers) answered(answers);
    else failed();
  }

  /**
   * @param {string} address
   * @param {AbortController} running
   * @returns {Promise<Answers>}
   */
  async #load(address, running) {
    const patience = setTimeout(() => running.abort(), PATIENCE_MS);
    try {
      const headers = { Accept: "application/json" };
      const response = await fetch(address, { signal: running.signal, headers });
      const answers = await response.json();
      if (!response.ok || !Array.isArray(answers?.items)) throw new Error(`suggest: ${response.status}`);
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(address, { answers, at: Date.now() });
      return answers;
    } finally {
      clearTimeout(patience);
    }
  }

  /** @param {string} text @returns {string} */
  #address(text) {
    return `${this.endpoint()}?${new URLSearchParams({ ...this.parameters(), q: text })}`;
  }
}
