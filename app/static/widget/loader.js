// A box or a button that fetches the widget at the first sign of interest. What was typed until then
// stays where it was typed: the widget takes the same field over.

import { HELP, chooseLanguage } from "./first-words.js";

// What a box and a button look like; style.js, which takes over, has the rest.
const STYLE = `
:host { all: initial; display: block; font-size: 1rem; font-family: var(--kotae-font, inherit) }
:host([hidden]) { display: none }
input, button { box-sizing: border-box; inline-size: 100%; min-block-size: 2.75rem; padding: .5rem .75rem;
  border: 1px solid gray; border-radius: var(--kotae-radius, .6rem); font: inherit;
  color: var(--kotae-text, CanvasText); background: var(--kotae-background, Canvas) }
button { position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; inline-size: auto; z-index: 9;
  border-radius: 99px; font-weight: 600; color: var(--kotae-on-accent, light-dark(#fff, #08222b));
  background: var(--kotae-accent, light-dark(#0b5f78, #84cfe4)) }
`;

/* global VERSION, HASHES */
const TAG = "kotae-suggest";
const page = document;
const { src, integrity } = /** @type {HTMLScriptElement} */ (page.currentScript);

/** @type {[name: string, given: any[], done: (value: any) => void][]} */
const calls = [];
/** @type {Promise<unknown> | undefined} */
let loading;

/** @param {string} kind @param {object} [given] */
const make = (kind, given) => Object.assign(page.createElement(kind), given);

/** Fetch the widget, which takes over every element, and do what was asked of it meanwhile. */
async function fetchWidget() {
  const { href } = new URL(`/widget/${VERSION}/v1.mjs`, src);
  /** @type {HTMLElement | undefined} */
  let link;
  try {
    // Where this script is fixed by its hash, so is the widget.
    if (integrity)
      await new Promise((onload, onerror) => {
        link = make("link", { rel: "modulepreload", href, integrity: HASHES, onload, onerror });
        page.head.append(link);
      });
    await import(href);
    watching.disconnect();
    for (const [name, given, done] of calls) done(/** @type {any} */ (self).Kotae[name](...given));
  } catch {
    loading = undefined; // the next sign of interest tries again
  }
  link?.remove();
}

const load = () => (loading ??= fetchWidget());

/** Somebody is at a widget, or at a field that one is for. @param {any} event */
function notice({ type, target }) {
  if (customElements.get(TAG)) return; // the widget is here, and looks after itself
  for (const host of page.querySelectorAll(TAG)) {
    if (!target.closest?.(host.getAttribute("for") || TAG)) continue;
    if (type === "click" && isButton(host)) void launch(host);
    void load();
  }
}

/** @param {Element} host */
const isButton = (host) => host.getAttribute("mode") === "button";

/** Open the panel; keys that come before it do are its first. @param {any} host */
async function launch(host) {
  let typed = "";
  host.onkeydown = (/** @type {KeyboardEvent} */ { key }) => {
    if (!key[1]) typed += key; // others have names, such as Tab
  };
  await load();
  host.onkeydown = null;
  host[typed ? "search" : "open"]?.(typed);
}

function draw() {
  for (const host of page.querySelectorAll(TAG)) {
    if (host.shadowRoot || host.hasAttribute("for")) continue;
    const tag = host.getAttribute("locale") ?? /** @type {any} */ (host.closest("[lang]"))?.lang;
    const help = HELP[chooseLanguage(tag ?? "")];
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    const theme = host.getAttribute("theme") ?? "inherit";
    sheet.replaceSync(`${STYLE}:host{color-scheme:${theme}}`);
    root.adoptedStyleSheets = [sheet];
    const box = make("div");
    // A button knows no such type, and stays one; a box shows none of the text, a button no placeholder.
    const about = { type: "search", placeholder: help, textContent: help };
    box.append(make(isButton(host) ? "button" : "input", about));
    root.append(box);
  }
}

const watching = new MutationObserver(draw);
if (!/** @type {any} */ (self).Kotae) {
  const get =
    (/** @type {object} */ _, /** @type {string} */ name) =>
    (/** @type {any[]} */ ...given) =>
      new Promise((done) => {
        calls.push([name, given, done]);
        if (/^(op|s)/.test(name)) void load(); // open, search, suggest
      });
  /** @type {any} */ (self).Kotae = new Proxy({}, { get });
  watching.observe(page, { childList: true, subtree: true });
  draw();
  for (const kind of ["focusin", "pointerover", "click"]) page.addEventListener(kind, notice);
}
