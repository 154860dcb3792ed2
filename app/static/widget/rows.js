// What is seen of an answer: a row for each. Text from the server is only ever set as text.

import { make } from "./elements.js";

/**
 * @typedef {import("./client.js").Item} Item
 * @typedef {import("./client.js").Notice} Notice
 * @typedef {import("./client.js").Span} Span
 */

/**
 * The text with <mark> around the given ranges.
 * @param {string} name
 * @param {string} lang
 * @param {string} text
 * @param {Span[]} spans
 * @returns {HTMLElement}
 */
function makeMarked(name, lang, text, spans) {
  const element = make("span", { class: name, lang });
  const points = Array.from(text); // ranges count code points, strings count UTF-16 units
  let end = 0;
  for (const [start, stop] of spans) {
    const marked = make("mark", {}, points.slice(start, stop).join(""));
    element.append(points.slice(end, start).join(""), marked);
    end = stop;
  }
  element.append(points.slice(end).join(""));
  return element;
}

/** @param {string} tag The server's. @returns {string} The language's name in that language. */
const languageName = (tag) => new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;

/** @param {string} kind @param {HTMLElement[]} parts */
const makeRow = (kind, ...parts) => make("li", { class: `suggestion${kind}` }, ...parts);

/** @param {Item} item @returns {HTMLElement} */
export function answerRow({ title, answer, locale, ...item }) {
  const heading = makeMarked("suggestion-title", locale, title, item.title_highlights);
  if (item.translation_of_query_locale) {
    heading.append(make("span", { class: "suggestion-language" }, languageName(locale)));
  }
  return makeRow("", heading, makeMarked("suggestion-answer", locale, answer, item.answer_highlights));
}

/** @param {Notice} notice @returns {HTMLElement} */
export function noticeRow({ title, body, locale }) {
  const heading = makeMarked("suggestion-title", locale, title, []);
  return makeRow(" suggestion-notice", heading, makeMarked("suggestion-answer", locale, body, []));
}

/**
 * The row that leads to a person; it is there whatever else the list shows.
 * @param {string} contact
 * @param {string} note Said in the row before its own words; may be empty.
 * @returns {HTMLElement}
 */
export function contactRow(contact, note) {
  const row = makeRow(" suggestion-contact", make("span", { class: "suggestion-title" }, contact));
  if (note) row.prepend(make("span", { class: "suggestion-note" }, note));
  return row;
}
