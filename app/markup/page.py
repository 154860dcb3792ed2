"""From clean HTML to an article's page: headings, lists and tables as the page wants them."""

from __future__ import annotations

from dataclasses import dataclass

from app.markup.anchors import Anchors
from app.markup.plain import read_text
from app.markup.tree import HEADINGS, Node

_ONE_PARAGRAPH = HEADINGS | {
    "summary", "figcaption", "caption", "dt", "dd", "td", "th", "li", "div", "a",
}  # fmt: skip
_EMPTY_WHEN_BLANK = frozenset({"p", "ul", "ol", "blockquote", "dl"}) | HEADINGS


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the article, for its table of contents."""

    level: int
    text: str
    anchor: str


def tidy(node: Node) -> None:
    """Undo what the way through Markdown left: paragraphs inside headings, empty paragraphs."""
    children: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node):
            tidy(child)
            _unwrap_paragraph(child)
            if child.name in _EMPTY_WHEN_BLANK and child.is_blank():
                continue
            if child.name == "p" and _holds_only_anchors(child):
                children.extend(child.children)
                continue
            if child.name == "dl" and (previous := _last_element(children, "dl")):
                previous.children.extend(child.children)
                continue
        children.append(child)
    node.children = children


def _last_element(children: list[Node | str], name: str) -> Node | None:
    for child in reversed(children):
        if isinstance(child, Node):
            return child if child.name == name else None
        if child.strip():
            return None
    return None


def _holds_only_anchors(node: Node) -> bool:
    blank = all(not child.strip() for child in node.children if isinstance(child, str))
    return blank and all(child.name == "a" and child.is_blank() for child in node.elements())


def _unwrap_paragraph(node: Node) -> None:
    """Take a lone paragraph's tags away where they only add room."""
    if node.name in ("ul", "ol") and "tight" in node.classes:
        del node.attributes["class"]
        for item in node.elements():
            _unwrap_all(item)
    elif node.name in HEADINGS:
        _unwrap_all(node)
    elif node.name in _ONE_PARAGRAPH and node.name != "li":
        if node.name == "div" and "admonition-title" not in node.classes:
            return
        if sum(child.name == "p" for child in node.elements()) == 1:
            _unwrap_all(node)


def _unwrap_all(node: Node) -> None:
    children: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node) and child.name == "p":
            children.extend(child.children)
        else:
            children.append(child)
    node.children = children


def take_title(root: Node) -> str:
    """Remove the article's own H1: the first heading, if it is one. Its fragment, or "".

    An empty anchor stays in its place.
    """
    for index, child in enumerate(root.children):
        if not isinstance(child, Node):
            continue
        if child.name == "h1":
            anchor = child.attributes.get("id") or Anchors(()).claim(read_text(child))
            root.children[index] = Node("a", {"id": anchor})
            return anchor
        if any(node.name in HEADINGS for node in (child, *child.walk())):
            return ""
    return ""


def set_headings(root: Node) -> tuple[Heading, ...]:
    """Give every heading a level from 2 and a fragment of its own."""
    nodes = [node for node in root.walk() if node.name in HEADINGS]
    explicit: set[str] = set()
    for node in root.walk():
        anchor = node.attributes.get("id")
        if anchor is not None and anchor in explicit:
            del node.attributes["id"]
        elif anchor is not None:
            explicit.add(anchor)
    anchors = Anchors(explicit)
    shift = 2 - min((int(node.name[1]) for node in nodes), default=2)
    headings = []
    for node in nodes:
        level = min(6, int(node.name[1]) + shift)
        node.name = f"h{level}"
        words = read_text(node)
        if not node.attributes.get("id"):
            node.attributes["id"] = anchors.claim(words)
        headings.append(Heading(level, words, node.attributes["id"]))
    return tuple(headings)


def wrap_tables(node: Node) -> None:
    """Put each table into a box of its own that scrolls, and that the keyboard can reach."""
    for index, child in enumerate(node.children):
        if not isinstance(child, Node):
            continue
        if child.name == "table":
            node.children[index] = Node("div", {"class": "table-scroll", "tabindex": "0"}, [child])
        else:
            wrap_tables(child)
