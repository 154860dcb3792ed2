// Where the built widget begins. `scripts/build_widget` puts in VERSION, which the addresses
// of the later steps begin with, and MODULE, the script's own address if it is a module.

import { install } from "./kotae.js";

/* global VERSION, MODULE */
/** @type {HTMLScriptElement | null} */
const own = /** @type {any} */ (document.currentScript);
const home = new URL(MODULE || own?.src || "/", document.baseURI).origin;
// A module is not told which script it is for: the page's own, or the loader.
const script = own ?? [...document.scripts].find(({ src }) => src.startsWith(`${home}/widget/`));
const { site = "", key = "" } = script?.dataset ?? {};
const load = (/** @type {string} */ step) => import(`${home}/widget/${VERSION}/${step}.js`);
install({ home, site, proof: key, load });
