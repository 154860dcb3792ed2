// A button at the edge of the page, and the panel that it opens.

import { make } from "./rows.js";
import { addStyle } from "./style.js";

/**
 * @typedef {{toggle: (open: boolean) => void}} Floating
 * @typedef {import("./element.js").KotaeSuggest} KotaeSuggest
 */

const STYLE = `
.panel { position: fixed; inset-block-end: 4.5rem; inset-inline-end: 1rem; z-index: 9999;
  display: flex; flex-direction: column; gap: .5rem; inline-size: min(25rem, 100vw - 2rem);
  block-size: min(36rem, 100vh - 5.5rem); padding: 1rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: var(--round); box-shadow: 0 8px 24px rgb(0 0 0 / 20%) }
.head { display: flex; align-items: center; justify-content: space-between }
h2 { margin: 0; font-size: 1.1rem }
h2, button { unicode-bidi: plaintext }
.panel .box { flex: 1; min-block-size: 0; display: flex; flex-direction: column }
.panel .suggestions, .panel .view { position: static; flex: 1; max-block-size: none;
  border: 0; box-shadow: none; padding: .25rem }
.panel .reading > :is(input, .suggestions) { display: none }
@media print { .panel { display: none } }
`;

/** @param {string} label @param {string} name @param {() => void} act @returns {HTMLElement} */
function makeButton(label, name, act) {
  const button = make("button", name, label);
  button.setAttribute("type", "button");
  button.setAttribute("part", name);
  button.addEventListener("click", act);
  return button;
}

/**
 * Put the box of a widget into a panel, and a button that opens it into the widget.
 * @param {KotaeSuggest} widget
 * @param {HTMLElement} box
 * @param {import("./words.js").WidgetWords} words
 * @returns {Floating}
 */
export function float(widget, box, words) {
  const root = /** @type {ShadowRoot} */ (widget.shadowRoot);
  addStyle(root, STYLE);
  const panel = make("section", "panel");
  panel.id = "panel";
  panel.hidden = true;
  panel.lang = widget.language;
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", words.help);
  panel.setAttribute("part", "panel");
  const head = make("div", "head");
  head.append(make("h2", "", words.help), makeButton(words.close, "close", () => widget.close()));
  const person = makeButton(words.contact, "person", () => void widget.askPerson("", ""));
  panel.append(head, box, person);
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
    event.stopPropagation();
    widget.close();
  });
  const launcher = makeButton(words.help, "launch", () => {
    if (panel.hidden) void widget.open();
    else widget.close();
  });
  launcher.lang = widget.language;
  launcher.setAttribute("aria-expanded", "false");
  launcher.setAttribute("aria-controls", panel.id);
  root.replaceChildren(launcher, panel);
  return {
    toggle(open) {
      if (panel.hidden === !open) return;
      panel.hidden = !open;
      launcher.setAttribute("aria-expanded", String(open));
      if (!open) launcher.focus();
    },
  };
}
