// Pictures that are pasted, dropped or chosen: what they show is asked for, then they are sent.

/**
 * @typedef {import("./editor-area.js").Area} Area
 * @param {Area} area
 * @param {HTMLFormElement} form Whose `data-pictures` takes them.
 * @param {{ post: ReturnType<typeof import("./editor-post.js").begin>,
 *   tell: (text: string, trouble?: boolean) => void,
 *   refused: Record<string, string | undefined> }} page
 * @returns {{ offer: (file: File | undefined) => void, add: () => Promise<void> }}
 */
export function begin(area, form, { post, tell, refused: reasons }) {
  const words = form.dataset;
  const box = /** @type {HTMLDetailsElement} */ (document.getElementById("picture-box"));
  const input = /** @type {HTMLInputElement} */ (document.getElementById("picture"));
  const alt = /** @type {HTMLInputElement} */ (document.getElementById("alt"));

  /** @param {File | undefined} file */
  function offer(file) {
    box.open = true;
    if (!file) return input.focus();
    const holder = new DataTransfer();
    holder.items.add(file);
    input.files = holder.files;
    alt.focus();
  }

  /** Send the chosen picture, and write where it is shown into the text. */
  async function add() {
    const file = input.files?.[0];
    if (!file) return offer(undefined);
    if (!alt.value.trim()) {
      tell(words.textAlt ?? "", true);
      return alt.focus();
    }
    const data = new FormData();
    data.set("picture", file);
    data.set("alt", alt.value);
    try {
      const { response, refused } = await post(words.pictures ?? "", data);
      if (refused) return tell(reasons[refused] ?? "", true);
      const { markdown } = await response.json();
      if (!markdown) return tell(words.textRefused ?? "", true);
      area.insert(`\n\n${markdown}\n\n`);
      input.value = "";
      alt.value = "";
      tell("");
    } catch {
      tell(words.textLost ?? "", true);
    }
  }

  // Before the area sees them, as files or as text.
  const options = { capture: true };
  area.place.addEventListener("paste", (event) => {
    const file = pictureOf(event.clipboardData);
    if (!file) return;
    stop(event);
    offer(file);
  }, options);
  for (const kind of ["dragover", "dragleave", "drop"]) {
    area.place.addEventListener(kind, (event) => {
      const carried = /** @type {DragEvent} */ (event).dataTransfer;
      const holds = carried?.types.includes("Files") ?? false;
      area.place.classList.toggle("dropping", kind === "dragover" && holds);
      if (holds) stop(event);
      const file = kind === "drop" ? pictureOf(carried) : undefined;
      if (file) offer(file);
    }, options);
  }
  return { offer, add };
}

/** @param {DataTransfer | null} carried @returns {File | undefined} */
function pictureOf(carried) {
  return [...(carried?.files ?? [])].find((file) => file.type.startsWith("image/"));
}

/** @param {Event} event */
function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}
