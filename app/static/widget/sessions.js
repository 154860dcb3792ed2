// The names of this browser's own visits of the last three days. They are told with a ticket and never
// else: only so can a ticket of the next day say that yesterday's answer did not help.

const SESSIONS = "kotae-sessions";
const MOST = 10;
const LASTING_MS = 72 * 60 * 60 * 1000;

/** @typedef {import("./visit.js").Visit} Visit */

/** @param {Visit} visit @returns {{name: string, at: number}[]} */
function recall(visit) {
  const kept = visit.recall(SESSIONS);
  const oldest = Date.now() - LASTING_MS;
  return Array.isArray(kept) ? kept.filter((each) => each?.at > oldest) : [];
}

/** @param {Visit} visit One that told something. @param {string} name */
export function rememberSession(visit, name) {
  const others = recall(visit).filter((each) => each.name !== name);
  visit.remember(SESSIONS, [...others, { name, at: Date.now() }].slice(-MOST - 1));
}

/**
 * @param {Visit} visit
 * @returns {string[]} The visits before this one; none for visitors who do not want to be counted.
 */
export function earlierSessions(visit) {
  const { session } = visit;
  if (!session) return [];
  const names = recall(visit).map((each) => each.name);
  return names.filter((name) => name !== session).slice(-MOST);
}
