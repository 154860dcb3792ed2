// The later steps: an article read in place, whether it solved the matter, and writing to a person.
// Fetched when the first of them is needed.

import { readArticle } from "./article-html.js";
import { earlierSessions } from "./sessions.js";
import { addStyle } from "./style.js";

/**
 * @typedef {import("./client.js").Item} Item
 * @typedef {import("./element.js").KotaeSuggest} KotaeSuggest
 * @typedef {{widget: KotaeSuggest, reporter: import("./reporter.js").Reporter,
 *   tell: (name: string, detail: object) => boolean, back: () => void}} Surroundings
 */

const STYLE = `
.view :is(h2, h3) { margin: .75rem 0 .25rem; font-size: 1.1rem; line-height: 1.3 }
.view .title { font-size: 1.25rem }
.view :focus:not(:focus-visible) { outline: none }
.view a { color: var(--accent) }
.view img { max-inline-size: 100%; block-size: auto }
.view :is(pre, table) { display: block; overflow-x: auto }
.view :is(td, th) { padding: .25rem .5rem; border: 1px solid var(--line) }
.view label { display: block; margin-block-start: .75rem; font-weight: 600 }
.view textarea { min-block-size: 7rem }
.view .fault { margin: .25rem 0; font-weight: 600 }
.view [aria-invalid] { border-width: 3px }
.view .choice { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center;
  margin-block: 1rem .5rem; padding-block-start: .75rem; border-block-start: 1px solid var(--line) }
.panel:has(form) > .person { display: none }
.view .offers { margin-block-start: .5rem }
.view .send { margin-block: 1rem .5rem; background: var(--accent); color: var(--on-accent) }
`;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * @param {string} kind
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
function make(kind, attributes = {}, ...children) {
  const element = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export class Panel {
  /** What is being written to a person and was not sent. @type {{query_id?: string} | null} */
  #unsent = null;

  /**
   * @param {HTMLElement} place
   * @param {Surroundings} surroundings
   * @param {import("./panel-words.js").PanelWords} words
   */
  constructor(place, surroundings, words) {
    this.place = place;
    this.widget = surroundings.widget;
    this.reporter = surroundings.reporter;
    this.tell = surroundings.tell;
    this.back = surroundings.back;
    this.words = { ...words, ...this.#given() };
    addStyle(/** @type {ShadowRoot} */ (place.getRootNode()), STYLE);
  }

  /** @returns {boolean} Whether something is being written that would be lost. */
  get writing() {
    return this.#unsent !== null;
  }

  /** Called when somebody turns away from what is shown. */
  leave() {
    if (this.#unsent) this.reporter.report("contact_abandoned", this.#unsent);
    this.#unsent = null;
  }

  /**
   * @param {Item} item
   * @param {string} url Of its page.
   * @param {string} queryId
   */
  async article(item, url, queryId) {
    const { article_id, locale } = item;
    const about = { query_id: queryId || undefined, article_id, locale };
    const { words } = this;
    const heading = make("h2", { class: "title", tabindex: "-1", lang: locale }, item.title);
    const body = make("div", { lang: locale }, make("p", {}, item.answer));
    const question = make("div", { class: "choice", role: "group", "aria-label": words.solved });
    question.append(
      words.solved,
      this.#button(words.yes, () => {
        this.reporter.report("solved", about);
        this.tell("solved", { item, query_id: queryId });
        question.replaceChildren(make("p", { role: "status" }, words.glad));
      }),
      this.#button(words.no, () => {
        this.reporter.report("not_helpful", about);
        this.#write(queryId, words.sorry);
      }),
    );
    const page = make("a", { target: "_blank", rel: "noopener" }, words.page);
    if (url) page.setAttribute("href", url);
    const person = this.#button(words.contact, () => this.#write(queryId, ""));
    this.place.replaceChildren(this.#backButton(), heading, body, question, page, make("p", {}, person));
    heading.focus();
    try {
      body.replaceChildren(await this.#load(item));
      this.reporter.report("article_viewed", about);
    } catch {
      body.append(make("p", { role: "status" }, words.missing));
    }
  }

  /**
   * @param {string} text What was typed until now.
   * @param {string} queryId
   * @param {string} [note]
   */
  contact(text, queryId, note = "") {
    const { words, widget } = this;
    const given = widget.surroundings.prefilled;
    this.#unsent = { query_id: queryId || undefined };
    const form = make("form", { novalidate: "" });
    const email = this.#field(form, "email", words.email, given.email ?? "", "320");
    const subject = this.#field(form, "subject", words.subject, given.subject ?? text.slice(0, 200), "200");
    const body = this.#field(form, "body", words.body, given.body ?? text, "20000");
    void this.#offer(subject);
    const status = make("p", { role: "status" });
    const send = make("button", { type: "submit", class: "send", part: "send" }, words.send);
    const address = widget.contactAddress(text, queryId);
    const other = make("a", { target: "_blank", rel: "noopener" }, words.elsewhere);
    if (address) other.setAttribute("href", address);
    form.append(send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#check([email, subject, body])) void this.#send(form, status, queryId);
    });
    const heading = make("h2", { class: "title", tabindex: "-1" }, words.contact);
    this.place.replaceChildren(this.#backButton(), heading, note, form, status, other);
    (email.value ? body : email).focus();
  }

  /**
   * @param {string} queryId
   * @param {string} note
   */
  #write(queryId, note) {
    // The widget decides where a person is reached, and tells the page.
    void this.widget.askPerson("", queryId).then(() => {
      if (note && this.#unsent) this.place.querySelector("h2")?.after(make("p", {}, note));
    });
  }

  /**
   * Offer answers to the subject; whoever writes stays with what they write, so they open apart.
   * @param {HTMLInputElement | HTMLTextAreaElement} subject
   */
  async #offer(subject) {
    const place = make("div", { class: "offers" });
    subject.nextElementSibling?.after(place);
    const suggestions = await this.widget.offers(place, true);
    const typed = () => suggestions?.ask(subject.value.trim().length < 2 ? "" : subject.value);
    subject.addEventListener("input", typed);
  }

  /** @returns {object} The host's own words. */
  #given() {
    try {
      return JSON.parse(this.widget.getAttribute("words") || "{}");
    } catch {
      return {};
    }
  }

  /** @param {Item} item @returns {Promise<DocumentFragment>} */
  async #load({ article_id, locale }) {
    const path = article_id.split("/").map(encodeURIComponent).join("/");
    const address = new URL(this.widget.api(`articles/${path}`));
    address.searchParams.set("locale", locale);
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`articles answered ${response.status}`);
    const { html } = await response.json();
    return readArticle(html, (path) => this.widget.address(path));
  }

  /**
   * @param {string} label
   * @param {() => void} act
   * @returns {HTMLElement}
   */
  #button(label, act) {
    const button = make("button", { type: "button", part: "button" }, label);
    button.addEventListener("click", act);
    return button;
  }

  #backButton() {
    return this.#button(`← ${this.words.back}`, () => this.back());
  }

  /**
   * @param {HTMLElement} form
   * @param {string} name
   * @param {string} label
   * @param {string} value
   * @param {string} longest
   * @returns {HTMLInputElement | HTMLTextAreaElement}
   */
  #field(form, name, label, value, longest) {
    const field = document.createElement(name === "body" ? "textarea" : "input");
    const attributes = { id: name, name, maxlength: longest, autocomplete: name === "email" ? name : "off" };
    for (const [each, written] of Object.entries(attributes)) field.setAttribute(each, written);
    if (name === "email") field.setAttribute("type", "email");
    field.required = true;
    field.value = value;
    form.append(make("label", { for: name }, label), field, make("p", { class: "fault", id: `${name}-fault` }));
    return field;
  }

  /**
   * Say what is amiss at each field, and lead to the first.
   * @param {(HTMLInputElement | HTMLTextAreaElement)[]} fields
   * @returns {boolean}
   */
  #check(fields) {
    const bad = fields.filter((field) => {
      const fine = field.name === "email" ? EMAIL.test(field.value.trim()) : field.value.trim() !== "";
      const fault = /** @type {HTMLElement} */ (field.nextElementSibling);
      fault.textContent = fine ? "" : field.name === "email" ? this.words.badEmail : this.words.empty;
      if (fine) field.removeAttribute("aria-invalid");
      else {
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", fault.id);
      }
      return !fine;
    });
    bad[0]?.focus();
    return bad.length === 0;
  }

  /**
   * @param {HTMLElement} form
   * @param {HTMLElement} status
   * @param {string} queryId
   */
  async #send(form, status, queryId) {
    const { widget, words } = this;
    const button = /** @type {HTMLButtonElement} */ (form.querySelector(".send"));
    button.disabled = true;
    const { session, visitor } = widget.visit;
    const earlier = earlierSessions(widget.visit);
    const { identity } = widget.surroundings;
    const ticket = {
      ...Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (form))),
      query_id: queryId || undefined,
      ...(session && { session }),
      ...(visitor && { visitor }),
      ...(earlier.length && { earlier_sessions: earlier }),
      ...(identity && { identity }),
      page: widget.page,
      locale: widget.language,
    };
    try {
      const response = await fetch(widget.api("tickets"), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(ticket),
      });
      if (!response.ok) throw new Error(`tickets answered ${response.status}`);
      const { ticket_id } = await response.json();
      this.#unsent = null;
      this.reporter.report("ticket_submitted", { query_id: ticket.query_id, value: { ticket_id } });
      form.remove();
      status.textContent = words.sent;
    } catch {
      status.textContent = words.unsent;
      button.disabled = false;
    }
  }
}
