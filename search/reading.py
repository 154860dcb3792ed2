"""Passages as they are read again and again: cut into sentences and terms once, then kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.analysis.tokens import terms
from search.passages import Passage, sentences
from search.recent import Recent
from search.store import Store

KEPT_DOCUMENTS = 2_000
"""Documents whose passages are kept; at some 10 kB each, 20 MB."""


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage, its sentences, and the terms of each and of the headings above them."""

    id: int
    passage: Passage
    sentences: tuple[str, ...]
    terms: tuple[frozenset[str], ...]
    heading_terms: frozenset[str]

    @classmethod
    def of(cls, id_: int, passage: Passage) -> ReadPassage:
        """Read a passage."""
        pieces = tuple(sentences(passage.text))
        found = tuple(frozenset(terms(piece)) for piece in pieces)
        return cls(id_, passage, pieces, found, frozenset(terms(" ".join(passage.path))))


class PassageReader:
    """Reads documents' passages from a store; document numbers never change their meaning."""

    def __init__(self, store: Store, kept: int = KEPT_DOCUMENTS) -> None:
        self._store = store
        self._known: Recent[int, tuple[ReadPassage, ...]] = Recent(kept)

    def read(self, numbers: Sequence[int]) -> dict[int, tuple[ReadPassage, ...]]:
        """Return the passages of documents, by document number, in the order of the article."""
        known = ((number, self._known.get(number)) for number in numbers)
        found = {number: passages for number, passages in known if passages is not None}
        missing = [number for number in numbers if number not in found]
        if missing:
            found |= self._read(missing)
        return found

    def _read(self, numbers: Sequence[int]) -> dict[int, tuple[ReadPassage, ...]]:
        read = {
            number: tuple(ReadPassage.of(id_, passage) for id_, passage in passages)
            for number, passages in self._store.passages(numbers).items()
        }
        for number, passages in read.items():
            self._known.put(number, passages)
        return read
