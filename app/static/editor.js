// The comforts of the page on which articles are written. Without this script all of it still works:
// the form saves, previews and takes pictures by its buttons.

import { begin as beginAdvice } from "./editor-advice.js";
import { begin as beginArea } from "./editor-area.js";
import { begin as beginLinks } from "./editor-links.js";
import { begin as beginPictures } from "./editor-pictures.js";
import { begin as beginPosts } from "./editor-post.js";
import { useTool } from "./editor-tools.js";

const KEEP_MS = 1500;
const PREVIEW_MS = 400;

const form = /** @type {HTMLFormElement} */ (document.getElementById("writing"));
const textarea = /** @type {HTMLTextAreaElement} */ (document.getElementById("body"));
const live = /** @type {HTMLElement} */ (document.getElementById("live"));
const keeping = /** @type {HTMLElement} */ (document.getElementById("keeping"));
const toolbar = /** @type {HTMLElement} */ (document.querySelector(".toolbar"));
const recovered = /** @type {HTMLElement} */ (document.getElementById("recovered"));
const words = form.dataset;
const place = `kotae-edit:${words.name}`;
const post = beginPosts(form);
const adviseSoon = beginAdvice(form, post);
/** @type {Record<string, string | undefined>} Why something sent was not taken. */
const REFUSED = {
  "signed-out": words.textSignedOut,
  "other-account": words.textOther,
  forbidden: words.textForbidden,
};

let changed = false; // since the last save
let leaving = false; // by a button of the form
let sending = false;
/** @type {import("./editor-area.js").Area} */
let area;
/** @type {ReturnType<typeof beginPictures>} */
let pictures;
let turn = Promise.resolve(true);
let waits = false; // for somebody to sign in, or for a connection
/** @type {[number, number]} Where a link is to be written. */
let selected = [0, 0];
/** @type {number | undefined} */
let keepTimer;
/** @type {number | undefined} */
let previewTimer;

/** @param {string} name @returns {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | null} */
function field(name) {
  const found = form.elements.namedItem(name);
  const known = [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement];
  return known.some((kind) => found instanceof kind) ? /** @type {any} */ (found) : null;
}

/** @returns {Record<string, string>} What is typed, by field; files stay where they are. */
function typed() {
  /** @type {Record<string, string>} */
  const values = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && name !== "form_token") values[name] = value;
  }
  return values;
}

/** @param {boolean} kept Whether the server has it too. */
function remember(kept) {
  try {
    localStorage.setItem(place, JSON.stringify({ kept, values: typed() }));
  } catch {
    // Full or forbidden: the server still keeps it.
  }
}

function forget() {
  try {
    localStorage.removeItem(place);
  } catch {
    // Then there is nothing to forget.
  }
}

/** @param {string} text @param {boolean} [trouble] */
function tell(text, trouble = false) {
  keeping.textContent = text;
  keeping.classList.toggle("trouble", trouble);
}

/** Have the server keep what is typed. @returns {Promise<boolean>} Whether it did. */
function keep() {
  clearTimeout(keepTimer);
  remember(false);
  // One after the other: each says which text of this page it takes the place of.
  turn = turn.then(keepNow, keepNow);
  return turn;
}

/** @param {string} name @param {string} value */
function set(name, value) {
  const into = field(name);
  if (into) into.value = value;
}

async function keepNow() {
  const data = new FormData(form);
  data.delete("picture");
  let answer;
  try {
    answer = await post(words.keep ?? "", data);
  } catch {
    waits = true;
    tell(words.textLost ?? "", true);
    return false;
  }
  const { response, refused } = answer;
  waits = refused !== "";
  if (waits) tell(REFUSED[refused] ?? "", true);
  if (response.status === 409) tell(words.textElsewhere ?? "", true);
  // Anything else is for the save itself to say, with the whole page.
  if (!response.ok) return !waits && response.status < 500;
  const { newest, by, mark } = await response.json();
  set("kept", mark);
  remember(true);
  const newer = newest > Number(field("base")?.value);
  tell(newer ? (words.textNewer ?? "").replace("{name}", by || "?") : (words.textKept ?? ""));
  return true;
}

function note() {
  changed = true;
  remember(false);
  clearTimeout(keepTimer);
  // What the server keeps already is not replaced before its owner has decided about it.
  if (words.unsaved === undefined) keepTimer = setTimeout(keep, KEEP_MS);
  adviseSoon();
  if (!live.hidden) {
    clearTimeout(previewTimer);
    previewTimer = setTimeout(preview, PREVIEW_MS);
  }
}

async function preview() {
  const data = new FormData(form);
  data.delete("picture");
  const scrolled = live.scrollTop;
  try {
    const { response } = await post(words.preview ?? "", data);
    const { title, html, fault } = await response.json();
    const name = document.createElement("p");
    name.className = "preview-name";
    name.textContent = fault || title;
    // Clean HTML of the server's own renderer, as the article's page shows it.
    live.innerHTML = html;
    live.prepend(name);
    live.scrollTop = scrolled;
  } catch {
    // The next change asks again.
  }
}

function togglePreview() {
  live.hidden = !live.hidden;
  toolbar.querySelector('[data-tool="preview"]')?.setAttribute("aria-pressed", String(!live.hidden));
  if (!live.hidden) preview();
}

/** @param {SubmitEvent} event */
async function send(event) {
  const button = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
  if (leaving) return;
  event.preventDefault();
  if (sending) return;
  sending = true;
  try {
    if (button?.value === "picture") return await pictures.add();
    // First to a place from where it cannot be lost: a page that does not arrive takes the text along.
    if (!(await keep())) return;
  } finally {
    sending = false;
  }
  // Should its answer get lost, the next save goes on from what this one saved.
  set("sent", field("kept")?.value ?? "");
  leaving = true;
  form.requestSubmit(button);
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  if (key === "s") {
    event.preventDefault();
    form.requestSubmit(/** @type {HTMLButtonElement} */ (form.querySelector('button[value="save"]')));
  } else if (area.hasFocus && ["b", "i", "k"].includes(key)) {
    event.preventDefault();
    act({ b: "bold", i: "italic", k: "link" }[key] ?? "");
  }
}

function chosenText() {
  return area.value.slice(area.start, area.end);
}

const openLinks = beginLinks(words.links ?? "", words.textNone ?? "", (title, address) => {
  area.focus();
  area.select(...selected); // a dialog that closes may put the cursor to the start
  area.insert(`[${(chosenText() || title).replace(/[[\]]/g, "")}](${address})`);
});

/** @param {string} tool */
function act(tool) {
  if (tool === "preview") togglePreview();
  else if (tool === "picture") pictures.offer(undefined);
  else if (tool === "link") {
    selected = [area.start, area.end];
    openLinks();
  }
  else useTool(area, tool);
}

function offerRecovery() {
  /** @type {{ kept: boolean, values: Record<string, string> } | null} */
  let entry = null;
  try {
    entry = JSON.parse(localStorage.getItem(place) ?? "null");
  } catch {
    forget();
  }
  if (!entry || entry.values.body === typed().body) return;
  const { values } = entry;
  // What the server keeps it offers itself, unless this page was made while it was on its way there.
  if (entry.kept && (words.unsaved !== undefined || values.base !== typed().base)) return;
  recovered.hidden = false;
  recovered.querySelector("[data-recover]")?.addEventListener("click", () => {
    area.value = values.body ?? "";
    for (const [name, value] of Object.entries(values)) {
      if (name === "body") continue;
      const into = field(name);
      const isBox = into instanceof HTMLInputElement && into.type === "checkbox";
      if (into && !isBox) into.value = value;
    }
    recovered.hidden = true;
    area.focus();
    note();
  });
  recovered.querySelector("[data-drop]")?.addEventListener("click", () => {
    recovered.hidden = true;
    forget();
    area.focus();
  });
}

async function begin() {
  if (words.readonly !== undefined) return;
  // Typing may begin before the area is there.
  textarea.addEventListener("compositionstart", () => (textarea.dataset.composing = ""));
  textarea.addEventListener("compositionend", () => delete textarea.dataset.composing);
  form.addEventListener("input", note);
  area = await beginArea(textarea, words);
  document.getElementById(words.label ?? "")?.addEventListener("click", () => area.focus());
  if (words.saved !== undefined) {
    forget();
    // Loading the page again must not forget what is typed after this.
    const address = new URL(location.href);
    address.searchParams.delete("done");
    address.searchParams.delete("merged");
    history.replaceState(history.state, "", address);
  }
  offerRecovery();
  // What stands beside is about the saved text, not about one that was taken up again.
  if (field("taken_up")?.value) adviseSoon();
  toolbar.hidden = false;
  toolbar.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-tool]") : null;
    if (button instanceof HTMLElement) act(button.dataset.tool ?? "");
  });
  form.addEventListener("submit", send);
  document.addEventListener("keydown", press);
  pictures = beginPictures(area, form, { post, tell, refused: REFUSED });
  addEventListener("online", () => changed && keep());
  // Back from the window in which one signed in.
  addEventListener("focus", () => waits && keep());
  addEventListener("beforeunload", (event) => {
    if (changed && !leaving) event.preventDefault();
  });
  // The page may come back from the browser's own memory, with its buttons.
  addEventListener("pageshow", () => (leaving = false));
  document.querySelector("#quote")?.closest("details")?.addEventListener("toggle", () => {
    const quote = document.getElementById("quote");
    if (quote instanceof HTMLTextAreaElement && !quote.value) quote.value = chosenText();
  });
}

begin();
