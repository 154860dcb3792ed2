"""A Markdown body as stretches: those with words to translate, and those that stay as they are.

By lines, and only as deep as it takes to tell words from the rest. Code, HTML blocks, rules,
definitions of links and the lines under table heads stay; of headings, list items, quotes, notes
and cells the marks stay and the words are translated. Joined, the stretches are the body, but for
the indentation of a paragraph's later lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"(?P<mark>`{3,}|~{3,})")
_PREFIX = re.compile(
    r"""(?:[ \t]*(?:>[ ]?|[-+*][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,9}[.)][ \t]+|:[ ]{1,3}(?=\S)
        |\[\^[^\]\s]+\]:[ \t]*))*[ \t]*(?:\#{1,6}[ \t]+)?""",
    re.VERBOSE,
)
_HEADING_END = re.compile(r"(?:[ \t]+\#+)?(?:[ \t]*\{:?[ ]*[.#][^{}]*\})?[ \t]*$")
_NOTE = re.compile(
    r'(?P<lead>[ \t]*(?:!!!|\?\?\?\+?|===[!+]*)[ ][^"]*")(?P<title>.*)(?P<end>"[ ]*)$'
)
_KEPT_LINE = re.compile(
    r"""[ \t]*(?:(?:[-*_][ \t]*){3,}$ | =+[ \t]*$ | -+[ \t]*$ | \[[^\]^][^\]]*\]:[ \t]*\S
        | \*\[[^\]]+\]: | :::.*$ | ///.*$ | (?:!!!|\?\?\?)[^"]*$ | >[ ]?\[![A-Za-z]+\]
        | \{:?.*\}[ ]*$
        | \$\$ | (?:import|export)[ ])""",
    re.VERBOSE,
)
_DELIMITERS = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CELL = re.compile(r"((?:[^|\\`]|\\.|`[^`]*`)+)")
_BLOCK_HTML = re.compile(r"[ \t]*<(?:!--|/?[A-Za-z][\w-]*(?:[\s/>]|$))")
_ITEM = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+|[ \t]*(?:!!!|\?\?\?|===|\[\^|:[ ])")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a body."""

    text: str
    has_words: bool
    """Whether it is Markdown of one paragraph, heading or cell; else it stays as it is."""


def split_body(body: str) -> list[Stretch]:
    """The stretches of a body whose lines end with a line feed."""
    return list(_Splitter(body.split("\n")).split())


class _Splitter:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._in_item = False
        """Whether indented lines belong to an item or note, and are no code."""

    def split(self) -> Iterator[Stretch]:
        while self._at < len(self._lines):
            yield from self._next()
            if self._at < len(self._lines):
                yield Stretch("\n", False)

    def _next(self) -> Iterator[Stretch]:
        line = self._lines[self._at]
        if not line.strip(" \t>"):
            yield self._keep(1)
        elif _FENCE.match(self._inside(line)):
            yield self._keep(self._fence_length(self._at))
        elif self._is_code(line):
            yield self._keep(1)
        elif _BLOCK_HTML.match(line) and not self._in_item:
            yield self._keep(self._block_length())
        elif note := _NOTE.match(line):
            self._in_item = True
            yield from (Stretch(note["lead"], False), Stretch(note["title"], True))
            yield Stretch(note["end"], False)
            self._at += 1
        elif _KEPT_LINE.match(line):
            self._in_item = self._in_item or bool(_ITEM.match(line))
            yield self._keep(1)
        elif "|" in line and _DELIMITERS.match(self._line_after()) and "|" in self._line_after():
            yield from self._table()
        else:
            yield from self._paragraph()

    def _keep(self, count: int) -> Stretch:
        text = "\n".join(self._lines[self._at : self._at + count])
        self._at += count
        return Stretch(text, False)

    def _line_after(self) -> str:
        return self._lines[self._at + 1] if self._at + 1 < len(self._lines) else ""

    def _inside(self, line: str) -> str:
        """The line without the marks of items and quotes before it."""
        found = _PREFIX.match(line)
        return line[found.end() :] if found else line

    def _fence_length(self, start: int) -> int:
        """How many lines the fence that opens in line `start` has, its last one included."""
        opening = _FENCE.match(self._inside(self._lines[start]))
        mark = opening["mark"] if opening else "```"
        for offset, line in enumerate(self._lines[start + 1 :], 1):
            closing = _FENCE.match(self._inside(line))
            if closing and closing["mark"].startswith(mark) and not line.rstrip().strip(" >`~"):
                return offset + 1
        return len(self._lines) - start

    def _is_code(self, line: str) -> bool:
        """Four blanks make code at the top, and eight inside an item."""
        depth = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        if depth < 2:
            self._in_item = bool(_ITEM.match(line))
        return depth >= (8 if self._in_item else 4) and not _ITEM.match(line)

    def _block_length(self) -> int:
        if self._lines[self._at].lstrip().startswith("<!--"):
            for offset, line in enumerate(self._lines[self._at :]):
                if "-->" in line:
                    return offset + 1
        at = self._at
        while at < len(self._lines) and self._lines[at].strip():
            is_fence = _FENCE.match(self._inside(self._lines[at]))
            at += self._fence_length(at) if is_fence else 1
        return at - self._at

    def _table(self) -> Iterator[Stretch]:
        yield from self._row(self._lines[self._at])
        yield Stretch("\n" + self._line_after(), False)
        self._at += 2
        while self._at < len(self._lines) and "|" in self._lines[self._at]:
            yield Stretch("\n", False)
            yield from self._row(self._lines[self._at])
            self._at += 1

    def _row(self, line: str) -> Iterator[Stretch]:
        for piece in _CELL.split(line):
            words = piece.strip()
            if not words or words == "|":
                yield Stretch(piece, False)
                continue
            lead = piece[: len(piece) - len(piece.lstrip())]
            yield from (Stretch(lead, False), Stretch(words, True))
            yield Stretch(piece[len(lead) + len(words) :], False)

    def _paragraph(self) -> Iterator[Stretch]:
        first = self._lines[self._at]
        found = _PREFIX.match(first)
        prefix = found[0] if found else ""
        self._in_item = self._in_item or bool(_ITEM.match(first))
        rest = first[len(prefix) :]
        self._at += 1
        yield Stretch(prefix, False)
        if "#" in prefix:
            end = _HEADING_END.search(rest)
            cut = end.start() if end else len(rest)
            yield from (Stretch(rest[:cut], True), Stretch(rest[cut:], False))
            return
        quote = ">" in prefix
        lines = [rest]
        while self._at < len(self._lines) and self._continues(quote=quote):
            following = self._lines[self._at]
            lines.append(following.lstrip(" \t>") if quote else following.lstrip(" \t"))
            self._at += 1
        yield Stretch("\n".join(lines), True)

    def _continues(self, *, quote: bool) -> bool:
        """Whether the line goes on with the paragraph before it."""
        line = self._lines[self._at]
        found = _PREFIX.match(line)
        prefix = (found[0] if found else "").strip()
        if quote and set(prefix) == {">"}:
            line, prefix = line.lstrip(" \t>"), ""
        return not (
            not line.strip(" \t>")
            or prefix
            or _FENCE.match(line.lstrip())
            or _KEPT_LINE.match(line)
            or _NOTE.match(line)
            or _BLOCK_HTML.match(line)
            or ("|" in line and _DELIMITERS.match(self._line_after()))
        )
