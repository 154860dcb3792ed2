// A message that is being written, kept in this tab until it was sent: who is led away from it, by a
// network that is gone or by mistake, finds it again. Never its files.

import { read, write } from "./site.js";

const NAME = "kotae-message";
const TEXTS = ["email", "subject", "body"];
// Somebody else may come to the same tab.
const LASTING_MS = 60 * 60 * 1000;
const place = () => sessionStorage;

/**
 * @typedef {{at: number, search: string, texts: Record<string, string>, without: string[], sent: boolean}} Draft
 *   `search`: of the address it was begun at; `without`: what is not to go along; `sent`: whether it
 *   was, as far as this page can know.
 */

/**
 * @param {HTMLFormElement} form One that comes back with a fault has the newer words already.
 * @param {boolean} returned
 * @returns {Partial<Draft>}
 */
function recall(form, returned) {
  const kept = read(place, NAME);
  if (!(kept?.at > Date.now() - LASTING_MS)) return {};
  const subject = form.elements.namedItem("subject");
  // Opened with another question it is another message.
  const given = subject instanceof HTMLInputElement && subject.defaultValue;
  return returned || !given || kept.search === location.search ? kept : {};
}

/** @param {HTMLFormElement} form @returns {(HTMLInputElement | HTMLTextAreaElement)[]} */
const textsOf = (form) =>
  [...form.querySelectorAll("input, textarea")].flatMap((field) =>
    (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) &&
    TEXTS.includes(field.name)
      ? field
      : [],
  );

/** @param {HTMLFormElement} form @returns {NodeListOf<HTMLInputElement>} */
const boxesOf = (form) => form.querySelectorAll(".attached input[type=checkbox]");

/** @param {HTMLInputElement} box */
const nameOf = ({ name, value }) => `${name} ${value}`;

/**
 * Fill in what was written here before, and keep what is written from now on. What was unticked once
 * stays so.
 * @param {HTMLFormElement} form With all its boxes.
 */
export function keepDraft(form) {
  const returned = form.dataset.returned !== undefined;
  const { texts = {}, without: left = [], search = location.search } = recall(form, returned);
  const without = new Set(left);
  if (!returned) for (const field of textsOf(form)) field.value = texts[field.name] ?? field.value;
  for (const box of boxesOf(form)) if (without.has(nameOf(box))) box.checked = false;
  const save = (/** @type {boolean} */ sent) => {
    for (const box of boxesOf(form)) without[box.checked ? "delete" : "add"](nameOf(box));
    const written = Object.fromEntries(textsOf(form).map(({ name, value }) => [name, value]));
    write(place, NAME, { at: Date.now(), search, texts: written, without: [...without], sent });
  };
  form.addEventListener("input", () => save(false));
  form.addEventListener("submit", () => save(true));
}

/** Of a message that arrived nothing is kept. */
export function forgetDraft() {
  if (read(place, NAME)?.sent) write(place, NAME, null);
}
