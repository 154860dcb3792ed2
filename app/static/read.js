// Which articles were opened in this tab. It stays in the tab, is gone when that is closed, and is
// sent only with a message whose writer sees it and leaves it ticked.

const NAME = "kotae-read";
const MOST = 5;

/** @typedef {{id: string, title: string, locale: string}} Read */

/** @returns {Read[]} The newest first. */
export function recall() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each?.id === "string") : [];
  } catch {
    return []; // no storage in this browser, or something else wrote there
  }
}

/** @param {Read} article */
export function remember(article) {
  const others = recall().filter((each) => each.id !== article.id);
  try {
    sessionStorage.setItem(NAME, JSON.stringify([article, ...others].slice(0, MOST)));
  } catch {
    // Full or forbidden: then nothing is sent along.
  }
}
