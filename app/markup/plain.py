"""An article's text for the index: what a reader reads, without what only the eye needs."""

from __future__ import annotations

import re

from app.markup.names import names
from app.markup.stash import Stash
from app.markup.tree import HEADINGS, Node
from search.document import Section

LONGEST_CODE = 20
"""Lines; a longer code block would drown the words around it."""

_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" *\n *")
# Chinese and Japanese are written without blanks: the end of a source line is not one.
_HAN = r"\u2e80-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60"
_UNSPACED = re.compile(rf"(?<=[{_HAN}])\n(?=[{_HAN}])")
_BREAK = "\ue002"
_BLOCKS = names("""
    blockquote details div dl figure ol table tbody tfoot thead ul h1 h2 h3 h4 h5 h6 p pre li dt dd
    summary figcaption tr caption hr
    """)
UNREAD = frozenset({"admonition-default", "footnote-ref", "footnote-backref"})
"""Classes of elements that are no part of the plain text."""


def read_text(node: Node) -> str:
    """The inline text of an element, on one line but for explicit line breaks."""
    pieces: list[str] = []
    _collect(node, pieces)
    text = _UNSPACED.sub("", _LINE_ENDS.sub("\n", "".join(pieces).strip()))
    text = _BLANKS.sub(" ", text.replace("\n", " "))
    return "\n".join(line.strip() for line in text.split(_BREAK) if line.strip())


def _collect(node: Node, pieces: list[str]) -> None:
    for child in node.children:
        if isinstance(child, str):
            pieces.append(child.replace(_BREAK, " "))
        elif child.name == "br":
            pieces.append(_BREAK)
        elif child.name == "img":
            pieces.append(child.attributes.get("alt", ""))
        elif child.name != "rt" and not UNREAD.intersection(child.classes):
            _collect(child, pieces)


def read_sections(root: Node, code: Stash) -> tuple[Section, ...]:
    """The article cut at its headings; sections without text of their own are kept with "" text.

    The stretch before the first heading comes first when it holds text. `code` holds the code
    blocks.
    """
    reader = _SectionReader(code)
    reader.read(root, in_list=False)
    reader.end_section()
    return tuple(reader.sections)


class _SectionReader:
    def __init__(self, code: Stash) -> None:
        self._code = code
        self.sections: list[Section] = []
        self._path: list[tuple[int, str]] = []
        self._anchor = ""
        self._text = ""

    def end_section(self) -> None:
        if self._path or self._text:
            path = tuple(heading for _, heading in self._path)
            self.sections.append(Section(path, self._anchor, self._text))
        self._text = ""

    def _add(self, text: str, in_list: bool, first: bool = False) -> None:
        if not text:
            return
        if self._text:
            self._text += "\n" if in_list and not first else "\n\n"
        self._text += text

    def read(self, node: Node, in_list: bool, first: bool = False) -> None:
        inline = Node("")
        for child in node.children:
            if isinstance(child, Node) and child.name in _BLOCKS:
                first = self._end_inline(inline, in_list, first)
                inline = Node("")
                self._read_block(child, in_list, first)
                first = False
            else:
                inline.children.append(child)
        self._end_inline(inline, in_list, first)

    def _end_inline(self, inline: Node, in_list: bool, first: bool) -> bool:
        text = read_text(inline)
        self._add(text, in_list, first)
        return first and not text

    def _read_block(self, node: Node, in_list: bool, first: bool) -> None:
        if UNREAD.intersection(node.classes):
            return
        if node.name in HEADINGS:
            self._start_section(node)
        elif node.name == "pre":
            self._add(_read_code(node, self._code), in_list, first)
        elif node.name in ("ul", "ol", "dl"):
            for number, item in enumerate(node.elements()):
                self.read(item, in_list=True, first=number == 0 and not in_list)
        elif node.name == "table":
            self._read_table(node, in_list)
        else:
            self.read(node, in_list, first)

    def _start_section(self, node: Node) -> None:
        self.end_section()
        level = int(node.name[1])
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, read_text(node)))
        self._anchor = node.attributes.get("id", "")

    def _read_table(self, table: Node, in_list: bool) -> None:
        first = not in_list
        for row in table.walk():
            if row.name == "tr":
                cells = [_read_cell(cell) for cell in row.elements()]
                line = " — ".join(cell for cell in cells if cell)
                self._add(line, in_list=True, first=first)
                first = first and not line
            elif row.name == "caption":
                self._add(read_text(row), in_list)


def _read_cell(cell: Node) -> str:
    spaced = Node("")
    for child in cell.children:
        if isinstance(child, Node) and child.name in _BLOCKS:
            spaced.children.append(" ")
        spaced.children.append(child)
    return read_text(spaced).replace("\n", " ")


def _read_code(node: Node, code: Stash) -> str:
    pieces: list[str] = []
    _collect(node, pieces)
    lines = code.read_words("".join(pieces)).strip("\n").split("\n")
    return "\n".join(lines).rstrip() if len(lines) <= LONGEST_CODE else ""
