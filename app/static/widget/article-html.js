// An article's HTML as nodes, without the browser's HTML parser: works where Trusted Types forbid
// text to become markup, and makes nothing but the elements and attributes named here, whatever a
// tampered answer says. The server's sanitiser writes well-formed tags, which is all this reads.

const KEPT = new Set(
  ("p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code kbd samp var strong b em i u s del ins mark " +
    "small sub sup br hr a img figure figcaption table caption thead tbody tfoot tr th td details " +
    "summary div span abbr cite q time").split(" "),
);
const VOID = new Set(["br", "hr", "img"]);
const SILENT = new Set(["script", "style", "template", "svg", "math", "iframe", "object"]);
const PLAIN = new Set(["alt", "width", "height", "colspan", "rowspan", "start", "title", "lang", "dir", "open"]);
const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>|<!--[^]*?-->|([^<]+|<)/gi;
const ATTRIBUTE = /([a-z-]+)(?:="([^"]*)")?/gi;
/** @type {Record<string, string>} */
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0", apos: "'" };

/** @param {string} text @returns {string} */
function decode(text) {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : whole;
    const code = decimal ? Number(decimal) : parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/**
 * @param {Element} element
 * @param {string} written
 * @param {(path: string) => string} address
 */
function setAttributes(element, written, address) {
  for (const [, name, value = ""] of written.matchAll(ATTRIBUTE)) {
    const given = decode(value);
    const local = name.toLowerCase();
    if (local === "href" && element.localName === "a") {
      const url = given.startsWith("#") ? given : address(given);
      if (url) element.setAttribute("href", url);
      if (!given.startsWith("#")) element.setAttribute("target", "_blank");
      element.setAttribute("rel", "noopener");
    } else if (local === "src" && element.localName === "img") {
      element.setAttribute("loading", "lazy");
      const url = address(given);
      if (url) element.setAttribute("src", url);
    } else if (local === "id") element.id = given;
    else if (PLAIN.has(local)) element.setAttribute(local, given);
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
  for (const [, closing, tag, attributes, text] of html.matchAll(TOKEN)) {
    const inside = open[open.length - 1];
    const name = tag?.toLowerCase();
    if (text !== undefined) inside.node?.appendChild(document.createTextNode(decode(text)));
    else if (closing) {
      const at = open.findLastIndex((each) => each.name === name);
      if (at > 0) open.length = at;
    } else if (SILENT.has(name)) open.push({ name, node: null });
    else if (KEPT.has(name)) {
      const element = make(name);
      setAttributes(element, attributes, address);
      inside.node?.appendChild(element);
      if (!VOID.has(name)) open.push({ name, node: inside.node && element });
    }
  }
  return whole;
}
