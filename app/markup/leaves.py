"""Stretches of several lines that are not read as Markdown: code, comments, unfinished tags."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Literal

from app.markup.code import render_code
from app.markup.outline import Outline
from app.markup.stash import Stash

LONGEST_PENDING = 80
"""Lines over which a tag or an expression may stretch."""

_CLOSERS = re.compile(
    r"-->|\*/\}|\{%-?\s*endcomment|\bfrom\s+['\"]"
    r"|</(?:script|style|svg|math|template|noembed|noframes|select|textarea|title|iframe|object"
    r"|canvas|audio|video|applet|xmp|pre)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BLANKS = re.compile(r"\s+")


@dataclass
class Fence:
    """A fenced or `<pre>` block being collected."""

    mark: str
    info: str
    column: int
    depth: int
    lines: list[str] = field(default_factory=list)

    def ends(self, text: str) -> bool:
        """Whether `text`, a line without indentation, closes the fence."""
        bare = text.rstrip()
        return len(bare) >= len(self.mark) and bare == self.mark[0] * len(bare)

    def write(self, outline: Outline) -> None:
        """Write the block."""
        outline.write_html(render_code("\n".join(self.lines) + "\n", self.info, outline.stash))


@dataclass
class Skipped:
    """Lines that are dropped up to a closing text."""

    closer: str
    kept: list[str] | None = None
    """Where the dropped lines go, when they are wanted."""


@dataclass
class Pending:
    """A tag or braced expression that its line did not finish."""

    kind: Literal["tag", "braces"]
    column: int
    lines: list[str] = field(default_factory=list)


def find_last_closers(lines: list[str]) -> dict[str, int]:
    """The last line on which each closing text stands, so that no search runs in vain."""
    last: dict[str, int] = {}
    for number, line in enumerate(lines):
        if "<" in line or "-->" in line or "*/}" in line or "endcomment" in line or "from" in line:
            for found in _CLOSERS.finditer(line):
                last[normalise_closer(found.group())] = number
    return last


def normalise_closer(text: str) -> str:
    """One spelling for a closing text, whatever its blanks, quotes and case."""
    return _BLANKS.sub("", text.lower()).replace("{%-", "{%").replace("'", '"')


def find_closer(line: str, closer: str) -> int:
    """Where `closer` ends in `line`, or -1."""
    for found in _CLOSERS.finditer(line):
        if normalise_closer(found.group()) == closer:
            if closer.startswith(("</", "{%")):
                end = line.find(">" if closer.startswith("</") else "%}", found.end())
                return len(line) if end < 0 else end + len(">" if closer[0] == "<" else "%}")
            return found.end()
    return -1


def render_preformatted(html: str, stash: Stash) -> str:
    """The content of a `<pre>` element as a code block: its markup goes, its text stays."""
    return render_code(unescape(_TAG.sub("", html)).strip("\n") + "\n", "", stash)
