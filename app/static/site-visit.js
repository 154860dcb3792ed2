// Who visits this site's own pages. Where an experiment needs consent, it is asked for at the foot of
// the page, once; both answers are remembered.

import { read, write } from "./widget/store.js";
import { Reporter } from "./widget/reporter.js";
import { Visit } from "./widget/visit.js";

const CONSENT = "kotae-consent";
const place = () => localStorage;

class SiteVisit extends Visit {
  /**
   * @param {import("./widget/visit.js").Experiment | undefined} experiment
   * @param {boolean} known
   */
  meets(experiment, known) {
    if (experiment?.consent && this.session && read(place, CONSENT) === null) this.#ask();
    return super.meets(experiment, known);
  }

  #ask() {
    const question = document.querySelector(".experiment");
    if (!(question instanceof HTMLElement) || !question.hidden) return;
    question.hidden = false;
    for (const button of question.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        write(place, CONSENT, button.value === "yes");
        question.hidden = true;
      });
    }
  }
}

// In this browser rather than in this tab: what the contact form suggests opens in another tab, and who
// reads it there is the same person.
export const makeVisit = () => new SiteVisit(() => "local", () => read(place, CONSENT) === true);

/** @param {Visit} visit @returns {Reporter} Its events go when the page goes. */
export function makeReporter(visit) {
  const reporter = new Reporter(() => "/api/v1/events", visit, () => import("./widget/delivery.js"));
  reporter.prepare();
  window.addEventListener("pagehide", () => reporter.flush());
  return reporter;
}
