// The address that opens an article at the words that answer; `app/addresses.py` writes the same.

const LONGEST = 80;

/**
 * @param {string} url An article, perhaps with the heading as its fragment.
 * @param {string} answer The words to open it at; may be empty.
 * @returns {string}
 */
export function passageUrl(url, answer) {
  const words = beginning(answer);
  if (words === "") return url;
  const [page, anchor = ""] = url.split("#");
  const encoded = encodeURIComponent(words).replaceAll("-", "%2D");
  return `${page}?mark=${encoded}#${anchor}:~:text=${encoded}`;
}

/** @param {string} answer @returns {string} Its first words, at most LONGEST code points. */
function beginning(answer) {
  const points = Array.from(answer.trim());
  if (points.length <= LONGEST) return points.join("");
  const cut = points.slice(0, LONGEST).join("");
  const blank = cut.lastIndexOf(" ");
  return blank > cut.length / 2 ? cut.slice(0, blank) : cut;
}
