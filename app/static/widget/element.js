// <kotae-suggest>: a box, a floating help button with a panel, or offers for a field of the page.

import { SuggestClient } from "./client.js";
import { Combobox } from "./combobox.js";
import { give, make } from "./elements.js";
import { chooseLanguage } from "./first-words.js";
import { Reporter } from "./reporter.js";
import { Steady } from "./steady.js";
import { STYLE, addStyle } from "./style.js";
import { Suggestions } from "./suggestions.js";
import { Visit } from "./visit.js";
import { widgetWords } from "./words.js";

/**
 * @template Words
 * @typedef {{widget: KotaeSuggest, place: HTMLElement, make: typeof make, addStyle: typeof addStyle, Steady: typeof Steady,
 *   words: Words & WidgetWords, reporter: Reporter, trail: Trail | undefined, back: () => void, done: () => void}} Stage What later
 *   steps act on: where they show what they show, how elements and styles are made, what tells the help
 *   center, what was tried already, and what is called when the visitor goes back or has sent a message.
 */

/**
 * @typedef {import("./client.js").Answers} Answers
 * @typedef {import("./client.js").Item} Item
 * @typedef {import("./reporter.js").About} About
 * @typedef {import("./trail.js").Trail} Trail
 * @typedef {import("./words.js").WidgetWords} WidgetWords
 * @typedef {{email?: string, subject?: string, body?: string}} Prefilled
 * @typedef {{id: string, email?: string, hash: string}} Identity Who the host says is signed in, with
 *   the HMAC-SHA256 of the id under the site's secret.
 * @typedef {{home: string, site: string, proof: string, prefilled: Prefilled, identity: Identity | null,
 *   agreed: boolean, load: (step: string) => Promise<any>, written?: Prefilled}} Surroundings Where the
 *   script came from, the site's key and the key that signs answers for later, what the host told, the code
 *   of later steps, what was written to a person and not sent.
 */

export class KotaeSuggest extends HTMLElement {
  static observedAttributes = ["for", "locale", "mode", "words"];

  /** @type {Surroundings} Set where the element is registered. */
  surroundings = /** @type {any} */ ({});
  /** @type {AbortController | null} Ends what listens outside of the element. */
  #outside = null;
  /** What is being written to a person and was not sent. @type {About | null} */
  #unsent = null;
  /** @type {HTMLInputElement | null} */
  #input = null;
  /** @type {import("./floating.js").Floating | null} */
  #window = null;
  /** @type {Promise<void> | null} What opening waits for. */
  #drawn = null;
  /** @type {Promise<any> | null} */
  #begun = null;
  /** @type {Trail | undefined} It comes with the first sign of interest. */
  #trail;
  #words = widgetWords("");
  #built = false;
  /** @type {Promise<void> | null} */
  #provided = null;
  #box = make("div");
  #view = make("div");

  visit = new Visit(
    () => this.getAttribute("storage"),
    () => this.surroundings.agreed || this.getAttribute("consent") === "granted",
  );
  #reporter = new Reporter(
    () => this.api("events"),
    this.visit,
    () => this.#start(),
  );
  client = new SuggestClient(
    () => this.api("suggest"),
    () => {
      const limit = this.getAttribute("limit");
      return { locale: this.language, page: this.page, ...(limit && { limit }) };
    },
    this.visit,
    () => this.#provide(),
  );
  /** @type {Suggestions | null} */
  #suggestions = null;

  connectedCallback() {
    this.#outside?.abort();
    this.#outside = new AbortController();
    if (!this.#built) this.#build();
    this.#listen(this.#outside.signal);
  }

  disconnectedCallback() {
    this.#outside?.abort();
    this.#suggestions?.cancel();
    this.#leave();
  }

  /** @param {string} _name @param {string | null} before @param {string | null} after */
  attributeChangedCallback(_name, before, after) {
    if (!this.#built || before === after) return;
    this.#built = false;
    if (this.isConnected) this.connectedCallback();
  }

  /** @returns {string} The language it speaks: its own, else the page's. */
  get language() {
    const around = /** @type {HTMLElement | null} */ (this.closest("[lang]"));
    return this.getAttribute("locale") || around?.lang || document.documentElement.lang || "en";
  }

  /** @returns {string} The page that is being looked at, without what its address may tell. */
  get page() {
    return this.getAttribute("page") || location.origin + location.pathname;
  }

  /**
   * An address of the help center, or of the web; "" for every other kind of address.
   * @param {string} path
   * @returns {string}
   */
  address(path) {
    try {
      const home = new URL(this.getAttribute("endpoint") || this.surroundings.home, location.href);
      const url = new URL(path, home);
      return /^(https?|mailto):$/.test(url.protocol) ? url.href : "";
    } catch {
      return "";
    }
  }

  /** @param {string} name Of an endpoint. @returns {string} Its address, with the site's key. */
  api(name) {
    const { site } = this.surroundings;
    const key = this.getAttribute("site") || site;
    return this.address(`/api/v1/${name}${key && `?site=${encodeURIComponent(key)}`}`);
  }

  /** Show the panel, or put the caret into the box. */
  async open() {
    await this.#drawn;
    this.#window?.toggle(true);
    if (this.#view.hidden) this.#input?.focus();
    else this.#view.querySelector("h2")?.focus();
  }

  close() {
    // A closed panel is found again as it was left.
    if (this.#window) this.#window.toggle(false);
    else this.#showView(false);
    if (this.#input) this.#suggestions?.view.close();
  }

  /** @param {string} text */
  async search(text) {
    this.#showView(false);
    await this.open();
    if (!this.#input) return;
    this.#input.value = text;
    this.#suggestions?.ask(text);
  }

  focus() {
    void this.open();
  }

  /** @param {Item} item @param {Answers} answers @param {boolean} newTab */
  async openItem(item, answers, newTab) {
    const [path, anchor = ""] = item.url.split("#");
    // The page marks the words that answer; ../passage.js does the same with more care.
    const mark = new URLSearchParams({ mark: [...item.answer].slice(0, 60).join("") });
    const url = this.address(`${path}?${mark}#${anchor}`);
    if (!this.tell("open", { item, url, query_id: answers.query_id })) return;
    const linked = newTab || this.getAttribute("articles") === "link";
    if (linked || !(await this.#step("read", item, url, answers.query_id))) this.#go(url);
  }

  /** @param {string} text @param {string} queryId @param {string} [note] Said above the form. */
  async askPerson(text, queryId, note = "") {
    text ||= this.#input?.value ?? "";
    const { identity } = this.surroundings;
    const about = { query_id: queryId || undefined, identity };
    this.#reporter.report("contact_started", about);
    if (!this.tell("contact", { text, query_id: queryId })) return;
    // A page that is refused could not send the form either.
    if (this.#elsewhere || this.client.away > 1 || !(await this.#step("write", text, queryId, note))) {
      this.#go(this.contactAddress(text, queryId));
    } else this.#unsent = about;
  }

  /**
   * Where a person can be reached without the widget: the host's own way, else the help center's.
   * @param {string} text
   * @param {string} queryId
   * @returns {string}
   */
  contactAddress(text, queryId) {
    const own = this.address(this.#elsewhere);
    // An address that says nothing of its own is told what was typed.
    const told = text && /^mailto:[^?]*$/.test(own) ? `?subject=${encodeURIComponent(text)}` : "";
    if (this.#elsewhere) return own + told;
    const about = new URLSearchParams({ q: text.slice(0, 200), page: this.page });
    if (queryId) about.set("query_id", queryId);
    return this.address(`/${encodeURIComponent(this.language)}/contact?${about}`);
  }

  /** Where the host wants people to go; in any case, or while the server is away. */
  get #elsewhere() {
    const { away, spare } = this.client;
    return this.getAttribute("contact") || (away && (this.getAttribute("fallback") || spare?.contact)) || "";
  }

  /**
   * Tell the page, which may do it its own way.
   * @param {string} name
   * @param {object} detail
   * @returns {boolean} Whether the widget shall act.
   */
  tell(name, detail) {
    this.#trail?.note(name, detail);
    const about = { detail, bubbles: true, composed: true, cancelable: true };
    return this.dispatchEvent(new CustomEvent(`kotae:${name}`, about));
  }

  /** @param {string} url */
  #go(url) {
    if (url.startsWith("mailto:")) location.href = url;
    else if (url) window.open(url, "_blank", "noopener");
  }

  #build() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [];
    addStyle(root, STYLE);
    // The loader has drawn the box already, and somebody may be typing in it: it stays where it is.
    const drawn = this.#input ? null : root.querySelector("input");
    this.#suggestions?.cancel();
    this.#abandon();
    this.#suggestions = this.#input = this.#window = this.#begun = this.#drawn = null;
    this.#built = true;
    const { language } = this;
    this.#words = { ...widgetWords(language), ...this.#given() };
    this.#view = make("div", { class: "view", hidden: true, part: "view" });
    const attached = this.hasAttribute("for");
    // English stands in for a language that is not spoken here, unless the host has words for it.
    const lang = chooseLanguage(language) === "en" && !this.hasAttribute("words") ? "en" : language;
    const named = { class: attached ? "offers" : "box", lang, part: "box" };
    this.#box = give(drawn?.parentElement ?? make("div"), named);
    const floating = !attached && this.getAttribute("mode") === "button";
    if (floating) this.#drawn = this.#float(this.#box);
    else if (!drawn) root.replaceChildren(this.#box);
    if (!attached) this.#suggestions = this.begin(this.#buildBox(floating, drawn), false);
    this.#box.append(this.#view);
    if (drawn?.matches(":focus")) {
      void this.#start();
      this.#suggestions?.ask(drawn.value);
    }
  }

  /** @param {HTMLElement} box Drawn inside a panel that a button opens; as it is where there is none to be had. */
  async #float(box) {
    // The loader has drawn a button, which is pressed as well while the panel is still on its way.
    const drawn = this.shadowRoot?.querySelector("button");
    if (drawn) drawn.onclick = () => this.open();
    const code = await this.#load("floating");
    if (box !== this.#box) return;
    if (code) this.#window = code.float(this.#stage, box, chooseLanguage(this.language));
    else this.shadowRoot?.replaceChildren(box);
  }

  /** @param {string} step @returns {Promise<any>} Its code; null where it cannot be had. */
  #load(step) {
    return this.surroundings.load(step).catch(() => null);
  }

  /** @returns {Stage<WidgetWords>} */
  get #stage() {
    return {
      widget: this,
      place: this.#view,
      make,
      addStyle,
      Steady,
      words: this.#words,
      reporter: this.#reporter,
      trail: this.#trail,
      back: () => {
        this.#showView(false);
        (this.#input ?? this.#box.querySelector("button"))?.focus();
      },
      done: () => (this.#unsent = null),
    };
  }

  /** Fetch what presents a list and tells of it: at the first sign of interest. */
  #start() {
    if (!this.#begun) {
      this.#begun = this.surroundings.load(`begin.${chooseLanguage(this.language)}`);
      this.client.ready = this.#begun.then(
        ({ words, Trail }) => {
          this.#trail ??= new Trail(this.visit);
          Object.assign(this.#words, words, this.#given());
          this.#box.querySelector("ul")?.setAttribute("aria-label", this.#words.list ?? "");
        },
        () => (this.#begun = null),
      );
    }
    return this.#begun;
  }

  /**
   * @param {import("./suggestions.js").View} view
   * @param {boolean} certain Whether only answers are shown.
   * @param {boolean} [apart] Whether they open in a tab of their own.
   * @returns {Suggestions}
   */
  begin(view, certain, apart = false) {
    /** @type {import("./suggestions.js").Acts} */
    const acts = {
      openItem: (item, newTab, answers) => this.openItem(item, answers, newTab || apart),
      openNotice: ({ url }) => this.#go(this.address(url)),
      askPerson: (text, queryId) => this.askPerson(text, queryId),
      shown: (answers, text) => {
        this.tell("shown", { text, ...answers });
        // When the browser has nothing else to do; Safari knows no idle callback.
        (window.requestIdleCallback ?? setTimeout)(() => this.#provide());
      },
    };
    return new Suggestions(view, this.client, this.#reporter, this.#words, acts, {
      whenEmpty: !certain,
      certain,
    });
  }

  /**
   * A list of answers at a place where somebody writes to a person.
   * @param {HTMLElement} place
   * @param {boolean} apart Whether they open in a tab of their own.
   * @returns {Promise<Suggestions | null>}
   */
  async offers(place, apart) {
    const code = await this.#load("offers");
    void this.#start();
    return code && this.begin(new code.Offers(this.#stage, place), true, apart);
  }

  /** Fetch what answers while the server is away; again where it could not be had. */
  #provide() {
    return (this.#provided ??= this.#load("away").then(async (code) => {
      if (!(await code?.provide(this, chooseLanguage(this.language)))) this.#provided = null;
    }));
  }

  /** @param {AbortSignal} signal Ends attending to the page's field. */
  async #attend(signal) {
    const code = await this.#load("attending");
    if (signal.aborted) return;
    code?.attend(this, signal, async () => (this.#suggestions ??= await this.offers(this.#box, false)));
  }

  /** @returns {object} The host's own words. */
  #given() {
    try {
      return JSON.parse(this.getAttribute("words") || "{}");
    } catch {
      return {};
    }
  }

  /**
   * @param {boolean} stays
   * @param {HTMLInputElement | null} drawn
   * @returns {Combobox}
   */
  #buildBox(stays, drawn) {
    const { help, ask = help, list = help } = this.#words;
    // Setting the type again would end a composition.
    const field = drawn ?? /** @type {HTMLInputElement} */ (make("input", { type: "search" }));
    const input = give(field, {
      id: "question",
      autocomplete: "off",
      maxLength: 800,
      enterKeyHint: "search",
      placeholder: ask,
      "aria-label": help,
      part: "input",
    });
    if (!drawn) this.#box.append(input);
    this.#input = input;
    const dismissed = () => this.#suggestions?.cancel();
    const combobox = new Combobox(input, list, { stays, dismissed });
    const type = () => {
      this.#showView(false);
      this.#suggestions?.ask(input.value);
    };
    input.addEventListener("input", type);
    input.addEventListener("focus", () => {
      void this.#start();
      // Also where the list stays: the page may have changed its address meanwhile.
      if (this.#view.hidden) type();
    });
    return combobox;
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    if (this.hasAttribute("for")) void this.#attend(signal);
    window.addEventListener("pagehide", () => this.#leave(), { signal });
    document.addEventListener(
      "pointerdown",
      (event) => {
        const over = !this.#window && !this.hasAttribute("for") && !this.#unsent;
        if (over && !event.composedPath().includes(this)) this.#showView(false);
      },
      { signal },
    );
    // A page that changes its address without loading anew asks for other help.
    const { navigation } = /** @type {{navigation?: EventTarget}} */ (/** @type {unknown} */ (window));
    const moved = () => {
      if (this.#input?.value === "" && this.#suggestions?.view.open) this.#suggestions.ask("");
    };
    navigation?.addEventListener("navigatesuccess", moved, { signal });
  }

  #leave() {
    this.#abandon();
    this.#reporter.flush();
  }

  /** Somebody turns away from what is shown. */
  #abandon() {
    if (this.#unsent) this.#reporter.report("contact_abandoned", this.#unsent);
    this.#unsent = null;
  }

  /** @param {boolean} reading Whether an article or the form is in sight. */
  #showView(reading) {
    if (!reading && !this.#view.hidden) this.#abandon();
    this.#view.hidden = !reading;
    this.#box.classList.toggle("reading", reading);
  }

  /**
   * Show an article or the form, whose code comes when it is needed.
   * @param {"read" | "write"} name
   * @param {unknown[]} given
   * @returns {Promise<boolean>} False where it cannot be had: a link is left.
   */
  async #step(name, ...given) {
    const code = await this.#load(`${name}.${chooseLanguage(this.language)}`);
    if (!code) return false;
    this.#window?.toggle(true);
    if (this.#input) this.#suggestions?.view.close();
    this.#showView(true);
    code.show(this.#stage, ...given);
    return true;
  }
}
