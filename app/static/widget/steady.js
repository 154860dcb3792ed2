// Keeps what is shown still while somebody is about to choose in it: a change waits until the pointer
// has left and nothing is chosen any more.

import { give } from "./elements.js";

// A finger leaves the screen before its click arrives.
const TOUCH_MS = 400;

export class Steady {
  /** Whether the pointer has moved over it since the last letter. */
  #pointing = false;
  /** @type {(() => void) | null} */
  #held = null;

  /**
   * @param {HTMLElement} element
   * @param {() => boolean} chosen Whether something in it is chosen, by keyboard or focus.
   */
  constructor(element, chosen) {
    this.chosen = chosen;
    const point = () => (this.#pointing = true);
    give(element, {
      onpointermove: point,
      onpointerdown: point,
      onpointerleave: (/** @type {PointerEvent} */ { pointerType }) =>
        setTimeout(() => this.letGo(), pointerType === "mouse" ? 0 : TOUCH_MS),
    });
  }

  /** @param {() => void} act Done at once, or when nothing is about to be chosen. */
  change(act) {
    this.#held = act;
    this.release();
  }

  /** Do what waits, if nothing is about to be chosen. */
  release() {
    if (this.#pointing || this.chosen()) return;
    this.#held?.();
    this.#held = null;
  }

  /** The pointer is elsewhere. */
  letGo() {
    this.#pointing = false;
    this.release();
  }

  /** Another text: what was chosen, or waits, belonged to the old one. */
  drop() {
    this.#pointing = false;
    this.#held = null;
  }
}
