// The text area of the editor with Markdown in colour: CodeMirror over the form's own textarea, which
// goes on being what is sent. Built by scripts/build_editor, loaded by editor.js on its page alone.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  deleteMarkupBackward,
  insertNewlineContinueMarkup,
  markdownLanguage,
} from "@codemirror/lang-markdown";
import { syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

// Tab goes on to the next field: who works by the keyboard must get out again.
const KEYS = [
  { key: "Enter", run: insertNewlineContinueMarkup },
  { key: "Backspace", run: deleteMarkupBackward },
  ...historyKeymap,
  // Ctrl+I selects what is around the cursor there; here it is italic.
  ...defaultKeymap.filter(({ key }) => key !== "Mod-i"),
];

const TOOLBAR = 64; // CSS pixels: what stays above the text must not cover the line one types in

/**
 * Take the place of a textarea.
 * @param {HTMLTextAreaElement} textarea
 * @param {{ nonce: string, labelledBy: string }} given `nonce`: by which the page's policy lets the
 *   editor's own style in. `labelledBy`: the id of what names it.
 * @returns What editor-area.js says an area can do.
 */
export function begin(textarea, { nonce, labelledBy }) {
  const attributes = {
    "aria-labelledby": labelledBy,
    lang: textarea.lang,
    dir: "auto",
    spellcheck: "true",
    autocorrect: "on",
    autocapitalize: "sentences",
  };
  const view = new EditorView({
    state: EditorState.create({
      doc: textarea.value,
      selection: { anchor: textarea.selectionStart, head: textarea.selectionEnd },
      extensions: [
        EditorView.cspNonce.of(nonce),
        EditorView.lineWrapping,
        EditorView.scrollMargins.of(() => ({ top: TOOLBAR })),
        EditorView.contentAttributes.of(attributes),
        EditorView.updateListener.of((update) => update.docChanged && hand(update.state)),
        EditorState.tabSize.of(4),
        history(),
        highlightSpecialChars(),
        markdownLanguage,
        syntaxHighlighting(classHighlighter),
        keymap.of(KEYS),
      ],
    }),
  });

  /** @param {EditorState} state */
  function hand(state) {
    textarea.value = state.doc.toString();
    textarea.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  const isFocused = document.activeElement === textarea;
  textarea.hidden = true;
  textarea.before(view.dom);
  if (isFocused) view.focus();
  return {
    place: view.dom,
    get value() {
      return view.state.doc.toString();
    },
    set value(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    get start() {
      return view.state.selection.main.from;
    },
    get end() {
      return view.state.selection.main.to;
    },
    get hasFocus() {
      return view.hasFocus;
    },
    focus() {
      view.focus();
    },
    /** @param {number} start @param {number} end */
    select(start, end) {
      view.dispatch({ selection: { anchor: start, head: end }, scrollIntoView: true });
    },
    /** @param {string} text */
    insert(text) {
      view.focus();
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true, userEvent: "input" });
    },
  };
}
