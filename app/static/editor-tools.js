// What the buttons above the text write: Markdown around, before or below what is selected.

/** @type {Record<string, [string, string]>} */
const AROUND = { bold: ["**", "**"], italic: ["*", "*"], code: ["`", "`"] };
/** @type {Record<string, (line: string, number: number) => string>} */
const BEFORE = {
  heading: (line) => (/^#{2,5} /.test(line) ? `#${line}` : `## ${line.replace(/^#+ */, "")}`),
  list: (line) => (line.startsWith("- ") ? line.slice(2) : `- ${line}`),
  steps: (line, number) => (/^\d+\. /.test(line) ? line.replace(/^\d+\. /, "") : `${number}. ${line}`),
};
/** @type {Record<string, string>} */
const BELOW = {
  callout: "\n\n!!! note\n    ",
  table: "\n\n| A | B |\n|---|---|\n| 1 | 2 |\n",
};

/**
 * Write in the place of what is selected, so that the browser's undo takes it back.
 * @param {HTMLTextAreaElement} area
 * @param {string} text
 */
export function insert(area, text) {
  area.focus();
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}

/**
 * @param {HTMLTextAreaElement} area
 * @param {string} tool
 */
export function useTool(area, tool) {
  if (tool in AROUND) wrap(area, AROUND[tool]);
  else if (tool in BEFORE) startLines(area, BEFORE[tool]);
  else if (tool in BELOW) {
    area.setSelectionRange(area.selectionEnd, area.selectionEnd);
    insert(area, BELOW[tool]);
  }
}

/**
 * @param {HTMLTextAreaElement} area
 * @param {[string, string]} marks
 */
function wrap(area, [before, after]) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  insert(area, before + chosen + after);
  area.setSelectionRange(start + before.length, start + before.length + chosen.length);
}

/**
 * @param {HTMLTextAreaElement} area
 * @param {(line: string, number: number) => string} begin
 */
function startLines(area, begin) {
  const { selectionStart, selectionEnd, value } = area;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const found = value.indexOf("\n", selectionEnd);
  const end = found < 0 ? value.length : found;
  const lines = value.slice(start, end).split("\n");
  area.setSelectionRange(start, end);
  insert(area, lines.map((line, number) => begin(line, number + 1)).join("\n"));
}
