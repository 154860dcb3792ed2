// An article's HTML as nodes, without the browser's HTML parser: works where Trusted Types forbid
// text to become markup, and makes nothing but the elements and attributes named here, whatever a
// tampered answer says. The server's sanitiser writes well-formed tags in small letters, its values in
// double quotes, which is all this reads.

const KEPT = new Set(
  ("p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code kbd samp var strong b em i u s del ins mark " +
    "small sub sup br hr a img figure figcaption table caption thead tbody tfoot tr th td details " +
    "summary div span abbr cite q time").split(" "),
);
const SILENT = /^(script|style|template|svg|math|iframe|object)$/;
const VOID = /^([bh]r|img)$/;
// Addresses mean nothing but on links and pictures.
const PLAIN = /^(alt|width|height|colspan|rowspan|start|title|lang|dir|open|id)$/;
const ADDRESS = /^(href|src)$/;
const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>|([^<]+|<)/g;
const ATTRIBUTE = /([a-z-]+)(?:="([^"]*)")?/g;
/** @type {Record<string, string>} */
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0" };

/** @param {string} text @returns {string} */
const decode = (text) =>
  text.replace(/&(?:#(\d{1,6})|([a-z]+));/g, (whole, code, name) =>
    code ? String.fromCodePoint(Number(code)) : Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : whole,
  );

/**
 * @param {Element} element
 * @param {string} written
 * @param {(path: string) => string} address
 */
function setAttributes(element, written, address) {
  for (const [, name, value = ""] of written.matchAll(ATTRIBUTE)) {
    const given = decode(value);
    if (PLAIN.test(name)) element.setAttribute(name, given);
    if (!ADDRESS.test(name)) continue;
    const here = given.startsWith("#");
    const url = here ? given : address(given);
    if (name === "src") element.setAttribute("loading", "lazy");
    else if (!here) element.setAttribute("target", "_blank");
    if (url) element.setAttribute(name, url);
  }
}

/**
 * @param {string} html As the articles API gives it.
 * @param {(path: string) => string} address Makes addresses of the help center whole; "" for those
 *   that must not be followed.
 * @param {(kind: string) => HTMLElement} make
 * @returns {DocumentFragment}
 */
export function readArticle(html, address, make) {
  const whole = document.createDocumentFragment();
  /** @type {{name: string, node: Node | null}[]} `null` where nothing below is shown. */
  const open = [{ name: "", node: whole }];
  for (const [, closing, name, attributes, text] of html.matchAll(TOKEN)) {
    const { node } = open[open.length - 1];
    if (text) node?.appendChild(document.createTextNode(decode(text)));
    else if (closing) {
      const at = open.findLastIndex((each) => each.name === name);
      if (at > 0) open.length = at;
    } else if (SILENT.test(name)) open.push({ name, node: null });
    else if (KEPT.has(name)) {
      const element = make(name);
      setAttributes(element, attributes, address);
      node?.appendChild(element);
      if (!VOID.test(name)) open.push({ name, node: node && element });
    }
  }
  return whole;
}
