"""Marking in an article the words that somebody came for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.markup.names import names
from app.markup.tree import Node, read_tree, write_tree

LONGEST_WANTED = 200
"""Code points of the words to look for; a longer parameter is no passage of ours."""
LARGEST_MARKED = 500_000
"""Characters of HTML; whoever opens a larger article is led to its heading only."""
_SHORTEST_WANTED = 4
_LONGEST_MARKED = 400
_ENDS = ".!?。！？"
_BLOCKS = names("p li td th dt dd pre h2 h3 h4 h5 h6 blockquote div summary figcaption caption")
_SKIPPED = frozenset({"rt", "button"})
_UNCOUNTED = re.compile(r"[\s—]+")


@dataclass(frozen=True, slots=True)
class _Piece:
    """One text node: `parent.children[place]`."""

    parent: Node
    place: int
    text: str
    block: int
    """Number of the paragraph, item or cell it stands in."""


def mark_passage(html: str, wanted: str) -> str:
    """The article's clean HTML with <mark class="passage"> around the words of `wanted`.

    Blanks do not count, nor the dashes that stand between a table's cells in plain text. The mark
    goes on to the end of the sentence, within the block. HTML comes back as it was where the words
    are not in it, whatever they are: nothing of `wanted` is written.
    """
    needle = _UNCOUNTED.sub("", wanted[:LONGEST_WANTED])
    if len(needle) < _SHORTEST_WANTED or len(html) > LARGEST_MARKED:
        return html
    root = read_tree(html)
    pieces = list(_pieces(root))
    counted = [_UNCOUNTED.sub("", piece.text) for piece in pieces]
    text = "".join(counted)
    start = text.find(needle)
    if start < 0:
        return html
    starts = [0]
    for each in counted:
        starts.append(starts[-1] + len(each))
    end = _sentence_end(text, start, start + len(needle), pieces, starts)
    _mark(pieces, starts, start, end)
    return write_tree(root)


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


def _sentence_end(
    text: str, start: int, end: int, pieces: Sequence[_Piece], starts: Sequence[int]
) -> int:
    """Where the sentence ends that character `end - 1` stands in, or its block."""
    block = pieces[_piece_of(end - 1, starts)].block
    limit = min(len(text), start + _LONGEST_MARKED)
    while (
        end < limit and text[end - 1] not in _ENDS and pieces[_piece_of(end, starts)].block == block
    ):
        end += 1
    return end


def _piece_of(place: int, starts: Sequence[int]) -> int:
    """Number of the piece that holds counted character `place`."""
    return bisect_right(starts, place) - 1


def _mark(pieces: Sequence[_Piece], starts: Sequence[int], start: int, end: int) -> None:
    first, last = _piece_of(start, starts), _piece_of(end - 1, starts)
    # From the end, so that the places of earlier text nodes stay true.
    for number in range(last, first - 1, -1):
        if starts[number] == starts[number + 1]:
            continue  # nothing but blanks, between two blocks perhaps
        piece = pieces[number]
        # The blanks between two marked pieces belong to the passage.
        begin = _offset(piece.text, start - starts[number]) if number == first else 0
        stop = (
            _offset(piece.text, end - 1 - starts[number]) + 1 if number == last else len(piece.text)
        )
        inner = Node("mark", {"class": "passage"}, [piece.text[begin:stop]])
        parts: list[Node | str] = [piece.text[:begin], inner, piece.text[stop:]]
        piece.parent.children[piece.place : piece.place + 1] = [
            part for part in parts if part != ""
        ]


def _offset(text: str, counted: int) -> int:
    """Where in `text` its counted character number `counted` stands."""
    places = (place for place, each in enumerate(text) if not _UNCOUNTED.match(each))
    return next(place for number, place in enumerate(places) if number == counted)
