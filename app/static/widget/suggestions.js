// From what is typed to the rows that are shown: asks, words the outcome, and reports it.

import { answerRow, contactRow, noticeRow } from "./rows.js";

/**
 * @typedef {import("./client.js").Answers} Answers
 * @typedef {import("./client.js").Item} Item
 * @typedef {import("./client.js").Notice} Notice
 * @typedef {import("./combobox.js").Option} Option
 * @typedef {{show: (options: Option[], said: string) => void, close: () => void, open: boolean}} View
 *   Where rows are shown.
 * @typedef {{one?: string, other?: string, none?: string, unsure?: string, failed?: string,
 *   contact: string}} Words What is missing is not said.
 * @typedef {{openItem: (item: Item, newTab: boolean, answers: Answers) => void,
 *   openNotice: (notice: Notice, newTab: boolean) => void,
 *   askPerson: (text: string, queryId: string, newTab: boolean) => void,
 *   shown?: (answers: Answers, text: string) => void, knows?: (notice: Notice) => boolean,
 *   makeRow?: (item: Item) => HTMLElement}} Acts What choosing rows does; `knows` says that a notice is
 *   in sight already, `makeRow` draws an answer in another way than the list does.
 */

// Lists that only flash by while one types were not read.
const READ_MS = 800;
const SILENCE_MS = 400;
// What is written to a person: one letter is no question yet, and a story is asked by its beginning.
const SHORTEST_WRITTEN = 2;
const LONGEST_WRITTEN = 400;

export class Suggestions {
  /** @type {number | undefined} */
  #reading;
  /** Tells of the last list, if that has not been done; who acts on it has read it all the same. */
  seen = () => {};
  /** @type {number | undefined} */
  #silence;

  /**
   * @param {View} view
   * @param {import("./client.js").SuggestClient} client
   * @param {import("./reporter.js").Reporter} reporter
   * @param {Words} words
   * @param {Acts} acts
   * @param {{whenEmpty?: boolean, certain?: boolean}} [options] `whenEmpty`: an empty field shows what
   *   fits the page. `certain`: only answers are shown, since a person is being written to already.
   */
  constructor(view, client, reporter, words, acts, { whenEmpty = false, certain = false } = {}) {
    this.view = view;
    this.client = client;
    this.reporter = reporter;
    this.words = words;
    this.acts = acts;
    this.whenEmpty = whenEmpty;
    this.certain = certain;
  }

  /**
   * Show answers to what is typed by now. Half-composed Hangul, kana and pinyin are asked too: they
   * are what one wants answers to.
   * @param {string} typed
   */
  ask(typed) {
    if (this.certain) typed = typed.slice(0, LONGEST_WRITTEN);
    const text = typed.trim();
    this.cancel();
    if (text.length < (this.certain ? SHORTEST_WRITTEN : this.whenEmpty ? 0 : 1)) {
      this.view.show([], "");
      return;
    }
    if (this.whenEmpty && !this.view.open) {
      // Nothing to see for a while: a person can be reached all the same.
      this.#silence = setTimeout(() => this.view.show([this.#person(text, "", "")], ""), SILENCE_MS);
    }
    this.client.ask(
      typed,
      (answers) => {
        try {
          this.#show(text, answers);
        } catch {
          this.#fail(text); // whatever came was no list of answers
        }
      },
      () => this.#fail(text),
    );
  }

  /** Forget what was asked; an answer that comes later shows nothing. */
  cancel() {
    clearTimeout(this.#silence);
    clearTimeout(this.#reading);
    this.client.cancel();
  }

  /**
   * @param {string} text
   * @param {Answers} answers
   */
  #show(text, answers) {
    clearTimeout(this.#silence);
    const { acts, words } = this;
    // Who writes to a person is shown no guesses.
    const silent = this.certain && answers.no_answer;
    const items = silent ? [] : answers.items;
    const count = items.length;
    // Listed without being an answer: what the text may become a question about.
    const unsure = text !== "" && answers.no_answer && count > 0;
    const found = unsure ? words.unsure : count || text === "" ? "" : words.none;
    const note = answers.away ?? found ?? "";
    const counted = (count === 1 && words.one) || words.other || "";
    // What the page says already is not said twice.
    const news = (answers.notices ?? []).filter((notice) => !acts.knows?.(notice));
    // Who opens a row has read its list, although another text was typed or another list waits.
    let unread = !silent;
    const read = () => {
      if (unread) this.#read(text, answers);
      unread = false;
    };
    /** @type {Option[]} */
    const rows = news.map((notice) => ({
      element: noticeRow(notice),
      act: (newTab) => acts.openNotice(notice, newTab),
    }));
    for (const [position, item] of items.entries()) {
      const { article_id, locale } = item;
      rows.push({
        element: (acts.makeRow ?? answerRow)(item),
        act: (newTab) => {
          read();
          const about = { query_id: answers.query_id || undefined, article_id, locale, value: { position } };
          this.reporter.report("result_opened", about);
          acts.openItem(item, newTab, answers);
        },
      });
    }
    if (unsure) for (const row of rows) row.element.classList.add("suggestion-unsure");
    if (!this.certain) rows.push(this.#person(text, answers.query_id, note));
    this.view.show(rows, silent ? (news[0]?.title ?? "") : note || counted.replace("{count}", `${count}`));
    this.seen = read;
    this.#reading = setTimeout(read, READ_MS);
  }

  /** @param {string} text */
  #fail(text) {
    clearTimeout(this.#silence);
    const { failed = "" } = this.words;
    if (this.certain) this.view.show([], "");
    else this.view.show([this.#person(text, "", failed)], failed);
  }

  /**
   * @param {string} text
   * @param {Answers} answers
   */
  #read(text, answers) {
    if (!answers.away) {
      const { query_id, items, no_answer, held_back } = answers;
      // docs/deflection.md says what each is for.
      const value = {
        query: text,
        results: items.length,
        articles: items.slice(0, 10).map(({ article_id }) => article_id),
        score: items[0]?.score,
        no_answer,
        via: this.certain ? "contact" : "suggest",
        held_back,
        page: this.client.parameters().page,
      };
      this.reporter.report("suggest_shown", { query_id, value });
    }
    this.acts.shown?.(answers, text);
  }

  /**
   * @param {string} text
   * @param {string} queryId
   * @param {string} note
   * @returns {Option}
   */
  #person(text, queryId, note) {
    return {
      element: contactRow(this.words.contact, note),
      act: (newTab) => this.acts.askPerson(text, queryId, newTab),
    };
  }
}
