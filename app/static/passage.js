// The address that opens an article at the words that answer; `app/addresses.py` writes the same.

const LONGEST = 80;
const SHORTEST_PART = 8;
const PART = /[^\s—][^]*?(?:[.!?…](?=\s)|[。！？，、；]|(?=\s—\s)|$)/gu;

/**
 * @param {string} url An article, perhaps with the heading as its fragment.
 * @param {string} answer The words to open it at; may be empty.
 * @returns {string}
 */
export function passageUrl(url, answer) {
  const words = beginning(answer);
  if (words === "") return url;
  const [page, anchor = ""] = url.split("#");
  const parts = words.match(PART) ?? [];
  const found = parts.find((part) => Array.from(part).length >= SHORTEST_PART) ?? words;
  return `${page}?mark=${encoded(words)}#${anchor}:~:text=${encoded(found)}`;
}

/** @param {string} words @returns {string} "-" has a meaning of its own in a text fragment. */
function encoded(words) {
  return encodeURIComponent(words).replaceAll("-", "%2D");
}

/** @param {string} answer @returns {string} Its first words, at most LONGEST code points. */
function beginning(answer) {
  const points = Array.from(answer.trim());
  if (points.length <= LONGEST) return points.join("");
  const cut = points.slice(0, LONGEST).join("");
  const blank = cut.lastIndexOf(" ");
  return blank > cut.length / 2 ? cut.slice(0, blank) : cut;
}
