"""Marking in an article the words that somebody came for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from app.markup.names import names
from app.markup.plain import UNREAD
from app.markup.tree import Node, read_tree, write_tree
from search.passages import estimated_tokens, sentences

LONGEST_WANTED = 200
"""Code points of the words to look for; a longer parameter is no passage of ours."""
LARGEST_MARKED = 500_000
"""Characters of HTML; whoever opens a larger article is led to its heading only."""
_SHORTEST_WANTED = 4
_TELLING_TOKENS = 3
"""Of a sentence that is looked for by itself: some twelve Latin or five Chinese characters."""
_LONGEST_MARKED = 400
_ENDS = ".!?。！？"
_BLOCKS = names("p li td th dt dd pre h2 h3 h4 h5 h6 blockquote div summary figcaption caption")
_SKIPPED = frozenset({"rt", "button"})
_UNCOUNTED = re.compile(r"[\s—]+")
_PICTURES = {"img": "alt", "video": "aria-label"}
"""What plain text has words for that the eye does not see, and where they stand."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One text node or picture: `parent.children[place]`."""

    parent: Node
    place: int
    text: str
    block: int
    """Number of the paragraph, item or cell it stands in."""
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """An article's pieces in reading order, and what they say without blanks."""

    pieces: tuple[_Piece, ...]
    text: str
    starts: tuple[int, ...]
    """Where in `text` each piece begins; behind them, the length of `text`."""

    @classmethod
    def of(cls, root: Node) -> _Reading:
        pieces = tuple(_pieces(root))
        counted = [_UNCOUNTED.sub("", piece.text) for piece in pieces]
        return cls(pieces, "".join(counted), tuple(accumulate(map(len, counted), initial=0)))

    def piece_of(self, place: int) -> int:
        """Number of the piece that holds counted character `place`."""
        return bisect_right(self.starts, place) - 1


def mark_passage(html: str, wanted: str) -> str:
    """The article's clean HTML with <mark class="passage"> around the words of `wanted`.

    Blanks do not count, nor the dashes that stand between a table's cells in plain text. The mark
    goes on to the end of the sentence, within the block. Where the words do not stand together, it
    is around the first sentence of them that does. HTML comes back as it was where none is in it,
    whatever they are: nothing of `wanted` is written.
    """
    wanted = wanted[:LONGEST_WANTED]
    if len(_UNCOUNTED.sub("", wanted)) < _SHORTEST_WANTED or len(html) > LARGEST_MARKED:
        return html
    root = read_tree(html)
    reading = _Reading.of(root)
    for needle in _needles(wanted):
        start = reading.text.find(needle)
        if start >= 0:
            _mark(reading, start, _sentence_end(reading, start, start + len(needle)))
            return write_tree(root)
    return html


def _needles(wanted: str) -> Iterator[str]:
    """What to look for, without blanks: all of the words, then their telling sentences."""
    yield _UNCOUNTED.sub("", wanted)
    for sentence in sentences(wanted):
        if estimated_tokens(sentence) >= _TELLING_TOKENS:
            yield _UNCOUNTED.sub("", sentence)


def _pieces(root: Node) -> Iterator[_Piece]:
    """What `plain.read_text` reads, in reading order."""
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
        elif child.name in _PICTURES:
            words = child.attributes.get(_PICTURES[child.name], "")
            yield _Piece(node, place, words, block, is_picture=True)
        elif child.name not in _SKIPPED and not UNREAD.intersection(child.classes):
            if child.name in _BLOCKS:
                blocks += 1
            waiting.append((child, 0, blocks if child.name in _BLOCKS else block))


def _sentence_end(reading: _Reading, start: int, end: int) -> int:
    """Where the sentence ends that character `end - 1` stands in, or its block."""
    pieces, text = reading.pieces, reading.text
    block = pieces[reading.piece_of(end - 1)].block
    limit = min(len(text), start + _LONGEST_MARKED)
    while (
        end < limit and text[end - 1] not in _ENDS and pieces[reading.piece_of(end)].block == block
    ):
        end += 1
    return end


def _mark(reading: _Reading, start: int, end: int) -> None:
    pieces, starts = reading.pieces, reading.starts
    first, last = reading.piece_of(start), reading.piece_of(end - 1)
    # A piece may hold nothing but blanks, between two blocks perhaps.
    said = [each for each in range(first, last + 1) if starts[each] < starts[each + 1]]
    # A picture is marked only where there are no words to mark: its look is its own.
    words = [each for each in said if not pieces[each].is_picture]
    # From the end, so that the places of earlier pieces stay true.
    for number in reversed(words or said):
        piece = pieces[number]
        if piece.is_picture:
            _put_mark(piece, "", [piece.parent.children[piece.place]], "")
            continue
        # The blanks between two marked pieces belong to the passage.
        begin = _offset(piece.text, start - starts[number]) if number == first else 0
        stop = (
            _offset(piece.text, end - 1 - starts[number]) + 1 if number == last else len(piece.text)
        )
        _put_mark(piece, piece.text[:begin], [piece.text[begin:stop]], piece.text[stop:])


def _put_mark(piece: _Piece, before: str, marked: list[Node | str], behind: str) -> None:
    parts: list[Node | str] = [before, Node("mark", {"class": "passage"}, marked), behind]
    piece.parent.children[piece.place : piece.place + 1] = [part for part in parts if part != ""]


def _offset(text: str, counted: int) -> int:
    """Where in `text` its counted character number `counted` stands."""
    places = (place for place, each in enumerate(text) if not _UNCOUNTED.match(each))
    return next(place for number, place in enumerate(places) if number == counted)
