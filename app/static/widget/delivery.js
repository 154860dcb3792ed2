// Sends events. What cannot be sent waits in the browser, bounded, and goes with the next.

import { rememberSession } from "./sessions.js";

const WAITING = "kotae-waiting";
const MOST_WAITING = 100;
const LARGEST_WAITING = 100_000;
const LARGEST_VALUE = 1900;
const PATIENCE_MS = 86_400_000;

/**
 * @typedef {import("./visit.js").Visit} Visit
 * @typedef {{session: string, visitor?: string, endpoint: string, events: {at: string}[]}} Batch
 */

/**
 * Send events, and first what waits from before. The server counts each event once.
 * @param {string} endpoint
 * @param {Visit} visit
 * @param {object[]} events
 */
export async function deliver(endpoint, visit, events) {
  const batches = takeWaiting(visit, endpoint);
  /** @type {any} */
  let identity;
  for (const event of /** @type {any[]} */ (events)) {
    // Who asks for a person is told once beside what happened, and kept with none of it.
    if (event.identity) identity = { id: event.identity.id, hash: event.identity.hash };
    delete event.identity;
    fit(event);
  }
  if (events.length) {
    const { session, visitor } = visit;
    rememberSession(visit, session);
    const batch = { session, ...(visitor && { visitor }), endpoint, events };
    batches.push(/** @type {Batch} */ (batch));
  }
  const sent = await Promise.all(batches.map((batch) => send(batch, batch.events === events ? identity : undefined)));
  const failed = batches.filter((_, number) => !sent[number]);
  if (failed.length) keepWaiting(visit, failed);
}

/**
 * Keep what is told of a list within what the server takes: long questions in scripts of which each
 * letter takes six bytes, long names of articles.
 * @param {any} event
 */
function fit({ value }) {
  const tooLarge = () => JSON.stringify(value ?? "").replace(/[^ -~]/g, "\\uxxxx").length > LARGEST_VALUE;
  if (typeof value?.query === "string") value.query = [...value.query].slice(0, 200).join("");
  if (value?.page) value.page = value.page.slice(0, 300);
  while (value?.articles?.length && tooLarge()) value.articles.pop();
}

/**
 * @param {Batch} batch
 * @param {any} [identity]
 * @returns {Promise<boolean>} Whether the server has taken or refused it.
 */
async function send(batch, identity) {
  const { endpoint, ...told } = batch;
  // Text needs no question beforehand (CORS), which a page that goes away could not wait for.
  const headers = { "Content-Type": "text/plain" };
  const sent_at = new Date().toISOString();
  const body = JSON.stringify({ ...told, identity, sent_at });
  try {
    const options = { method: "POST", keepalive: true, headers, body };
    const { status } = await fetch(endpoint, { ...options, credentials: "omit" });
    // What happened counts, even if the host cannot prove whom it happened to.
    if (identity && status > 399) return send(batch);
    return status < 500 && status !== 429;
  } catch {
    return false;
  }
}

/**
 * What waits for this help center; it is taken away at once, so that no other tab sends it too.
 * @param {Visit} visit
 * @param {string} endpoint
 * @returns {Batch[]}
 */
function takeWaiting(visit, endpoint) {
  const kept = visit.recall(WAITING);
  if (!Array.isArray(kept)) return [];
  const oldest = new Date(Date.now() - PATIENCE_MS).toISOString();
  /** @type {Batch[]} */
  const fresh = kept.filter((batch) => batch?.events?.[0]?.at > oldest);
  const others = fresh.filter((batch) => batch.endpoint !== endpoint);
  visit.remember(WAITING, others.length ? others : null);
  return fresh.filter((batch) => batch.endpoint === endpoint);
}

/** @param {Visit} visit @param {Batch[]} failed */
function keepWaiting(visit, failed) {
  const kept = visit.recall(WAITING);
  const all = [...(Array.isArray(kept) ? kept : []), ...failed].slice(-MOST_WAITING);
  while (all.length > 1 && JSON.stringify(all).length > LARGEST_WAITING) all.shift();
  visit.remember(WAITING, all);
}
