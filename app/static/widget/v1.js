// Where the built widget begins. `scripts/build_widget` puts in VERSION, which the addresses of the
// later steps begin with, HASHES, the hash of the file that has theirs, and MODULE, the script's own
// address if it is a module.

import { give, make } from "./elements.js";
import { install } from "./kotae.js";

/* global VERSION, HASHES, MODULE */
/** @type {HTMLScriptElement | null} */
const own = /** @type {any} */ (document.currentScript);
const home = new URL(MODULE || own?.src || "/", document.baseURI).origin;
// A module is not told which script it is for: the page's own, or the loader.
const script = own ?? [...document.scripts].find(({ src }) => src.startsWith(`${home}/widget/`));
const { site = "", key = "" } = script?.dataset ?? {};
const address = (/** @type {string} */ step) => `${home}/widget/${VERSION}/${step}.js`;

/**
 * Have the browser take a module only if it is what its hash says; importing it takes what was taken.
 * @param {string} href
 * @param {string} integrity
 */
async function vouch(href, integrity) {
  const link = make("link", { rel: "modulepreload", href, integrity });
  await new Promise((onload, onerror) => {
    // A page opens as long as the browser remembers the click: in most, five seconds.
    setTimeout(onerror, 4000);
    document.head.append(give(link, { onload, onerror }));
  }).finally(() => link.remove());
}

/** @param {string} step */
async function load(step) {
  // Whoever fixes the script by its hash means all of it; for others the hash would say nothing.
  if (script?.integrity) {
    const hashes = address("hashes");
    await vouch(hashes, HASHES);
    await vouch(address(step), (await import(hashes)).default[step]);
  }
  return import(address(step));
}

install({ home, site, proof: key, load });
