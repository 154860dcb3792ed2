// Where the text is typed: CodeMirror where it can be had, else the textarea as it is.

/**
 * @typedef {object} Area
 * @property {HTMLElement} place What is seen of it.
 * @property {string} value
 * @property {number} start Of what is selected.
 * @property {number} end
 * @property {boolean} hasFocus
 * @property {() => void} focus
 * @property {(start: number, end: number) => void} select
 * @property {(text: string) => void} insert In the place of what is selected; undone by undo.
 */

/**
 * @param {HTMLTextAreaElement} textarea
 * @param {DOMStringMap} words `area`: the address of the built file; `nonce` and `label`, see there.
 * @returns {Promise<Area>} Never rejects: without the file one types as in any form.
 */
export async function begin(textarea, words) {
  try {
    const { begin: takePlace } = await import(words.area ?? "");
    await composed(textarea);
    return takePlace(textarea, { nonce: words.nonce ?? "", labelledBy: words.label ?? "" });
  } catch {
    return plain(textarea);
  }
}

/**
 * @param {HTMLTextAreaElement} textarea
 * @returns {Promise<void>} When no input method is in the middle of a word.
 */
function composed(textarea) {
  if (textarea.dataset.composing === undefined) return Promise.resolve();
  return new Promise((done) => {
    textarea.addEventListener("compositionend", () => done(), { once: true });
  });
}

/** @param {HTMLTextAreaElement} textarea @returns {Area} */
function plain(textarea) {
  return {
    place: textarea,
    get value() {
      return textarea.value;
    },
    set value(text) {
      textarea.value = text;
    },
    get start() {
      return textarea.selectionStart;
    },
    get end() {
      return textarea.selectionEnd;
    },
    get hasFocus() {
      return document.activeElement === textarea;
    },
    focus() {
      textarea.focus();
    },
    select(start, end) {
      textarea.setSelectionRange(start, end);
    },
    insert(text) {
      textarea.focus();
      // The only way that the browser's own undo knows of.
      if (document.execCommand("insertText", false, text)) return;
      textarea.setRangeText(text, textarea.selectionStart, textarea.selectionEnd, "end");
      textarea.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
  };
}
