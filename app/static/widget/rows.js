// What is seen of an answer: a row for each. Text from the server is only ever set as text.

/**
 * @typedef {import("./client.js").Item} Item
 * @typedef {import("./client.js").Notice} Notice
 * @typedef {import("./client.js").Span} Span
 */

/**
 * @param {string} kind
 * @param {string} name
 * @param {string} [text]
 * @returns {HTMLElement}
 */
export function make(kind, name, text = "") {
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

/** @param {Item} item @returns {HTMLElement} */
export function answerRow(item) {
  const row = make("li", "suggestion");
  const title = make("span", "suggestion-title");
  const answer = make("span", "suggestion-answer");
  setMarked(title, item.title, item.title_highlights);
  setMarked(answer, item.answer, item.answer_highlights);
  title.lang = answer.lang = item.locale;
  if (item.translation_of_query_locale) {
    title.append(make("span", "suggestion-language", languageName(item.locale)));
  }
  row.append(title, answer);
  return row;
}

/** @param {Notice} notice @returns {HTMLElement} */
export function noticeRow(notice) {
  const row = make("li", "suggestion suggestion-notice");
  const title = make("span", "suggestion-title", notice.title);
  const body = make("span", "suggestion-answer", notice.body);
  title.lang = body.lang = notice.locale;
  row.append(title, body);
  return row;
}

/**
 * The row that leads to a person; it is there whatever else the list shows.
 * @param {string} contact
 * @param {string} note Said in the row before its own words; may be empty.
 * @returns {HTMLElement}
 */
export function contactRow(contact, note) {
  const row = make("li", "suggestion suggestion-contact");
  if (note) row.append(make("span", "suggestion-note", note));
  row.append(make("span", "suggestion-title", contact));
  return row;
}
