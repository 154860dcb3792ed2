// The advice beside the text, on what is being typed. Without this script it is that on the saved text.

const PAUSE_MS = 1200; // without a key, after which a text is worth looking at

/**
 * @param {HTMLFormElement} form Whose `data-advice` answers with the advice on what is in it.
 * @param {ReturnType<typeof import("./editor-post.js").begin>} post
 * @returns {() => void} To be called whenever the text changes.
 */
export function begin(form, post) {
  const place = document.getElementById("advice");
  if (!place) return () => {};
  let stale = false;
  let asking = false;
  let seen = false;
  /** @type {number | undefined} */
  let timer;

  async function ask() {
    // What nobody looks at is not asked for, and never twice at once.
    if (!stale || asking || !seen || place?.contains(document.activeElement)) return;
    stale = false;
    asking = true;
    place?.setAttribute("aria-busy", "true");
    const data = new FormData(form);
    data.delete("picture");
    try {
      const { response } = await post(form.dataset.advice ?? "", data);
      // Nothing: there is no advice on a text that cannot be rendered as it is.
      if (response.status === 200 && place) place.innerHTML = await response.text();
    } catch {
      // The next change asks again.
    }
    place?.removeAttribute("aria-busy");
    asking = false;
    if (stale) plan();
  }

  function plan() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  }

  new IntersectionObserver((entries) => {
    seen = entries.some((entry) => entry.isIntersecting);
    if (seen && stale) plan();
  }).observe(place);
  // A link in it stays where it is while it has the focus.
  place.addEventListener("focusout", plan);
  return () => {
    stale = true;
    plan();
  };
}
