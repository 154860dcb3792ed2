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
.panel:has(.reading form) > .person { display: none }
.view .send { margin-block: 1rem .5rem; background: var(--accent); color: var(--on-accent) }
`;
// Whoever is not answered by then may try again.
const PATIENCE_MS = 20_000;
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
  const send = make("button", { class: "send", part: "send" }, words.send);
  const heading = make("h2", { class: "title", tabindex: "-1" }, words.contact);
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
    // A disabled button would let the focus go.
    if (send.ariaDisabled || !check([email, subject, body], words)) return;
    send.ariaDisabled = "true";
    status.textContent = "";
    // Offers that nobody has read by now belong to no need any more.
    void begun?.then((suggestions) => suggestions?.cancel());
    const outcome = await deliver(stage, form, along, queryId);
    send.ariaDisabled = null;
    if (outcome === "badEmail") {
      mark(email, words.badEmail);
      email.focus();
    } else status.textContent = words[outcome];
    if (outcome === "sent") {
      form.remove();
      surroundings.written = {};
      heading.focus();
    }
  };
  const href = widget.contactAddress(text, queryId);
  place.replaceChildren(
    make("button", { type: "button", part: "button", onclick: stage.back }, `← ${words.back}`),
    heading,
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
 * @param {Field} field
 * @param {string} fault Empty where nothing is amiss.
 * @returns {boolean} Whether something is.
 */
function mark(field, fault) {
  /** @type {HTMLElement} */ (field.nextElementSibling).textContent = fault;
  field.ariaInvalid = fault ? "true" : null;
  return fault !== "";
}

/**
 * Say what is amiss at each field, and lead to the first.
 * @param {Field[]} fields
 * @param {Record<"badEmail" | "empty", string>} words
 * @returns {boolean}
 */
function check(fields, { badEmail, empty }) {
  // The browser itself strips blanks around an address.
  const bad = fields.filter((field) =>
    mark(field, field.name === "email" ? (EMAIL.test(field.value) ? "" : badEmail) : /\S/.test(field.value) ? "" : empty),
  );
  bad[0]?.focus();
  return bad.length === 0;
}

/**
 * @param {Stage} stage
 * @param {HTMLFormElement} form
 * @param {Step[]} along
 * @param {string} queryId
 * @returns {Promise<"sent" | "unsent" | "badEmail">} By the word that tells of it.
 */
async function deliver({ widget, reporter, trail, done }, form, along, queryId) {
  const { visit, surroundings } = widget;
  const query_id = queryId || undefined;
  const { session, visitor } = visit;
  const sent = (/** @type {string[]} */ ...kinds) =>
    along.filter(({ kind }) => kinds.includes(kind)).map(({ value }) => value);
  const ticket = {
    ...Object.fromEntries(new FormData(form)),
    query_id,
    session: session || undefined,
    visitor: visitor || undefined,
    // Some pages teach lists to write themselves down in another way, which the server would refuse.
    earlier_sessions: Object.assign(trail?.sessions ?? [], { toJSON: undefined }),
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
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const { ticket_id, detail, errors } = await response.json();
    if (!response.ok) {
      if (errors?.some((/** @type {any} */ { field }) => field === "email")) return "badEmail";
      console.warn("Kotae:", detail);
      return "unsent";
    }
    if (trail) trail.steps = [];
    done();
    reporter.report("ticket_submitted", { query_id, value: { ticket_id } });
    return "sent";
  } catch {
    return "unsent";
  }
}
