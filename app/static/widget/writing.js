// A later step: writing to a person. Answers to the subject are offered meanwhile.

import { STYLE as COMMON } from "./view-style.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

const STYLE = `
.view label { display: block; margin-block-start: .75rem; font-weight: 600 }
.view textarea { min-block-size: 7rem }
.view .fault { margin: .25rem 0; font-weight: 600 }
.view [aria-invalid] { border-width: 3px }
.panel:has(form) > .person { display: none }
.view .offers { margin-block-start: .5rem }
.view .send { margin-block: 1rem .5rem; background: var(--accent); color: var(--on-accent) }
`;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * @param {import("./element.js").Stage<import("./write-words.js").WriteWords>} stage
 * @param {string} text What was typed until now.
 * @param {string} queryId
 * @param {string} note What is said above the form; may be empty.
 */
export function showForm(stage, text, queryId, note) {
  const { widget, place, make, words } = stage;
  stage.addStyle(widget.shadowRoot, COMMON + STYLE);
  const form = /** @type {HTMLFormElement} */ (make("form", { noValidate: true }));
  /**
   * @param {string} name
   * @param {string} label
   * @param {string | undefined} value
   * @param {string} maxlength
   * @param {Record<string, string>} [more]
   */
  const field = (name, label, value = "", maxlength, more) => {
    const kind = name === "body" ? "textarea" : "input";
    const fault = make("p", { class: "fault", id: `${name}-fault` });
    const about = { "aria-describedby": fault.id, autocomplete: "off", required: true, ...more };
    const made = /** @type {Field} */ (make(kind, { id: name, name, maxlength, ...about }));
    made.value = value;
    form.append(make("label", { for: name }, label), made, fault);
    return made;
  };
  const given = widget.surroundings.prefilled;
  const email = field("email", words.email, given.email, "320", { type: "email", autocomplete: "email" });
  const subject = field("subject", words.subject, given.subject ?? text.slice(0, 200), "200");
  const body = field("body", words.body, given.body ?? text, "20000");
  const offers = make("div", { class: "offers" });
  const send = /** @type {HTMLButtonElement} */ (make("button", { class: "send", part: "send" }, words.send));
  const status = make("p", { role: "status" });
  subject.nextElementSibling?.after(offers);
  form.append(send);
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (!check([email, subject, body], words)) return;
    send.disabled = true;
    const sent = await deliver(stage, form, queryId);
    status.textContent = sent ? words.sent : words.unsent;
    if (sent) form.remove();
    send.disabled = false;
  };
  const href = widget.contactAddress(text, queryId);
  place.replaceChildren(
    make("button", { type: "button", part: "button", onclick: stage.back }, `← ${words.back}`),
    make("h2", { class: "title", tabindex: "-1" }, words.contact),
    ...(note && [make("p", {}, note)]),
    form,
    status,
    make("a", { target: "_blank", rel: "noopener", ...(href && { href }) }, words.elsewhere),
  );
  (email.value ? body : email).focus();
  // Whoever writes stays with what they write: answers open apart.
  void widget
    .offers(offers, true)
    .then((suggestions) => {
      subject.oninput = () => {
        if (!suggestions) return;
        /** @type {import("./offers.js").Offers} */ (suggestions.view).letGo();
        suggestions.ask(subject.value);
      };
    });
}

/**
 * Say what is amiss at each field, and lead to the first.
 * @param {Field[]} fields
 * @param {Record<"badEmail" | "empty", string>} words
 * @returns {boolean}
 */
function check(fields, { badEmail, empty }) {
  const bad = fields.filter((field) => {
    const isEmail = field.name === "email";
    // The browser itself strips blanks around an address.
    const fine = (isEmail ? EMAIL : /\S/).test(field.value);
    const fault = /** @type {HTMLElement} */ (field.nextElementSibling);
    fault.textContent = fine ? "" : isEmail ? badEmail : empty;
    if (fine) field.removeAttribute("aria-invalid");
    else field.setAttribute("aria-invalid", "true");
    return !fine;
  });
  bad[0]?.focus();
  return bad.length === 0;
}

/**
 * @param {import("./element.js").Stage<any>} stage
 * @param {HTMLFormElement} form
 * @param {string} queryId
 * @returns {Promise<boolean>} Whether the server has it.
 */
async function deliver({ widget, reporter, begun, done }, form, queryId) {
  const { visit, surroundings } = widget;
  const { session, visitor } = visit;
  const query_id = queryId || undefined;
  const first = await begun?.catch(() => null);
  const ticket = {
    ...Object.fromEntries(new FormData(form)),
    query_id,
    session: session || undefined,
    visitor: visitor || undefined,
    earlier_sessions: first?.earlierSessions(visit),
    identity: surroundings.identity ?? undefined,
    page: widget.page,
    locale: widget.language,
  };
  try {
    const response = await fetch(widget.api("tickets"), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(ticket),
    });
    if (!response.ok) return false;
    const { ticket_id } = await response.json();
    done();
    reporter.report("ticket_submitted", { query_id, value: { ticket_id } });
    return true;
  } catch {
    return false;
  }
}
