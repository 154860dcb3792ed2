// The page on which visitors see what is kept of them, save it, delete it, and leave experiments. Only
// the browser knows under which names that is: the page itself is the same for everybody.

import { read, withdraw, write } from "./site.js";

const CONSENT = "kotae-consent";
const NAMES = ["session", "sessions", "waiting", "read", "asked", "message"];
const PLACES = [() => localStorage, () => sessionStorage];
const KINDS = ["events", "episodes", "experiments", "tickets"];

/** @returns {string[]} The names of this browser's visits, without making one. */
function names() {
  const kept = PLACES.flatMap((place) => [
    read(place, "kotae-session")?.name,
    ...[read(place, "kotae-sessions") ?? []].flat().map((each) => each?.name),
  ]);
  return [...new Set(kept.filter((name) => typeof name === "string" && name))];
}

/** @param {string} address @param {string} session @returns {Promise<any>} */
async function post(address, session) {
  const body = JSON.stringify({ session });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(address, { method: "POST", body, headers });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return response.json();
}

/** @param {HTMLElement} page */
async function show(page) {
  const visits = [];
  for (const session of names()) {
    visits.push({ session, ...(await post(page.dataset.export ?? "", session)) });
  }
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (page.querySelector(name));
  part(".names").textContent = String(visits.length);
  for (const kind of KINDS) {
    const number = visits.reduce((sum, visit) => sum + visit[kind].length, 0);
    part(`.${kind}`).textContent = String(number);
  }
  const text = JSON.stringify({ visits, experiment: read(PLACES[0], "kotae-visitor") }, null, 2);
  part("pre").textContent = text;
  const link = /** @type {HTMLAnchorElement} */ (part("a[download]"));
  link.href = `data:application/json;charset=utf-8,${encodeURIComponent(text)}`;
  link.hidden = visits.length === 0;
  page.hidden = false;
}

async function forget(/** @type {HTMLElement} */ page) {
  for (const session of names()) await post(page.dataset.delete ?? "", session);
  for (const place of PLACES) for (const name of NAMES) write(place, `kotae-${name}`, null);
  withdraw();
}

const page = document.querySelector(".your-data");
if (page instanceof HTMLElement) {
  const said = /** @type {HTMLElement} */ (page.querySelector(".said"));
  /** @param {() => Promise<void>} act @param {string} [done] */
  const attempt = async (act, done = "") => {
    try {
      await act();
      await show(page);
      said.textContent = done;
    } catch {
      page.hidden = false;
      said.textContent = page.dataset.textFailed ?? "";
    }
  };
  page.querySelector(".delete")?.addEventListener("click", () =>
    attempt(() => forget(page), page.dataset.textGone),
  );
  page.querySelector(".withdraw")?.addEventListener("click", () =>
    attempt(async () => {
      withdraw();
      write(PLACES[0], CONSENT, false);
    }, page.dataset.textLeft),
  );
  attempt(async () => undefined);
}
