// A button at the edge of the page, and the panel that it opens.

/**
 * @typedef {{toggle: (open: boolean) => void}} Floating
 */

const STYLE = `
.panel { position: fixed; inset-block-end: 4.5rem; inset-inline-end: 1rem; z-index: 9999;
  display: flex; flex-direction: column; gap: .5rem; inline-size: min(25rem, 100vw - 2rem);
  block-size: min(36rem, 100vh - 5.5rem); padding: 1rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: var(--round); box-shadow: 0 8px 24px #0003 }
.head { display: flex; align-items: center; justify-content: space-between }
h2 { margin: 0; font-size: 1.1rem }
h2, button { unicode-bidi: plaintext }
.panel .box { flex: 1; min-block-size: 0; display: flex; flex-direction: column }
.panel .suggestions, .panel .view { position: static; flex: 1; max-block-size: none;
  border: 0; box-shadow: none; padding: .25rem }
.panel .reading > :is(input, .suggestions) { display: none }
.launch { position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 9999;
  background: var(--accent); color: var(--on-accent); border-radius: 99px }
@media print { .launch, .panel { display: none } }
`;

/** What closes it, in the languages that the widget speaks by itself. @type {Record<string, string>} */
const CLOSE = { en: "Close", ko: "닫기", ja: "閉じる", zh: "关闭", "zh-Hant": "關閉" };

/**
 * Put the box of a widget into a panel, and a button that opens it into the widget.
 * @param {import("./element.js").Stage<import("./words.js").WidgetWords>} stage
 * @param {HTMLElement} box
 * @param {string} language One that the widget speaks.
 * @returns {Floating}
 */
export function float({ widget, make, addStyle, words }, box, language) {
  addStyle(widget.shadowRoot, STYLE);
  const button = (/** @type {string} */ label, /** @type {string} */ name, /** @type {object} */ more) =>
    make("button", { class: name, type: "button", part: name, ...more }, label);
  const { lang } = box;
  const close = button(words.close ?? CLOSE[language], "close", { onclick: () => widget.close() });
  const person = button(words.contact, "person", { onclick: () => void widget.askPerson("", "") });
  const head = make("div", { class: "head" }, make("h2", {}, words.help), close);
  const named = { role: "dialog", "aria-label": words.help, part: "panel" };
  const panel = make("section", { class: "panel", id: "panel", hidden: true, lang, ...named }, head, box, person);
  panel.onkeydown = (event) => {
    if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
    event.stopPropagation();
    widget.close();
  };
  const launcher = button(words.help, "launch", {
    lang,
    "aria-expanded": "false",
    "aria-controls": "panel",
    onclick: () => (panel.hidden ? void widget.open() : widget.close()),
  });
  // Another button may be there already: the loader's, or its own in another language.
  const held = widget.shadowRoot?.activeElement;
  widget.shadowRoot?.replaceChildren(launcher, panel);
  if (held) launcher.focus();
  return {
    toggle(open) {
      if (panel.hidden === !open) return;
      panel.hidden = !open;
      launcher.setAttribute("aria-expanded", String(open));
      if (!open) launcher.focus();
    },
  };
}
