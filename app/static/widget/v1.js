// Where the built widget begins. `scripts/build_widget` puts in VERSION, which the addresses
// of the later steps begin with, and MODULE, the script's own address if it is a module.

import { install } from "./kotae.js";

/* global VERSION, MODULE */
const script = document.currentScript ?? document.querySelector('script[src*="/widget/"]');
const { site = "", key = "" } = script instanceof HTMLElement ? script.dataset : {};
const own = MODULE || script?.getAttribute("src") || "/";
const home = new URL(own, document.baseURI).origin;
const load = (/** @type {string} */ step) => import(`${home}/widget/${VERSION}/${step}.js`);
install({ home, site, proof: key, load });
