// Suggestions while one types, brought to the search forms of this site.

import { passageUrl } from "./passage.js";
import { makeReporter, makeVisit } from "./site-visit.js";
import { SuggestClient } from "./widget/client.js";
import { Combobox } from "./widget/combobox.js";
import { Suggestions } from "./widget/suggestions.js";

/**
 * @param {string} url
 * @param {boolean} newTab
 */
function go(url, newTab) {
  if (newTab) window.open(url, "_blank", "noopener");
  else location.assign(url);
}

/** @param {DOMStringMap} words @returns {import("./widget/suggestions.js").Words} */
function readWords(words) {
  return {
    one: words.textOne ?? "",
    other: words.textOther ?? "",
    none: words.textNone ?? "",
    unsure: words.textUnsure ?? "",
    failed: words.textFailed ?? "",
    contact: words.textContact ?? "",
  };
}

/**
 * Bring suggestions to a search form; its data attributes say where to ask and in which words.
 * @param {HTMLFormElement} form
 * @param {import("./widget/visit.js").Visit} visit
 * @param {import("./widget/reporter.js").Reporter} reporter
 */
function attach(form, visit, reporter) {
  const input = form.querySelector("input[name=q]");
  if (!(input instanceof HTMLInputElement)) return;
  const words = form.dataset;
  const client = new SuggestClient(
    () => words.suggest ?? "",
    () => ({
      locale: words.locale ?? "",
      page: location.pathname,
      ...(words.products ? { products: words.products } : {}),
    }),
    visit,
  );
  // An answer that arrives after the list was dismissed must not open it again.
  const combobox = new Combobox(input, words.textList ?? "", {
    dismissed: () => suggestions.cancel(),
  });
  /**
   * Who comes back finds the list as it was left.
   * @param {string} url
   * @param {boolean} newTab
   */
  const leave = (url, newTab) => {
    reporter.flush();
    if (!newTab) history.replaceState({ ...history.state, typed: input.value }, "");
    go(url, newTab);
  };
  /** @type {import("./widget/suggestions.js").Acts} */
  const acts = {
    openItem(item, newTab) {
      leave(passageUrl(item.url, item.answer), newTab);
    },
    openNotice(notice, newTab) {
      leave(notice.url, newTab);
    },
    askPerson(text, queryId, newTab) {
      const about = new URLSearchParams({ q: text.slice(0, 200), page: location.pathname });
      if (queryId) about.set("query_id", queryId);
      leave(`${words.contact}?${about}`, newTab);
    },
    knows: ({ id }) => document.getElementById(`notice-${id}`) !== null,
  };
  const suggestions = new Suggestions(combobox, client, reporter, readWords(words), acts);
  input.addEventListener("input", () => suggestions.ask(input.value));
  form.addEventListener("submit", () => suggestions.cancel());
  const typed = history.state?.typed;
  if (typeof typed === "string" && typed !== "" && input.value === input.defaultValue) {
    history.replaceState({ ...history.state, typed: "" }, "");
    input.value = typed;
    input.focus();
    suggestions.ask(typed);
  }
}

/**
 * Tell which results this page shows, if it is a page of results.
 * @param {import("./widget/reporter.js").Reporter} reporter
 */
function tellResults(reporter) {
  const results = document.querySelector("[data-shown]");
  if (!(results instanceof HTMLElement)) return;
  reporter.report("suggest_shown", JSON.parse(results.dataset.shown ?? "{}"));
}

const visit = makeVisit();
const reporter = makeReporter(visit);
tellResults(reporter);
for (const form of document.querySelectorAll("form.search[data-suggest]")) {
  if (form instanceof HTMLFormElement) attach(form, visit, reporter);
}
