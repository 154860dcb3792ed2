"""Marking in an article the words that somebody came for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.markup.names import names
from app.markup.tree import Node, read_tree, write_tree

LONGEST_WANTED = 200
"""Code points of the words to look for; a longer parameter is no passage of ours."""
_SHORTEST_WANTED = 4
_LONGEST_MARKED = 400
_ENDS = ".!?。！？"
_BLOCKS = names("p li td th dt dd pre h2 h3 h4 h5 h6 blockquote div summary figcaption caption")
_SKIPPED = frozenset({"rt", "button"})


@dataclass(frozen=True, slots=True)
class _Character:
    """One visible character: which text node it stands in, where, and in which block."""

    character: str
    piece: int
    offset: int
    block: int


@dataclass(slots=True)
class _Piece:
    """One text node: `parent.children[place]`."""

    parent: Node
    place: int
    text: str
    block: int


def mark_passage(html: str, wanted: str) -> str:
    """The article's clean HTML with <mark class="passage"> around the words of `wanted`.

    Blanks do not count, nor the dashes that stand between a table's cells in plain text. The mark
    goes on to the end of the sentence, within the block. HTML comes back as it was where the words
    are not in it, whatever they are: nothing of `wanted` is written.
    """
    needle = "".join(filter(_counts, wanted[:LONGEST_WANTED]))
    if len(needle) < _SHORTEST_WANTED:
        return html
    root = read_tree(html)
    pieces = list(_pieces(root))
    characters = [
        _Character(character, number, offset, piece.block)
        for number, piece in enumerate(pieces)
        for offset, character in enumerate(piece.text)
        if _counts(character)
    ]
    start = "".join(each.character for each in characters).find(needle)
    if start < 0:
        return html
    _mark(pieces, characters[start : _sentence_end(characters, start, start + len(needle))])
    return write_tree(root)


def _counts(character: str) -> bool:
    return not character.isspace() and character != "—"


def _pieces(root: Node) -> Iterator[_Piece]:
    """The text nodes in reading order."""
    waiting: list[tuple[Node, int, int]] = [(root, 0, 0)]
    blocks = 0
    while waiting:
        node, place, block = waiting.pop()
        if place >= len(node.children):
            continue
        waiting.append((node, place + 1, block))
        child = node.children[place]
        if isinstance(child, str):
            yield _Piece(node, place, child, block)
        elif child.name not in _SKIPPED:
            if child.name in _BLOCKS:
                blocks += 1
            waiting.append((child, 0, blocks if child.name in _BLOCKS else block))


def _sentence_end(characters: list[_Character], start: int, end: int) -> int:
    block = characters[end - 1].block
    limit = min(len(characters), start + _LONGEST_MARKED)
    while (
        end < limit
        and characters[end - 1].character not in _ENDS
        and characters[end].block == block
    ):
        end += 1
    return end


def _mark(pieces: list[_Piece], marked: list[_Character]) -> None:
    spans: dict[int, tuple[int, int]] = {}
    for each in marked:
        first, _ = spans.get(each.piece, (each.offset, 0))
        spans[each.piece] = (first, each.offset + 1)
    # From the end, so that the places of earlier text nodes stay true.
    for number in sorted(spans, reverse=True):
        piece, (first, last) = pieces[number], spans[number]
        # The blanks between two marked pieces belong to the passage.
        first = 0 if number > min(spans) else first
        last = len(piece.text) if number < max(spans) else last
        inner = Node("mark", {"class": "passage"}, [piece.text[first:last]])
        parts: list[Node | str] = [piece.text[:first], inner, piece.text[last:]]
        piece.parent.children[piece.place : piece.place + 1] = [
            part for part in parts if part != ""
        ]
