// Answers below a field of the host page while somebody writes to a person. The field stays as it
// is: its keys, its focus and its form belong to the page. Fetched where a widget is `for` a field.

import { make } from "./rows.js";
import { addStyle } from "./style.js";

/**
 * @typedef {import("./combobox.js").Option} Option
 * @typedef {import("./suggestions.js").Suggestions} Suggestions
 */

/** @type {Record<string, string>} */
const HEADINGS = {
  en: "These articles may answer it:",
  ko: "이 문서에 답이 있을 수 있어요:",
  ja: "こちらの記事で解決するかもしれません：",
  zh: "以下文章也许能解答您的问题：",
  "zh-Hant": "以下文章也許能解答您的問題：",
};
const STYLE = `
.offers p { margin: .5rem 0 }
.offers ul { margin: 0; padding: 0; list-style: none }
.offers .view { position: static; max-block-size: 30rem }
`;
const LONGEST = 400;
const ASKING = /subject|title|summary|topic|question/i;

/**
 * @param {string} wanted A selector: the field, or the form that it is in.
 * @param {EventTarget | null} target
 * @returns {HTMLInputElement | HTMLTextAreaElement | null} The field, if it is one to attend to.
 */
function fieldOf(wanted, target) {
  const writes = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  if (!writes) return null;
  const found = target.closest(wanted);
  if (found === target) return target;
  const asking = target instanceof HTMLTextAreaElement || ASKING.test(target.name + target.id);
  return found instanceof HTMLFormElement && asking ? target : null;
}

/**
 * Offer answers to what is written in a field of the page. The field may come later, or be made anew
 * by the page: whatever is typed around the widget is looked at.
 * @param {HTMLElement} widget
 * @param {AbortSignal} signal Ends it.
 * @param {() => Promise<Suggestions | null>} begin
 */
export function attend(widget, signal, begin) {
  const write = async (/** @type {EventTarget | null} */ target) => {
    const field = fieldOf(widget.getAttribute("for") ?? "", target);
    if (field) ask(await begin(), field);
  };
  const root = /** @type {Document | ShadowRoot} */ (widget.getRootNode());
  const heard = (/** @type {Event} */ { target }) => void write(target);
  root.addEventListener("input", heard, { signal, capture: true });
  root.addEventListener("focusin", heard, { signal, capture: true });
  // What was typed before this code was here.
  void write(root.activeElement);
}

/**
 * @param {Suggestions | null} suggestions
 * @param {HTMLInputElement | HTMLTextAreaElement} field
 */
export function ask(suggestions, field) {
  const text = field.value.slice(0, LONGEST);
  suggestions?.ask(text.trim().length < 2 ? "" : text);
}

export class Offers {
  /**
   * @param {HTMLElement} place Shows and holds the offers; empty while there are none.
   * @param {string} language One that the widget speaks.
   * @param {string} [heading] The host's own words.
   */
  constructor(place, language, heading = HEADINGS[language]) {
    this.place = place;
    this.list = make("ul", "");
    this.status = make("p", "unseen");
    this.status.setAttribute("role", "status");
    this.body = make("div", "");
    this.body.append(make("p", "", heading), this.list);
    this.body.hidden = true;
    place.prepend(this.body, this.status);
    addStyle(/** @type {ShadowRoot} */ (place.getRootNode()), STYLE);
  }

  /** @returns {boolean} */
  get open() {
    return !this.body.hidden;
  }

  /**
   * @param {Option[]} options
   * @param {string} said
   */
  show(options, said) {
    const rows = options.map(({ element, act }) => {
      const row = make("li", "");
      const button = make("button", element.className);
      button.setAttribute("type", "button");
      button.append(...element.childNodes);
      button.addEventListener("click", (event) => act(event.ctrlKey || event.metaKey));
      row.append(button);
      return row;
    });
    this.list.replaceChildren(...rows);
    this.body.hidden = rows.length === 0;
    this.status.textContent = said;
  }

  close() {
    this.show([], "");
  }
}
