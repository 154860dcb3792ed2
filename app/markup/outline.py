"""What is open while an article is read from top to bottom, and what has been written so far.

Containers (lists, quotes, admonitions, HTML elements) become finished HTML here; only paragraphs
and tables are left to Markdown, which therefore never nests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from app.markup.inline import InlineReader
from app.markup.stash import Html, Stash

DEEPEST = 48
"""Open containers; what an author nests deeper is written flat. A list and its item are two."""

ContainerKind = Literal[
    "quote", "list", "item", "element", "directive", "indented", "terms", "definition", "footnote"
]
INDENTED: frozenset[ContainerKind] = frozenset({"item", "indented", "definition", "footnote"})
_MEMBERS: dict[ContainerKind, ContainerKind] = {"list": "item", "terms": "definition"}
_RULE_ROW = re.compile(r"(?=[^|]*\|)(?=[^-]*-)[\s|:-]+")


@dataclass
class ListTag:
    """A list's opening tag; whether its items stand apart is known only at its end."""

    html: str
    loose: bool = False

    def __str__(self) -> str:
        return self.html if self.loose else f'{self.html[:-1]} class="tight">'


@dataclass
class Container:
    """Something that holds the following lines until it ends."""

    kind: ContainerKind
    close: str = ""
    column: int = 0
    """First column that belongs to an indented container's content."""
    name: str = ""
    """An element's name, a directive's fence, a list's marker."""
    tag: ListTag | None = None


@dataclass
class _Joined:
    pieces: list[Html]

    def __str__(self) -> str:
        return "".join(map(str, self.pieces))


@dataclass
class Outline:
    """The open containers, and the blocks written."""

    stash: Stash
    inline: InlineReader
    stack: list[Container] = field(default_factory=list)
    paragraph: list[str] = field(default_factory=list)
    flattened: bool = False
    """Whether something was nested too deep to be shown nested."""
    _blocks: list[str] = field(default_factory=list)
    _html: list[Html] = field(default_factory=list)

    def markdown(self) -> str:
        """Close everything and return the article as Markdown with tokens."""
        self.close_to(0)
        self._flush_html()
        return "\n\n".join(self._blocks)

    def open(self, container: Container, html: Html = "") -> bool:
        """Write `html` and open `container`; False when the article is nested too deep for it."""
        if len(self.stack) >= DEEPEST:
            self.flattened = True
            return False
        self.write_html(html)
        self.stack.append(container)
        return True

    @property
    def is_full(self) -> bool:
        """Whether no list fits in any more."""
        return len(self.stack) + 2 > DEEPEST

    def close_to(self, depth: int) -> None:
        """Close the innermost containers until `depth` are left."""
        self.flush()
        while len(self.stack) > depth:
            container = self.stack.pop()
            if container.close:
                self._html.append(container.close)

    def leave_bare_lists(self) -> None:
        """Close lists that have no open item: the next block is not one of theirs."""
        while self.stack and self.stack[-1].kind in _MEMBERS:
            self.close_to(len(self.stack) - 1)

    def find(self, kind: ContainerKind, name: str) -> int | None:
        """Depth of the innermost open container of that kind and name."""
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth].kind == kind and self.stack[depth].name == name:
                return depth
        return None

    def holds(self, kind: ContainerKind) -> bool:
        """Whether a container of that kind is open."""
        return any(container.kind == kind for container in self.stack)

    def loosen(self) -> None:
        """Note that a blank line stands inside the innermost open list."""
        for container in reversed(self.stack):
            if container.kind == "quote":
                return
            if container.tag is not None:
                container.tag.loose = True
                return

    def write_html(self, html: Html) -> None:
        """Write finished HTML."""
        self.flush()
        if html:
            self._html.append(html)

    def write_block(self, text: str) -> None:
        """Write a block of Markdown as it is."""
        self.flush()
        self._flush_html()
        self._blocks.append(self._indent(text))

    def write_text(self, text: str) -> None:
        """Write one line of prose as a paragraph of its own."""
        self.flush()
        self.paragraph.append(text)
        self.flush()

    def flush(self) -> None:
        """End the paragraph being read."""
        if not self.paragraph:
            return
        lines, self.paragraph = self.paragraph, []
        for part, table in _split_table(lines):
            text = self.inline.read("\n".join(part), table=table).strip()
            if text:
                self._flush_html()
                self._blocks.append(self._indent(text))

    def _flush_html(self) -> None:
        if self._html:
            pieces, self._html = self._html, []
            self._blocks.append(self._indent(self.stash.put_block(_Joined(pieces))))

    def _indent(self, text: str) -> str:
        # A footnote is the one container that Markdown itself reads: by indentation.
        if not self.holds("footnote") or text.startswith("[^"):
            return text
        return "\n".join("    " + line for line in text.split("\n"))


def _split_table(lines: list[str]) -> Iterator[tuple[list[str], bool]]:
    for index in range(1, len(lines)):
        if "-" in lines[index] and _RULE_ROW.fullmatch(lines[index]) and "|" in lines[index - 1]:
            if index > 1:
                yield lines[: index - 1], False
            yield lines[index - 1 :], True
            return
    yield lines, False
