"""The inside of a Markdown paragraph as a machine may see it: words, with the rest put away.

What a machine must not touch (code, addresses, HTML, references) becomes `<x id="1"></x>`, and what
wraps words (links, emphasis) `<g id="2">...</g>`, as in XLIFF 1.2. Services that know HTML keep
such elements. Whether this one did is checked; where it did not, words are translated run by run.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_INLINE = re.compile(
    r"""
    (?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))
  | (?P<break>(?:[ ]{2,}|\\)\n)
  | (?P<kept>\\[!-/:-@\[-`{-~] | <!--.*?--> | </?[A-Za-z][^<>]*> | <https?://[^<>\s]+>
      | &(?:\#\d+|\#x[0-9A-Fa-f]+|\w+); | \[\^[^\]\s]+\] | \{\{.*?\}\} | \{:?[ ]*[.\#][^{}\n]*\}
      | https?://[^\s<>()\[\]]+ | [\w.+-]+@[\w-]+(?:\.[\w-]+)+ )
  | (?P<open>!?\[)(?P<label>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)
      (?P<close>\]\((?:[^()\\]|\\.|\([^()]*\))*\)|\]\[[^\[\]]*\])
  | (?P<strong>\*\*|__)(?=\S)(?P<bold>.+?)(?<=\S)(?P=strong)(?!\w)
  | (?P<em>\*|(?<!\w)_)(?=[^\s*_])(?P<slanted>[^*_]+?)(?<=\S)(?P=em)(?!\w)
    """,
    re.VERBOSE | re.DOTALL,
)
_ELEMENT = re.compile(r'<(?P<end>/?)(?P<name>[xg])(?:\s+id="(?P<id>\d+)")?\s*(?P<empty>/?)>')
_BLOCK_START = re.compile(r"(?=(?:[-+*]|#{1,6})[ ]|>|```|~~~|:::|!!!|===)|(?<=\d)(?=[.)][ ])")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Kept:
    """Text that stays as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Wrapped:
    """Words between two marks that stay as they are."""

    before: str
    inside: tuple[Node, ...]
    after: str


Node = str | Kept | Wrapped


def read_inline(text: str) -> tuple[Node, ...]:
    """The parts of a paragraph's Markdown. Written back as they are, they are the same text."""
    nodes: list[Node] = []
    place = 0
    for found in _INLINE.finditer(text):
        if found.start() > place:
            nodes.append(text[place : found.start()])
        nodes.append(_node_of(found))
        place = found.end()
    if place < len(text):
        nodes.append(text[place:])
    return tuple(nodes)


def _node_of(found: re.Match[str]) -> Node:
    if found["open"]:
        return Wrapped(found["open"], read_inline(found["label"]), found["close"])
    if found["strong"]:
        return Wrapped(found["strong"], read_inline(found["bold"]), found["strong"])
    if found["em"]:
        return Wrapped(found["em"], read_inline(found["slanted"]), found["em"])
    return Kept(found[0])


def has_words(nodes: Sequence[Node]) -> bool:
    """Whether there is anything to translate."""
    return any(_LETTER.search(run) for run in runs_of(nodes))


def mark_up(nodes: Sequence[Node]) -> str:
    """What the service is sent: HTML with numbered elements, on one line."""
    numbers = iter(range(1, 1_000_000))
    return _mark_up(nodes, numbers)


def _mark_up(nodes: Sequence[Node], numbers: Iterator[int]) -> str:
    pieces = []
    for node in nodes:
        if isinstance(node, str):
            pieces.append(html.escape(_one_line(node), quote=False))
        elif isinstance(node, Kept):
            pieces.append(f'<x id="{next(numbers)}"></x>')
        else:
            number = next(numbers)
            pieces.append(f'<g id="{number}">{_mark_up(node.inside, numbers)}</g>')
    return "".join(pieces)


def write_back(nodes: Sequence[Node], translated: str) -> str | None:
    """The paragraph with the service's words; None where it lost, doubled or mixed elements."""
    elements = list(_numbered(nodes))
    if not _is_whole(elements, translated):
        return None
    foreign = _characters(nodes)
    pieces: list[str] = []
    closing: list[str] = []
    place = 0
    for found in _ELEMENT.finditer(translated):
        pieces.append(_plain(translated[place : found.start()], foreign))
        place = found.end()
        if found["end"]:
            pieces.append(closing.pop() if found["name"] == "g" else "")
            continue
        element = elements[int(found["id"]) - 1]
        pieces.append(element.text if isinstance(element, Kept) else element.before)
        if isinstance(element, Wrapped):
            closing.append(element.after)
    pieces.append(_plain(translated[place:], foreign))
    return guard_start("".join(pieces))


def _is_whole(elements: Sequence[Kept | Wrapped], translated: str) -> bool:
    """Whether every element came back once, as what it was, and all that were opened are closed."""
    seen: list[int] = []
    depth = 0
    for found in _ELEMENT.finditer(translated):
        wraps = found["name"] == "g"
        if found["end"]:
            depth -= wraps
        else:
            seen.append(int(found["id"] or 0))
            depth += wraps
            known = 0 < seen[-1] <= len(elements)
            if not known or isinstance(elements[seen[-1] - 1], Wrapped) != wraps:
                return False
        if depth < 0 or (wraps and found["empty"]):
            return False
    return depth == 0 and sorted(seen) == list(range(1, len(elements) + 1))


def runs_of(nodes: Sequence[Node]) -> list[str]:
    """The words between everything else, in their order."""
    runs: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            runs.append(_one_line(node))
        elif isinstance(node, Wrapped):
            runs += runs_of(node.inside)
    return runs


def write_runs(nodes: Sequence[Node], translated: Iterator[str]) -> str:
    """The paragraph with each of its `runs_of` put in another's place."""
    foreign = _characters(nodes)

    def write(parts: Sequence[Node]) -> str:
        pieces = []
        for node in parts:
            if isinstance(node, str):
                pieces.append(_with_blanks_of(node, _plain(next(translated), foreign)))
            elif isinstance(node, Kept):
                pieces.append(node.text)
            else:
                pieces.append(node.before + write(node.inside) + node.after)
        return "".join(pieces)

    return guard_start(write(nodes))


def read_words(translated: str) -> str:
    """Words that are no Markdown, from what the service answered."""
    return " ".join(html.unescape(_ELEMENT.sub("", translated)).split())


def guard_start(text: str) -> str:
    """The paragraph, kept from being read as a heading, list or quote by its first characters."""
    found = _BLOCK_START.search(text[:12])
    first_word = re.match(r"\d+(?=[.)] )", text)
    if found is None or (found.start() and first_word is None):
        return text
    return f"{text[: found.start()]}\\{text[found.start() :]}"


def _numbered(nodes: Sequence[Node]) -> Iterator[Kept | Wrapped]:
    for node in nodes:
        if not isinstance(node, str):
            yield node
        if isinstance(node, Wrapped):
            yield from _numbered(node.inside)


def _characters(nodes: Sequence[Node]) -> re.Pattern[str]:
    """Characters with a meaning in Markdown that the paragraph's words did not have."""
    used = set("".join(runs_of(nodes)))
    new = [sign for sign in "*_`[]<>|" if sign not in used]
    return re.compile("[" + re.escape("".join(new)) + "]") if new else re.compile(r"(?!)")


def _plain(text: str, foreign: re.Pattern[str]) -> str:
    words = _one_line(html.unescape(text))
    return foreign.sub(lambda found: "\\" + found[0], words)


def _with_blanks_of(original: str, words: str) -> str:
    """Translated words with the blanks at both ends that the original had."""
    line = _one_line(original)
    if not line.strip():
        return line
    lead, tail = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
    return lead + words.strip() + tail


def _one_line(text: str) -> str:
    return re.sub(r"[ \t]*\n[ \t]*", " ", text)
