// Choosing the article that a link leads to: a dialog with a combobox (WAI-ARIA Authoring Practices).

const PAUSE_MS = 200;

/**
 * @typedef {{ title: string, id: string, address: string }} Found
 * @param {string} address Where to ask; it has a query already.
 * @param {string} none What to say where nothing was found.
 * @param {(title: string, address: string) => void} choose
 * @returns {() => void} Opens the dialog.
 */
export function begin(address, none, choose) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("link-picker"));
  const input = /** @type {HTMLInputElement} */ (document.getElementById("link-query"));
  const list = /** @type {HTMLElement} */ (document.getElementById("link-found"));
  /** @type {Found[]} */
  let items = [];
  let active = -1;
  /** @type {number | undefined} */
  let timer;
  let asked = 0;

  function show() {
    const rows = items.map((item, number) => {
      const row = document.createElement("li");
      row.id = `link-${number}`;
      row.role = "option";
      row.textContent = item.title;
      const where = document.createElement("small");
      where.textContent = item.id;
      row.append(where);
      row.setAttribute("aria-selected", String(number === active));
      row.addEventListener("click", () => take(item));
      return row;
    });
    list.replaceChildren(...rows);
    if (items.length === 0 && input.value.trim()) list.textContent = none;
    input.setAttribute("aria-expanded", String(items.length > 0));
    if (active >= 0) input.setAttribute("aria-activedescendant", `link-${active}`);
    else input.removeAttribute("aria-activedescendant");
    rows[active]?.scrollIntoView({ block: "nearest" });
  }

  async function ask() {
    const turn = ++asked;
    const response = await fetch(`${address}&q=${encodeURIComponent(input.value)}`);
    if (turn !== asked || !response.ok) return;
    ({ items } = await response.json());
    active = items.length > 0 ? 0 : -1;
    show();
  }

  /** @param {Found} item */
  function take(item) {
    dialog.close();
    choose(item.title, item.address);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => undefined), PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
    if (step && items.length > 0) {
      event.preventDefault();
      active = (active + step + items.length) % items.length;
      show();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (items[active]) take(items[active]);
    }
  });
  return () => {
    items = [];
    active = -1;
    input.value = "";
    show();
    dialog.showModal();
    input.focus();
  };
}
