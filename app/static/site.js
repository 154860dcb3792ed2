// What every page has beyond its HTML. Without this script all of it still works. Scripts that single
// pages have beside it take what they share with it from here, so that it is loaded once.

import { rememberQuestion } from "./read.js";
import "./suggest.js";

export { passageUrl } from "./passage.js";
export { recall, recallQuestions, remember } from "./read.js";
export { makeReporter, makeVisit } from "./site-visit.js";
export { SuggestClient } from "./widget/client.js";
export { make } from "./widget/elements.js";
export { earlierSessions } from "./widget/sessions.js";
export { Steady } from "./widget/steady.js";
export { read, write } from "./widget/store.js";
export { Suggestions } from "./widget/suggestions.js";
export { withdraw } from "./widget/visit.js";

const menu = document.querySelector(".languages details");

/** @param {Event} event */
function closeMenu(event) {
  if (!(menu instanceof HTMLDetailsElement) || !menu.open) return;
  if (event instanceof KeyboardEvent) {
    if (event.key !== "Escape") return;
    if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
    menu.open = false;
  } else if (event.target instanceof Node && !menu.contains(event.target)) {
    menu.open = false;
  }
}
document.addEventListener("click", closeMenu);
document.addEventListener("keydown", closeMenu);

// What was searched for can go with a message to a person, if its writer likes.
const asked = new URLSearchParams(location.search).get("q")?.trim();
if (asked && location.pathname.endsWith("/search")) rememberQuestion(asked);

// One page for when the network is away; nothing else is kept.
const offline = document.body.dataset.offline;
if (offline && "serviceWorker" in navigator) {
  navigator.serviceWorker
    .register(`/offline-worker.js?page=${encodeURIComponent(offline)}`)
    .catch(() => undefined); // private windows and plain HTTP have none, and need none
}
