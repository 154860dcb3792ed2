// Asks the suggest API: waits for a pause in the typing, one request at a time, old answers dropped.

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

export class SuggestClient {
  /** @type {AbortController | null} */
  #running = null;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {string} endpoint Address of the suggest API.
   * @param {Record<string, string>} parameters Sent with every question.
   */
  constructor(endpoint, parameters) {
    this.endpoint = endpoint;
    this.parameters = parameters;
  }

  /**
   * Ask once nothing else has been asked for a moment; whatever was asked before is dropped.
   * @param {string} text
   * @param {(answers: Answers) => void} answered
   * @param {() => void} failed
   */
  ask(text, answered, failed) {
    this.cancel();
    this.#timer = window.setTimeout(() => this.#send(text, answered, failed), PAUSE_MS);
  }

  /** Drop what was asked; neither of its callbacks is called any more. */
  cancel() {
    window.clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = null;
  }

  /**
   * @param {string} text
   * @param {(answers: Answers) => void} answered
   * @param {() => void} failed
   */
  async #send(text, answered, failed) {
    const running = new AbortController();
    this.#running = running;
    try {
      const query = new URLSearchParams({ ...this.parameters, q: text });
      const response = await fetch(`${this.endpoint}?${query}`, {
        signal: running.signal,
        headers: { Accept: "application/json" },
      });
      if (!response.ok) throw new Error(`suggest answered ${response.status}`);
      const answers = await response.json();
      if (this.#running === running) answered(answers);
    } catch (error) {
      if (this.#running === running) failed();
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }
}
