// What the buttons above the text write: Markdown around, before or below what is selected.

/** @typedef {import("./editor-area.js").Area} Area */

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
 * @param {Area} area
 * @param {string} tool
 */
export function useTool(area, tool) {
  if (tool in AROUND) wrap(area, AROUND[tool]);
  else if (tool in BEFORE) startLines(area, BEFORE[tool]);
  else if (tool in BELOW) {
    area.select(area.end, area.end);
    area.insert(BELOW[tool]);
  }
}

/**
 * @param {Area} area
 * @param {[string, string]} marks
 */
function wrap(area, [before, after]) {
  const { start, end, value } = area;
  const chosen = value.slice(start, end);
  area.insert(before + chosen + after);
  area.select(start + before.length, start + before.length + chosen.length);
}

/**
 * @param {Area} area
 * @param {(line: string, number: number) => string} begin
 */
function startLines(area, begin) {
  const { value } = area;
  const start = value.lastIndexOf("\n", area.start - 1) + 1;
  const found = value.indexOf("\n", area.end);
  const end = found < 0 ? value.length : found;
  const lines = value.slice(start, end).split("\n");
  area.select(start, end);
  area.insert(lines.map((line, number) => begin(line, number + 1)).join("\n"));
}
