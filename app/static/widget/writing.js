// A later step: writing to a person. Answers to the subject are offered meanwhile.

/**
 * @typedef {HTMLInputElement | HTMLTextAreaElement} Field
 * @typedef {import("./trail.js").Step} Step
 * @typedef {import("./element.js").Stage<import("./write-words.js").WriteWords>} Stage
 */

const STYLE = `
.view :is(label, legend) { display: block; margin-block-start: .75rem; padding: 0; font-weight: 600 }
.view fieldset { margin: 0; padding: 0; border: 0 }
.view fieldset p { display: flex; gap: .5rem; align-items: center; justify-content: space-between;
  margin: .25rem 0 }
.view p > button { flex: none }
.view textarea { min-block-size: 7rem }
.view .fault { margin: .25rem 0; font-weight: 600 }
.view [aria-invalid] { border-width: 3px }
.panel:has(form) > .person { display: none }
.view .offers { margin-block-start: .5rem }
.view .send { margin-block: 1rem .5rem; background: var(--accent); color: var(--on-accent) }
`;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * @param {Stage} stage
 * @param {string} text What was typed until now.
 * @param {string} queryId
 * @param {string} note What is said above the form; may be empty.
 */
export function showForm(stage, text, queryId, note) {
  const { widget, place, make, words } = stage;
  stage.addStyle(widget.shadowRoot, STYLE);
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
  const { surroundings } = widget;
  // It stays until it is sent, whatever is looked at meanwhile.
  const written = (surroundings.written ??= {});
  const given = { ...surroundings.prefilled, ...written };
  const email = field("email", words.email, given.email, "320", { type: "email", autocomplete: "email" });
  const subject = field("subject", words.subject, given.subject ?? text.slice(0, 200), "200");
  const body = field("body", words.body, given.body ?? text, "20000");
  const offers = make("div", { class: "offers" });
  const send = /** @type {HTMLButtonElement} */ (make("button", { class: "send", part: "send" }, words.send));
  const status = make("p", { role: "status" });
  subject.nextElementSibling?.after(offers);
  /** @type {Step[]} */
  const here = [{ kind: "page", value: widget.page, text: widget.page }];
  const along = here.concat(stage.trail?.steps ?? []).filter(({ text }) => !stage.trail?.leftOut.has(text));
  form.append(listAlong(stage, along, send, status), send);
  form.oninput = ({ target }) => {
    const { name, value } = /** @type {Field} */ (target);
    written[/** @type {keyof typeof written} */ (name)] = value;
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (!check([email, subject, body], words)) return;
    send.disabled = true;
    const sent = await deliver(stage, form, along, queryId);
    status.textContent = sent ? words.sent : words.unsent;
    if (sent) {
      form.remove();
      surroundings.written = {};
    }
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
  /** @type {ReturnType<typeof widget.offers> | undefined} */
  let begun;
  subject.oninput = async () => {
    // Whoever writes stays with what they write: answers open apart.
    const suggestions = await (begun ??= widget.offers(offers, true));
    if (!suggestions) return (begun = undefined);
    /** @type {import("./offers.js").Offers} */ (suggestions.view).typed();
    suggestions.ask(subject.value);
  };
}

/**
 * What is sent along with the message; each line of it can be taken out.
 * @param {Stage} stage
 * @param {Step[]} along
 * @param {HTMLElement} send
 * @param {HTMLElement} status
 */
function listAlong({ make, words, trail }, along, send, status) {
  const rows = along.map((step) => {
    const { kind, text, lang = "" } = step;
    const onclick = () => {
      along.splice(along.indexOf(step), 1);
      trail?.leaveOut(text);
      const next = row.nextElementSibling ?? row.previousElementSibling;
      (next?.querySelector("button") ?? send).focus();
      row.remove();
      list.hidden = !along.length;
      status.textContent = `${words.removed}: ${text}`;
    };
    const about = { type: "button", part: "button", "aria-label": `${words.remove}: ${text}`, onclick };
    const said = make("span", {}, words[kind], make("span", lang ? { lang } : {}, text));
    const row = make("p", {}, said, make("button", about, words.remove));
    return row;
  });
  const list = make("fieldset", { hidden: !along.length }, make("legend", {}, words.along), ...rows);
  return list;
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
 * @param {Stage} stage
 * @param {HTMLFormElement} form
 * @param {Step[]} along
 * @param {string} queryId
 * @returns {Promise<boolean>} Whether the server has it.
 */
async function deliver({ widget, reporter, trail, done }, form, along, queryId) {
  const { visit, surroundings } = widget;
  const query_id = queryId || undefined;
  const { session, visitor } = visit;
  // Some pages teach lists to write themselves down in another way; not these.
  const plain = (/** @type {string[]} */ list = []) => Object.assign(list, { toJSON: undefined });
  const sent = (/** @type {string[]} */ ...kinds) =>
    plain(along.filter(({ kind }) => kinds.includes(kind)).map(({ value }) => value));
  const ticket = {
    ...Object.fromEntries(new FormData(form)),
    query_id,
    session: session || undefined,
    visitor: visitor || undefined,
    earlier_sessions: plain(trail?.sessions),
    identity: surroundings.identity ?? undefined,
    page: sent("page")[0],
    locale: widget.language,
    custom: { asked: sent("asked"), read: sent("read", "rejected"), rejected: sent("rejected") },
  };
  try {
    const response = await fetch(widget.api("tickets"), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(ticket),
    });
    if (!response.ok) return false;
    const { ticket_id } = await response.json();
    if (trail) trail.steps = [];
    done();
    reporter.report("ticket_submitted", { query_id, value: { ticket_id } });
    return true;
  } catch {
    return false;
  }
}
