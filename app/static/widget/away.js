// What answers while the help center is away: the last good answers of this page, and a small index of
// the most useful articles that the browser fetched when it was idle and its HTTP cache keeps.

const ANSWERS = "kotae-answers";
const HELD = "kotae-held";
const MOST_ANSWERS = 20;
const LARGEST = 100_000;
const FLOOR = 0.5;
// A server that neither answers nor refuses does not keep what there is.
const PATIENCE_MS = 2000;
const WEIGHTS = { title: 3, also: 2, says: 1 };
/** @type {Record<string, string>} */
const SAID = {
  en: "The help center cannot be reached. These are answers from a while ago.",
  ko: "고객센터에 연결할 수 없어 저장해 둔 답변을 보여 드립니다.",
  ja: "ヘルプセンターに接続できないため、保存済みの回答を表示しています。",
  zh: "暂时无法连接帮助中心，以下是之前保存的答案。",
  "zh-Hant": "目前無法連線至說明中心，以下是先前儲存的答案。",
};

/**
 * @typedef {import("./client.js").Answers} Answers
 * @typedef {import("./client.js").Item} Item
 * @typedef {{id: string, title: string, also: string[], says: string, url: string}} Entry
 * @typedef {{locale: string, contact: string, entries: Entry[]}} Index
 * @typedef {import("./element.js").KotaeSuggest} KotaeSuggest
 */

/** @param {string} text @returns {string} As it is compared: a syllable half typed begins the whole. */
const fold = (text) => text.normalize("NFKD").toLowerCase();

/**
 * The words of a text; where a script has no blanks, each pair of characters.
 * @param {string} text
 * @returns {string[]}
 */
function termsOf(text) {
  const runs = text.normalize("NFKC").match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+|[\p{L}\p{N}\p{M}]+/gu);
  return (runs ?? []).flatMap((run) => {
    if (!/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(run) || run.length < 3) return [fold(run)];
    return [...run].slice(1).map((letter, at) => fold(run[at] + letter));
  });
}

/** @param {Entry} entry @param {string[]} terms @returns {number} 0 to 1. */
function rate({ title, also, says }, terms) {
  const fields = { title: fold(title), also: fold(also.join(" ")), says: fold(says) };
  let sum = 0;
  for (const term of terms) {
    const best = Object.entries(WEIGHTS).find(([name]) => fields[/** @type {"says"} */ (name)].includes(term));
    sum += best ? 2 + best[1] : 0;
  }
  return sum / (5 * terms.length);
}

/** @param {Entry} entry @param {string} locale @returns {Item} */
function makeItem({ id, title, says, url }, locale) {
  const foreign = { score: 0, translation_of_query_locale: false, locale };
  return { article_id: id, title, answer: says, url, title_highlights: [], answer_highlights: [], ...foreign };
}

class Spare {
  /** @type {Index | undefined} */
  #index;

  /** @param {KotaeSuggest} widget @param {string} said */
  constructor(widget, said) {
    this.widget = widget;
    this.said = said;
  }

  /** @returns {boolean} */
  get complete() {
    return this.#index !== undefined;
  }

  /** @returns {string} Where a person is reached while the help center is away. */
  get contact() {
    return this.#index?.contact ?? "";
  }

  /** @param {string} address @param {Answers} answers */
  keep(address, answers) {
    const { visit } = this.widget;
    const known = address.includes("&visitor=");
    this.learn(answers, known);
    // The first answer of an experiment may be of the other arm.
    if (answers.experiment && !known) return;
    const kept = Object.entries(visit.recall(ANSWERS, true) ?? {}).filter(([name]) => name !== nameOf(address));
    kept.push([nameOf(address), answers]);
    while (kept.length > MOST_ANSWERS || JSON.stringify(kept).length > LARGEST) kept.shift();
    visit.remember(ANSWERS, Object.fromEntries(kept), true);
  }

  /**
   * Remember in which arm of the experiment the visitor is, beside their name in it and as long. An
   * answer tells that if it had something to show.
   * @param {Answers} answers
   * @param {boolean} known Whether the question named the visitor.
   */
  learn({ experiment, held_back = false, items }, known) {
    const { visit } = this.widget;
    if (!known || !experiment) visit.remember(HELD, null);
    else if (held_back || items.length) visit.remember(HELD, held_back);
  }

  /** @param {string} text @param {string} address @returns {Answers | undefined} */
  answer(text, address) {
    const { visit } = this.widget;
    const held = visit.visitor !== "" && visit.recall(HELD);
    if (held === true) return undefined; // who sees no suggestions sees none of these either
    const kept = visit.recall(ANSWERS, true)?.[nameOf(address)];
    if (Array.isArray(kept?.items)) return { ...kept, notices: [], away: this.said };
    if (held !== false) return undefined; // it is not known yet whether they do: nothing, in both arms
    const items = this.#find(text);
    const none = { query_id: "", contact_url: "", no_answer: false };
    return items && items.length ? { ...none, items, away: this.said } : undefined;
  }

  /** @param {string} text @returns {Item[] | undefined} Best first. */
  #find(text) {
    const index = this.#index;
    if (!index) return undefined;
    const terms = termsOf(text);
    const limit = Math.min(Number(this.widget.getAttribute("limit")) || 5, 10);
    const rated = index.entries.map((entry) => ({ entry, score: terms.length ? rate(entry, terms) : 1 }));
    const found = rated.filter(({ score }) => score >= FLOOR).sort((one, other) => other.score - one.score);
    return found.slice(0, limit).map(({ entry }) => makeItem(entry, index.locale));
  }

  /** Fetch the index; where the server is away already, what the browser kept of it comes first. */
  async fetch() {
    const { language } = this.widget;
    const file = `/widget/answers/${encodeURIComponent(language)}.json`;
    const address = this.widget.api("").replace("/api/v1/", file);
    const ask = (/** @type {RequestCache} */ cache) => fetch(address, { credentials: "omit", cache });
    const { away } = this.widget.client;
    const response = await ask(away ? "force-cache" : "default").catch(() => ask("force-cache"));
    if (!response.ok) return;
    const { index, signature } = await response.json();
    if (await isGenuine(index, signature, this.widget.surroundings.proof)) this.#index = readIndex(index);
  }
}

/** @param {string} address @returns {string} The question in it, without who asked. */
function nameOf(address) {
  const asked = new URL(address, location.href).searchParams;
  return ["q", "locale", "page", "limit"].map((name) => asked.get(name) ?? "").join("\n");
}

/** @param {string} written @returns {Index | undefined} */
function readIndex(written) {
  const index = JSON.parse(written);
  const texts = (/** @type {any} */ entry) =>
    [entry?.id, entry?.title, entry?.says, entry?.url].every((each) => typeof each === "string") &&
    Array.isArray(entry.also);
  return Array.isArray(index?.entries) && index.entries.every(texts) ? index : undefined;
}

/**
 * Whether an index is the help center's own, where the host said which key signs it.
 * @param {string} written
 * @param {string} signature Ed25519, in base64url.
 * @param {string} key Likewise; empty where the connection alone has to vouch for it.
 */
async function isGenuine(written, signature, key) {
  if (!key) return true;
  const given = await crypto.subtle.importKey("raw", bytesOf(key), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", given, bytesOf(signature), new TextEncoder().encode(written));
}

/** @param {string} text base64url */
function bytesOf(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/**
 * Give a widget its spare, which takes what was answered before it was here.
 * @param {KotaeSuggest} widget
 * @param {string} language One that the widget speaks.
 * @returns {Promise<boolean>} Once the index is here, or will not be for now; whether that is all
 *   there is to try: what could not be had while the server is away is tried again.
 */
export async function provide(widget, language) {
  const { client } = widget;
  const spare = new Spare(widget, SAID[language]);
  client.spare = spare;
  for (const [address, { answers }] of client.kept) spare.keep(address, answers);
  // A metered connection is not used for what may never be needed.
  const { connection } = /** @type {{connection?: {saveData?: boolean}}} */ (navigator);
  if (!connection?.saveData) await Promise.race([spare.fetch().catch(() => undefined), pause(PATIENCE_MS)]);
  return !client.away || spare.complete;
}

/** @param {number} time In milliseconds. */
const pause = (time) => new Promise((done) => setTimeout(done, time));
