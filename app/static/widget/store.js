// What is kept in the browser. It may be forbidden, full, or written by somebody else: then nothing is.

/** @typedef {() => Storage | undefined} Place Asked each time, since asking alone may be forbidden. */

/** @param {Place} place @param {string} name @returns {any} What was kept; null where nothing was. */
export function read(place, name) {
  try {
    return JSON.parse(place()?.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Place} place @param {string} name @param {unknown} value Null to forget it. */
export function write(place, name, value) {
  try {
    if (value === null) place()?.removeItem(name);
    else place()?.setItem(name, JSON.stringify(value));
  } catch {
    // Full or forbidden: then it lasts as long as this page.
  }
}
