// Suggestions while one types, brought to the search forms of this site. Text from the server is
// only ever set as textContent.

import { Combobox } from "./combobox.js";
import { passageUrl } from "./passage.js";
import { SuggestClient } from "./suggest-client.js";

/**
 * @typedef {import("./combobox.js").Option} Option
 * @typedef {import("./suggest-client.js").Answers} Answers
 * @typedef {import("./suggest-client.js").Item} Item
 * @typedef {import("./suggest-client.js").Span} Span
 */

/**
 * @param {string} kind
 * @param {string} name
 * @param {string} [text]
 * @returns {HTMLElement}
 */
function make(kind, name, text = "") {
  const element = document.createElement(kind);
  element.className = name;
  element.textContent = text;
  return element;
}

/**
 * The text with <mark> around the given ranges.
 * @param {HTMLElement} element
 * @param {string} text
 * @param {Span[]} spans
 */
function setMarked(element, text, spans) {
  const points = Array.from(text); // ranges count code points, strings count UTF-16 units
  let end = 0;
  element.replaceChildren();
  for (const [start, stop] of spans) {
    element.append(points.slice(end, start).join(""));
    element.append(make("mark", "", points.slice(start, stop).join("")));
    end = stop;
  }
  element.append(points.slice(end).join(""));
}

/** @param {string} tag @returns {string} The language's name in that language. */
function languageName(tag) {
  try {
    return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** @param {Item} item @returns {Option} */
function answerRow(item) {
  const row = make("li", "suggestion");
  const title = make("span", "suggestion-title");
  const answer = make("span", "suggestion-answer");
  setMarked(title, item.title, item.title_highlights);
  setMarked(answer, item.answer, item.answer_highlights);
  title.lang = answer.lang = item.locale;
  if (item.translation_of_query_locale) {
    const language = make("span", "suggestion-language", languageName(item.locale));
    title.append(language);
  }
  row.append(title, answer);
  return { url: passageUrl(item.url, item.answer), element: row };
}

/** @param {import("./suggest-client.js").Notice} notice @returns {Option} */
function noticeRow(notice) {
  const row = make("li", "suggestion suggestion-notice");
  const title = make("span", "suggestion-title", notice.title);
  const body = make("span", "suggestion-answer", notice.body);
  title.lang = body.lang = notice.locale;
  row.append(title, body);
  return { url: notice.url, element: row };
}

/**
 * The row that leads to a person; it is there whatever else the list shows.
 * @param {DOMStringMap} words
 * @param {string} text
 * @param {string} queryId
 * @param {string} note Said in the row before its own words; may be empty.
 * @returns {Option}
 */
function contactRow(words, text, queryId, note) {
  const row = make("li", "suggestion suggestion-contact");
  if (note) row.append(make("span", "suggestion-note", note));
  row.append(make("span", "suggestion-title", words.textContact));
  const about = new URLSearchParams({ q: text.slice(0, 200), page: location.pathname });
  if (queryId) about.set("query_id", queryId);
  return { url: `${words.contact}?${about}`, element: row };
}

/**
 * @param {DOMStringMap} words
 * @param {number} count
 * @returns {string}
 */
function countWords(words, count) {
  if (count === 1) return words.textOne ?? "";
  return (words.textOther ?? "").replace("{count}", String(count));
}

/**
 * Bring suggestions to a search form; its data attributes say where to ask and in which words.
 * @param {HTMLFormElement} form
 */
export function attach(form) {
  const input = form.querySelector("input[name=q]");
  if (!(input instanceof HTMLInputElement)) return;
  const words = form.dataset;
  const client = new SuggestClient(words.suggest ?? "", {
    locale: words.locale ?? "",
    page: location.pathname,
    ...(words.products ? { products: words.products } : {}),
  });
  const combobox = new Combobox(input, words.textList ?? "", (url, newTab) => {
    if (newTab) window.open(url, "_blank", "noopener");
    else {
      // Who comes back finds the list as it was left.
      history.replaceState({ ...history.state, typed: input.value }, "");
      location.assign(url);
    }
  });

  /** @param {Answers} answers */
  const show = (answers) => {
    const count = answers.items.length;
    // Listed without being an answer: what the text may become a question about.
    const unsure = answers.no_answer && count > 0;
    const note = (unsure ? words.textUnsure : count ? "" : words.textNone) ?? "";
    // What the page says already is not said twice.
    const news = (answers.notices ?? []).filter(({ id }) => !document.getElementById(`notice-${id}`));
    const rows = [...news.map(noticeRow), ...answers.items.map(answerRow)];
    if (unsure) for (const row of rows) row.element.classList.add("suggestion-unsure");
    rows.push(contactRow(words, input.value.trim(), answers.query_id, note));
    combobox.show(rows, note || countWords(words, count));
  };
  const fail = () => {
    const note = words.textFailed ?? "";
    combobox.show([contactRow(words, input.value.trim(), "", note)], note);
  };
  // No look at isComposing: half-composed Hangul, kana and pinyin are what one wants answers to.
  input.addEventListener("input", () => {
    if (input.value.trim() === "") {
      client.cancel();
      combobox.show([], "");
    } else {
      client.ask(input.value, show, fail);
    }
  });
  // An answer that arrives after the list was dismissed must not open it again.
  input.addEventListener("blur", () => client.cancel());
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) client.cancel();
  });
  form.addEventListener("submit", () => client.cancel());
  const typed = history.state?.typed;
  if (typeof typed === "string" && typed !== "" && input.value === input.defaultValue) {
    history.replaceState({ ...history.state, typed: "" }, "");
    input.value = typed;
    input.focus();
    client.ask(typed, show, fail);
  }
}

for (const form of document.querySelectorAll("form.search[data-suggest]")) {
  if (form instanceof HTMLFormElement) attach(form);
}
