// The names of this browser's own visits of the last three days. They are told with a ticket and never
// else: only so can a ticket of the next day say that yesterday's answer did not help.

import { read, write } from "./store.js";

const SESSIONS = "kotae-sessions";
const MOST = 10;
const LASTING_MS = 72 * 60 * 60 * 1000;

/** @param {import("./store.js").Place} place @returns {{name: string, at: number}[]} */
function recall(place) {
  const kept = read(place, SESSIONS);
  const oldest = Date.now() - LASTING_MS;
  return Array.isArray(kept) ? kept.filter((each) => typeof each?.name === "string" && each.at > oldest) : [];
}

/** @param {import("./store.js").Place} place @param {string} name Of a visit that told something. */
export function rememberSession(place, name) {
  const others = recall(place).filter((each) => each.name !== name);
  write(place, SESSIONS, [...others, { name, at: Date.now() }].slice(-MOST - 1));
}

/**
 * @param {import("./visit.js").Visit} visit
 * @returns {string[]} The visits before this one; none for visitors who do not want to be counted.
 */
export function earlierSessions({ lasting, session }) {
  if (!session) return [];
  const names = recall(lasting).map((each) => each.name);
  return names.filter((name) => name !== session).slice(-MOST);
}
