// A later step: an article read in place, and whether it solved the matter.

import { readArticle } from "./article-html.js";

/**
 * @typedef {import("./client.js").Item} Item
 * @typedef {import("./element.js").Stage<import("./read-words.js").ReadWords>} Stage
 */

const STYLE = `
.view img { max-inline-size: 100%; block-size: auto }
.view :is(pre, table) { display: block; overflow-x: auto }
.view :is(td, th) { padding: .25rem .5rem; border: 1px solid var(--line) }
.view .choice { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center;
  margin-block: 1rem .5rem; padding-block-start: .75rem; border-block-start: 1px solid var(--line) }
`;

/**
 * @param {Stage} stage
 * @param {Item} item
 * @param {string} url Of its page.
 * @param {string} queryId
 */
export async function showArticle(stage, item, url, queryId) {
  const { widget, place, make, words, reporter, trail } = stage;
  const { article_id, locale: lang } = item;
  stage.addStyle(widget.shadowRoot, STYLE);
  const about = { query_id: queryId || undefined, article_id, locale: lang };
  const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) =>
    make("button", { type: "button", part: "button", onclick }, label);
  // The widget decides where a person is reached, and tells the page.
  const write = (/** @type {string} */ note) => void widget.askPerson("", queryId, note);
  const heading = make("h2", { class: "title", tabindex: "-1", lang }, item.title);
  const body = make("div", { lang }, make("p", {}, item.answer));
  const solved = () => {
    reporter.report("solved", about);
    widget.tell("solved", { item, query_id: queryId });
    question.replaceChildren(make("p", { role: "status" }, words.glad));
  };
  const unsolved = () => {
    reporter.report("not_helpful", about);
    trail?.note("rejected", { item });
    write(words.sorry);
  };
  const question = make(
    "div",
    { class: "choice", role: "group", "aria-label": words.solved },
    words.solved,
    button(words.yes, solved),
    button(words.no, unsolved),
  );
  place.replaceChildren(
    button(`← ${words.back}`, stage.back),
    heading,
    body,
    make("a", { target: "_blank", rel: "noopener", ...(url && { href: url }) }, words.page),
    make("p", {}, button(words.contact, () => write(""))),
  );
  heading.focus();
  try {
    body.replaceChildren(await load(stage, item));
    reporter.report("article_viewed", about);
  } catch {
    body.append(make("p", { role: "status" }, words.missing));
  }
  // Not before: above it the article would come, and move it away under a finger.
  body.after(question);
}

/** @param {Stage} stage @param {Item} item @returns {Promise<DocumentFragment>} */
async function load({ widget, make }, { article_id, locale }) {
  const path = article_id.split("/").map(encodeURIComponent).join("/");
  const address = new URL(widget.api(`articles/${path}`));
  address.searchParams.set("locale", locale);
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`articles answered ${response.status}`);
  return readArticle((await response.json()).html, (path) => widget.address(path), make);
}
