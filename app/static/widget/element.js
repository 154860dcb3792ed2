// <kotae-suggest>: a box, a floating help button with a panel, or offers for a field of the page.

import { SuggestClient } from "./client.js";
import { Combobox } from "./combobox.js";
import { Reporter } from "./reporter.js";
import { make } from "./rows.js";
import { STYLE, addStyle } from "./style.js";
import { Suggestions } from "./suggestions.js";
import { chooseLanguage, widgetWords } from "./words.js";

/**
 * @typedef {import("./client.js").Answers} Answers
 * @typedef {import("./client.js").Item} Item
 * @typedef {import("./panel.js").Panel} Panel
 * @typedef {{email?: string, subject?: string, body?: string}} Prefilled
 * @typedef {(language: string) => Promise<{begin: (place: HTMLElement,
 *   surroundings: import("./panel.js").Surroundings) => Panel}>} PanelLoader
 * @typedef {{home: string, prefilled: Prefilled, loadPanel: PanelLoader,
 *   loadOffers: () => Promise<typeof import("./offers.js")>}}
 *   Surroundings Where the script came from, what the host filled in, and the code of later steps.
 */

/** @param {string} label @param {string} name @param {() => void} act @returns {HTMLElement} */
function makeButton(label, name, act) {
  const button = make("button", name, label);
  button.setAttribute("type", "button");
  button.setAttribute("part", name);
  button.addEventListener("click", act);
  return button;
}

export class KotaeSuggest extends HTMLElement {
  static observedAttributes = ["for", "locale", "mode", "words"];

  /** @type {Surroundings} Set where the element is registered. */
  surroundings = {
    home: "/",
    prefilled: {},
    loadPanel: () => Promise.reject(),
    loadOffers: () => Promise.reject(),
  };
  /** @type {AbortController | null} Ends what listens outside of the element. */
  #outside = null;
  /** @type {Panel | null} */
  #panel = null;
  /** @type {HTMLInputElement | null} */
  #input = null;
  /** @type {HTMLElement | null} */
  #launcher = null;
  /** @type {HTMLElement | null} */
  #window = null;
  #built = false;
  #box = make("div", "box");
  #view = make("div", "view");

  #reporter = new Reporter(
    () => this.address("/api/v1/events"),
    () => this.getAttribute("storage"),
  );
  #client = new SuggestClient(
    () => this.address("/api/v1/suggest"),
    () => {
      const limit = this.getAttribute("limit");
      const { session } = this.#reporter;
      return {
        locale: this.language,
        page: this.page,
        ...(limit ? { limit } : {}),
        ...(session ? { session } : {}),
      };
    },
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
    this.#panel?.leave();
    this.#reporter.flush();
  }

  attributeChangedCallback() {
    if (!this.#built) return;
    this.#built = false;
    if (this.isConnected) this.connectedCallback();
  }

  /** @returns {string} The language it speaks: its own, else the page's. */
  get language() {
    const around = this.closest("[lang]")?.getAttribute("lang");
    return this.getAttribute("locale") || around || document.documentElement.lang || "en";
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

  /** Show the panel, or put the caret into the box. */
  open() {
    if (this.#window) this.#toggle(true);
    if (this.#view.hidden) this.#input?.focus();
    else this.#view.querySelector("h2")?.focus();
  }

  close() {
    // A closed panel is found again as it was left.
    if (this.#window) this.#toggle(false);
    else this.#showView(false);
    if (this.#input) this.#suggestions?.view.close();
  }

  /** @param {string} text */
  search(text) {
    this.#showView(false);
    this.open();
    if (!this.#input) return;
    this.#input.value = text;
    this.#suggestions?.ask(text);
  }

  /** @param {string} text @returns {Promise<Answers>} */
  suggest(text) {
    return this.#client.fetch(text);
  }

  focus() {
    this.open();
  }

  /** @param {Item} item @param {Answers} answers @param {boolean} newTab */
  async openItem(item, answers, newTab) {
    const [path, anchor = ""] = item.url.split("#");
    // The page marks the words that answer; ../passage.js does the same with more care.
    const mark = new URLSearchParams({ mark: [...item.answer].slice(0, 60).join("") });
    const url = this.address(`${path}?${mark}#${anchor}`);
    if (!this.#tell("open", { item, url, query_id: answers.query_id })) return;
    const linked = newTab || this.getAttribute("articles") === "link";
    const panel = linked ? null : await this.#steps();
    if (panel) await panel.article(item, url, answers.query_id);
    else this.#go(url);
  }

  /** @param {string} text @param {string} queryId */
  async askPerson(text, queryId) {
    text ||= this.#input?.value ?? "";
    this.#reporter.report("contact_started", { query_id: queryId || undefined });
    if (!this.#tell("contact", { text, query_id: queryId })) return;
    const elsewhere = this.getAttribute("contact");
    const panel = elsewhere ? null : await this.#steps();
    if (panel) panel.contact(text, queryId);
    else this.#go(this.contactAddress(text, queryId));
  }

  /**
   * Where a person can be reached without the widget: the host's own way, else the help center's.
   * @param {string} text
   * @param {string} queryId
   * @returns {string}
   */
  contactAddress(text, queryId) {
    const own = this.getAttribute("contact");
    if (own) return this.address(own);
    const about = new URLSearchParams({ q: text.slice(0, 200), page: this.page });
    if (queryId) about.set("query_id", queryId);
    return this.address(`/${encodeURIComponent(this.language)}/contact?${about}`);
  }

  /**
   * Tell the page, which may do it its own way.
   * @param {string} name
   * @param {object} detail
   * @returns {boolean} Whether the widget shall act.
   */
  #tell(name, detail) {
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
    if (root.adoptedStyleSheets.length === 0) addStyle(root, STYLE);
    this.#suggestions?.cancel();
    this.#panel?.leave();
    this.#panel = this.#suggestions = this.#input = this.#launcher = this.#window = null;
    this.#built = true;
    const words = this.#words();
    this.#view = make("div", "view");
    this.#view.hidden = true;
    this.#view.setAttribute("part", "view");
    const attached = this.hasAttribute("for");
    this.#box = make("div", attached ? "offers" : "box");
    this.#box.lang = this.language;
    this.#box.setAttribute("part", "box");
    const floating = !attached && this.getAttribute("mode") === "button";
    root.replaceChildren(floating ? this.#buildWindow(words) : this.#box);
    if (this.#launcher) root.prepend(this.#launcher);
    if (!attached) this.#begin(this.#buildBox(words, floating), words);
    this.#box.append(this.#view);
  }

  /**
   * @param {import("./suggestions.js").View} view
   * @param {import("./words.js").WidgetWords} words
   * @returns {Suggestions}
   */
  #begin(view, words) {
    /** @type {import("./suggestions.js").Acts} */
    const acts = {
      openItem: (item, newTab, answers) => this.openItem(item, answers, newTab),
      openNotice: ({ url }) => this.#go(this.address(url)),
      askPerson: (text, queryId) => this.askPerson(text, queryId),
      shown: (answers, text) => this.#tell("shown", { text, ...answers }),
    };
    const certain = this.#input === null;
    const options = { whenEmpty: !certain, certain };
    this.#suggestions = new Suggestions(view, this.#client, this.#reporter, words, acts, options);
    return this.#suggestions;
  }

  /** @param {AbortSignal} signal Ends attending to the page's field. */
  async #attend(signal) {
    const code = await this.surroundings.loadOffers().catch(() => null);
    if (signal.aborted) return;
    const words = this.#words();
    code?.attend(this, signal, () => {
      if (this.#suggestions) return this.#suggestions;
      const language = chooseLanguage(this.language);
      return this.#begin(new code.Offers(this.#box, language, words.offers), words);
    });
  }

  /** @returns {import("./words.js").WidgetWords} */
  #words() {
    const words = widgetWords(this.language);
    try {
      return { ...words, ...JSON.parse(this.getAttribute("words") || "{}") };
    } catch {
      return words;
    }
  }

  /**
   * @param {import("./words.js").WidgetWords} words
   * @param {boolean} stays
   * @returns {Combobox}
   */
  #buildBox(words, stays) {
    const input = document.createElement("input");
    input.id = "question";
    input.type = "search";
    input.autocomplete = "off";
    input.maxLength = 800;
    input.enterKeyHint = "search";
    input.placeholder = words.ask;
    input.setAttribute("aria-label", words.help);
    input.setAttribute("part", "input");
    this.#box.append(input);
    this.#input = input;
    const dismissed = () => this.#suggestions?.cancel();
    const combobox = new Combobox(input, words.list, { stays, dismissed });
    combobox.list.setAttribute("part", "list");
    const ask = () => {
      this.#showView(false);
      this.#suggestions?.ask(input.value);
    };
    input.addEventListener("input", ask);
    input.addEventListener("focus", () => {
      if (!combobox.open && this.#view.hidden) ask();
    });
    return combobox;
  }

  /** @param {import("./words.js").WidgetWords} words @returns {HTMLElement} */
  #buildWindow(words) {
    const panel = make("section", "panel");
    panel.id = "panel";
    panel.hidden = true;
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", words.help);
    panel.setAttribute("part", "panel");
    panel.lang = this.language;
    const head = make("div", "head");
    head.append(make("h2", "", words.help), makeButton(words.close, "close", () => this.close()));
    const person = makeButton(words.contact, "person", () => void this.askPerson("", ""));
    panel.append(head, this.#box, person);
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
      event.stopPropagation();
      this.close();
    });
    this.#window = panel;
    this.#launcher = makeButton(words.help, "launch", () => {
      if (panel.hidden) this.open();
      else this.close();
    });
    this.#launcher.lang = this.language;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.setAttribute("aria-controls", panel.id);
    return panel;
  }

  /** @param {boolean} open */
  #toggle(open) {
    if (!this.#window || this.#window.hidden === !open) return;
    this.#window.hidden = !open;
    this.#launcher?.setAttribute("aria-expanded", String(open));
    if (!open) this.#launcher?.focus();
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    if (this.hasAttribute("for")) void this.#attend(signal);
    window.addEventListener("pagehide", () => this.#leave(), { signal });
    document.addEventListener(
      "pointerdown",
      (event) => {
        const over = !this.#window && !this.hasAttribute("for") && !this.#panel?.writing;
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
    this.#panel?.leave();
    this.#reporter.flush();
  }

  /** @param {boolean} reading Whether an article or the form is in sight. */
  #showView(reading) {
    if (!reading && !this.#view.hidden) this.#panel?.leave();
    this.#view.hidden = !reading;
    this.#box.classList.toggle("reading", reading);
  }

  /** @returns {Promise<Panel | null>} Reading and contact, whose code comes when it is needed. */
  async #steps() {
    if (!this.#panel) {
      const code = await this.surroundings.loadPanel(chooseLanguage(this.language)).catch(() => null);
      if (!code) return null; // the help center is away; a link is left
      this.#panel ??= code.begin(this.#view, {
        widget: this,
        reporter: this.#reporter,
        tell: (name, detail) => this.#tell(name, detail),
        back: () => {
          this.#showView(false);
          (this.#input ?? this.#box.querySelector("button"))?.focus();
        },
      });
    }
    if (this.#window) this.#toggle(true);
    if (this.#input) this.#suggestions?.view.close();
    this.#showView(true);
    return this.#panel;
  }
}
