"""A small tree of clean HTML: read from what the sanitiser wrote, changed, and written again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from app.markup.names import names

VOID = names("br col hr img input track wbr")
HEADINGS = names("h1 h2 h3 h4 h5 h6")


@dataclass(eq=False)
class Node:
    """An element; text nodes are plain strings among `children`."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def elements(self) -> Iterator[Node]:
        """The children that are elements."""
        return (child for child in self.children if isinstance(child, Node))

    def walk(self) -> Iterator[Node]:
        """Every element below this one, in reading order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if node is not self:
                yield node
            waiting.extend(child for child in reversed(node.children) if isinstance(child, Node))

    def is_blank(self) -> bool:
        """Whether nothing would be seen of it."""
        return all(isinstance(child, str) and not child.strip() for child in self.children)


class _TreeReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs if value or name != "class"})
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1].name == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read_tree(html: str) -> Node:
    """The tree of HTML that the sanitiser wrote (well-formed by that)."""
    reader = _TreeReader()
    reader.feed(html)
    reader.close()
    return reader.root


def write_tree(root: Node) -> str:
    """The children of `root` as HTML."""
    out: list[str] = []
    _write(root, out)
    return "".join(out)


def _write(node: Node, out: list[str]) -> None:
    for child in node.children:
        if isinstance(child, str):
            out.append(escape(child, quote=False))
            continue
        attributes = "".join(f' {key}="{escape(value)}"' for key, value in child.attributes.items())
        out.append(f"<{child.name}{attributes}>")
        if child.name not in VOID:
            _write(child, out)
            out.append(f"</{child.name}>")
