// Asks the suggest API: waits for a pause in the typing, one request at a time, old answers dropped,
// repeated questions answered from memory.

/**
 * @typedef {[number, number]} Span A half-open range of code points.
 * @typedef {{article_id: string, locale: string, title: string, title_highlights: Span[],
 *   answer: string, answer_highlights: Span[], url: string, score: number,
 *   translation_of_query_locale: boolean}} Item
 * @typedef {{id: string, kind: string, title: string, body: string, locale: string, url: string}} Notice
 * @typedef {{query_id: string, items: Item[], no_answer: boolean, contact_url: string,
 *   held_back?: boolean, experiment?: import("./visit.js").Experiment, notices?: Notice[],
 *   away?: string}} Answers `away`: said where they come from the browser instead of the server.
 * @typedef {Error & {status?: number, rest?: number}} Failure `rest`: seconds to wait where the
 *   server refuses.
 * @typedef {{keep: (address: string, answers: Answers) => void,
 *   answer: (text: string, address: string) => Answers | undefined, contact: string}} Spare What
 *   answers while the server is away, and where a person is reached then.
 */

const PAUSE_MS = 100;
const PATIENCE_MS = 8000;
const FRESH_MS = 120_000;
const MOST_KEPT = 50;
// How long a server that refuses is left alone if it does not say, and at most.
const REST_S = 60;
const LONGEST_REST_S = 3600;

export class SuggestClient {
  /** @type {AbortController | null} */
  #running = null;
  /** @type {number | undefined} */
  #timer;
  /** What was answered lately, by address. @type {Map<string, {answers: Answers, at: number}>} */
  kept = new Map();
  /** @type {Spare | undefined} */
  spare;
  /** What an answer waits for, such as the words to present it. @type {Promise<unknown> | undefined} */
  ready;
  /** Whether the server did not answer the last time (1), or refused to (2). */
  away = 0;
  /** When it may be asked again. */
  #rested = 0;

  /**
   * @param {() => string} endpoint Address of the suggest API.
   * @param {() => Record<string, string>} parameters Sent with a question, as they are by then.
   * @param {import("./visit.js").Visit} visit
   * @param {() => unknown} [restock] Brings the spare; awaited when the server does not answer.
   */
  constructor(endpoint, parameters, visit, restock) {
    this.endpoint = endpoint;
    this.parameters = parameters;
    this.visit = visit;
    this.restock = restock;
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
    const kept = this.kept.get(address);
    if (kept && Date.now() - kept.at < FRESH_MS) {
      answered(kept.answers);
      return;
    }
    const rest = this.#rested - Date.now();
    if (rest > 0) failed();
    this.#timer = setTimeout(() => this.#send(text, answered, failed), Math.max(PAUSE_MS, rest));
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
    return this.#load(text);
  }

  /**
   * @param {string} text
   * @param {(answers: Answers) => void} answered
   * @param {() => void} failed
   */
  async #send(text, answered, failed) {
    const running = new AbortController();
    this.#running = running;
    /** @type {Answers | undefined} */
    let answers;
    try {
      answers = await this.#load(text, running.signal);
      this.away = 0;
    } catch (error) {
      await this.ready; // what is said of it comes then
      if (this.#running !== running) return;
      const { status, rest = 0, message } = /** @type {Failure} */ (error);
      this.#rested = Date.now() + rest * 1000;
      // Too many have asked: the same again then.
      if (status === 429) return this.ask(text, answered, failed);
      if (rest && !this.away) console.warn("Kotae:", message);
      this.away = rest ? 2 : 1;
      if (!rest) await this.restock?.();
      // An old answer is better than none; who is refused is not given others' from a file.
      const address = this.#address(text);
      answers = this.kept.get(address)?.answers ?? (rest ? undefined : this.spare?.answer(text, address));
    }
    if (this.#running !== running) return;
    this.#running = null;
    if (answers) answered(answers);
    else failed();
  }

  /**
   * @param {string} text
   * @param {AbortSignal[]} dropped
   * @returns {Promise<Answers>}
   */
  async #load(text, ...dropped) {
    const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...dropped]);
    const address = this.#address(text);
    const [answers] = await Promise.all([this.#fetch(address, signal), this.ready]);
    // The first answer of an experiment is shown to nobody: it may be of the other arm.
    return this.visit.meets(answers.experiment, address.includes("&visitor="))
      ? this.#fetch(this.#address(text), signal)
      : answers;
  }

  /**
   * @param {string} address
   * @param {AbortSignal} signal
   * @returns {Promise<Answers>}
   */
  async #fetch(address, signal) {
    const response = await fetch(address, { signal });
    const answers = await response.json().catch(() => null);
    const { ok, status, headers } = response;
    if (!ok || !Array.isArray(answers?.items)) {
      // A page that may not ask (401, 403), asks elsewhere (404) or too much (429) has to wait.
      const rest = status > 400 && status < 430 && Math.min(Number(headers.get("Retry-After")) || REST_S, LONGEST_REST_S);
      throw Object.assign(new Error(answers?.detail ?? status), { status, rest });
    }
    if (this.kept.size >= MOST_KEPT) this.kept.clear();
    this.kept.set(address, { answers, at: Date.now() });
    this.spare?.keep(address, answers);
    return answers;
  }

  /** @param {string} text @returns {string} */
  #address(text) {
    const { session, visitor } = this.visit;
    const about = new URLSearchParams({ ...this.parameters(), q: text });
    if (session) about.set("session", session);
    if (visitor) about.set("visitor", visitor);
    const endpoint = this.endpoint();
    return `${endpoint}${endpoint.includes("?") ? "&" : "?"}${about}`;
  }
}
