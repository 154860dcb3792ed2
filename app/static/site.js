// What every page has beyond its HTML. Without this script all of it still works.

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
if (asked && location.pathname.endsWith("/search")) {
  import("./read.js").then(({ rememberQuestion }) => rememberQuestion(asked)).catch(() => undefined);
}

// One page for when the network is away; nothing else is kept.
const offline = document.body.dataset.offline;
if (offline && "serviceWorker" in navigator) {
  navigator.serviceWorker
    .register(`/offline-worker.js?page=${encodeURIComponent(offline)}`)
    .catch(() => undefined); // private windows and plain HTTP have none, and need none
}
