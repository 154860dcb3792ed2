"""Passages that were read lately, kept for the next question about the same articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from search.read_passage import ReadPassage
from search.recent import Recent
from search.store import Store

KEPT_DOCUMENTS = 3_000
"""Documents whose passages are kept; at some 7 kB each, 20 MB."""


class ReadsPassages(Protocol):
    """Where the passages of the few documents that are shown come from."""

    def read(self, numbers: Sequence[int]) -> dict[int, tuple[ReadPassage, ...]]:
        """Return the passages of documents, by document number, in the order of the article."""
        ...


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
        read = self._store.passages(numbers)
        for number, passages in read.items():
            self._known.put(number, passages)
        return read
