// An article's comforts: the contents follow the reading, headings and code can be copied, pictures
// enlarged. The words come from the page, in its language.

import { makeReporter, makeVisit, remember } from "./site.js";
import { tieForms } from "./visit.js";

/**
 * @param {string} name
 * @param {string} label
 * @param {() => void} act
 * @returns {HTMLButtonElement}
 */
function makeButton(name, label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = name;
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}

/**
 * What copies a text, and says so on the button and to screen readers for a moment.
 * @param {HTMLElement} article
 * @returns {(button: HTMLButtonElement, text: string) => Promise<void>}
 */
function makeCopying(article) {
  const status = document.createElement("p");
  status.className = "unseen";
  status.setAttribute("role", "status");
  article.append(status);
  const done = article.dataset.textCopied ?? "";
  /** @type {number | undefined} */
  let over;
  return async (button, text) => {
    status.textContent = "";
    await navigator.clipboard.writeText(text);
    const before = button.dataset.label ?? button.textContent ?? "";
    button.dataset.label = before;
    button.textContent = status.textContent = done;
    clearTimeout(over);
    over = window.setTimeout(() => (status.textContent = ""), 2000);
    window.setTimeout(() => (button.textContent = before), 2000);
  };
}

/**
 * A button beside each heading: inside, its name would be read as a part of the heading.
 * @param {HTMLElement} article
 * @param {ReturnType<typeof makeCopying>} copy
 */
function offerLinks(article, copy) {
  const { textLink = "" } = article.dataset;
  for (const heading of article.querySelectorAll("h2[id], h3[id]")) {
    const address = new URL(`#${heading.id}`, location.href.split("?")[0]);
    const button = makeButton("heading-link", "#", () => copy(button, address.href));
    button.setAttribute("aria-label", `${textLink}: ${heading.textContent}`);
    button.title = textLink;
    const box = document.createElement("div");
    box.className = "heading-box";
    heading.replaceWith(box);
    box.append(heading, button);
  }
}

/**
 * @param {HTMLElement} article
 * @param {ReturnType<typeof makeCopying>} copy
 */
function offerCode(article, copy) {
  const { textCopy = "" } = article.dataset;
  for (const block of article.querySelectorAll("pre")) {
    const box = document.createElement("div");
    box.className = "code-box";
    const text = (block.textContent ?? "").trimEnd();
    const button = makeButton("copy plain", textCopy, () => copy(button, text));
    block.replaceWith(box);
    box.append(block, button);
  }
}

/** @param {HTMLElement} article */
function offerZoom(article) {
  const { textZoom = "", textClose = "" } = article.dataset;
  for (const image of article.querySelectorAll(":is(p, p > .passage) > img:only-child")) {
    if (!(image instanceof HTMLImageElement) || image.parentElement?.textContent?.trim()) continue;
    const open = makeButton("zoom", "", () => enlarge(image, textClose));
    open.setAttribute("aria-label", `${textZoom}: ${image.alt}`);
    image.replaceWith(open);
    open.append(image);
  }
}

/**
 * @param {HTMLImageElement} image
 * @param {string} close
 */
function enlarge(image, close) {
  const dialog = document.createElement("dialog");
  dialog.className = "zoomed";
  dialog.setAttribute("aria-label", image.alt);
  const copied = new Image();
  copied.src = image.src;
  copied.alt = image.alt;
  dialog.append(makeButton("plain", close, () => dialog.close()), copied);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {HTMLElement} article */
function followReading(article) {
  const links = new Map();
  for (const link of document.querySelectorAll(".contents a")) {
    links.set(decodeURIComponent(link.getAttribute("href")?.slice(1) ?? ""), link);
  }
  const headings = [...article.querySelectorAll("h2[id], h3[id]")].filter(({ id }) => links.has(id));
  if (headings.length === 0) return;
  const mark = () => {
    const limit = window.innerHeight * 0.3;
    const passed = headings.filter((each) => each.getBoundingClientRect().top < limit);
    const current = passed.at(-1);
    for (const [id, link] of links) {
      if (current && id === current.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  let due = false;
  document.addEventListener(
    "scroll",
    () => {
      if (due) return;
      due = true;
      requestAnimationFrame(() => {
        due = false;
        mark();
      });
    },
    { passive: true },
  );
  mark();
}

/** @returns {boolean} Whether the contact page led here. */
function fromContact() {
  if (!document.referrer) return false;
  const { origin, pathname } = new URL(document.referrer);
  return origin === location.origin && /^\/[^/]+\/contact$/.test(pathname);
}

const article = document.querySelector("article[data-article]");
if (article instanceof HTMLElement) {
  remember({
    id: article.dataset.article ?? "",
    title: article.dataset.title ?? "",
    locale: article.lang,
    helped: new URLSearchParams(location.search).get("feedback") !== "why",
  });
  const about = { article_id: article.dataset.article, locale: article.lang };
  const value = fromContact() ? { from: "contact" } : undefined;
  const visit = makeVisit();
  tieForms(visit);
  makeReporter(visit).report("article_viewed", { ...about, value });
  if (navigator.clipboard) {
    const copy = makeCopying(article);
    offerLinks(article, copy);
    offerCode(article, copy);
  }
  offerZoom(article);
  followReading(article);
  document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
  const arrived = performance.getEntriesByType("navigation")[0];
  const back = arrived instanceof PerformanceNavigationTiming && arrived.type === "back_forward";
  if (!back) article.querySelector("mark.passage")?.scrollIntoView({ block: "center" });
}
