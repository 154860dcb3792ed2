"""Passages as they are read again and again: cut into sentences and terms once, then kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from search.analysis.tokens import terms
from search.passages import Passage, sentences
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
        self._kept = kept
        self._known: OrderedDict[int, tuple[ReadPassage, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, numbers: Sequence[int]) -> dict[int, tuple[ReadPassage, ...]]:
        """Return the passages of documents, by document number, in the order of the article."""
        with self._lock:
            found = {n: self._known[n] for n in numbers if n in self._known}
        missing = [number for number in numbers if number not in found]
        if missing:
            found |= self._read(missing)
        return found

    def _read(self, numbers: Sequence[int]) -> dict[int, tuple[ReadPassage, ...]]:
        read = {
            number: tuple(ReadPassage.of(id_, passage) for id_, passage in passages)
            for number, passages in self._store.passages(numbers).items()
        }
        with self._lock:
            self._known.update(read)
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
        return read
