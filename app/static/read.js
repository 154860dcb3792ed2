// Which articles were opened in this tab, and what was searched for. It stays in the tab, is gone
// when that is closed, and is sent only with a message whose writer sees it and leaves it ticked.

const NAME = "kotae-read";
const ASKED = "kotae-asked";
const MOST = 5;

/** @typedef {{id: string, title: string, locale: string, helped?: boolean}} Read */

/** @returns {Read[]} The newest first. */
export function recall() {
  return load(NAME).filter((each) => typeof each?.id === "string");
}

/**
 * Who said once that it did not help need not say it again.
 * @param {Read} article
 */
export function remember(article) {
  const kept = recall();
  const before = kept.find((each) => each.id === article.id);
  const others = kept.filter((each) => each.id !== article.id);
  const helped = article.helped !== false && before?.helped !== false;
  save(NAME, [{ ...article, helped }, ...others]);
}

/** @returns {string[]} What was searched for, the newest first. */
export function recallQuestions() {
  return load(ASKED).filter((each) => typeof each === "string" && each !== "");
}

/** @param {string} question */
export function rememberQuestion(question) {
  if (question) save(ASKED, [question, ...recallQuestions().filter((each) => each !== question)]);
}

/** @param {string} name @returns {any[]} */
function load(name) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(name) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return []; // no storage in this browser, or something else wrote there
  }
}

/** @param {string} name @param {any[]} values */
function save(name, values) {
  try {
    sessionStorage.setItem(name, JSON.stringify(values.slice(0, MOST)));
  } catch {
    // Full or forbidden: then nothing is sent along.
  }
}
