"""What a keyword engine must do, and the arithmetic both engines share.

An engine stores, for each document number, a bag of terms that our own analysis made, and ranks
by BM25. It never sees raw text, so both engines rank alike and the same tests hold for both.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, Self

from search.damage import IndexDamaged, LexicalDamaged
from search.lexical.seal import break_seal, seal, unchanging, verify

__all__ = ["B", "K1", "Entry", "IndexDamaged", "LexicalDamaged", "LexicalEngine", "LexicalReader"]

K1 = 1.2
B = 0.75
FREQUENCIES_KEPT = 20_000
"""Terms whose document frequency a reader remembers: anybody may ask for ever new ones."""

Boosted = tuple[str, float]
"""(term, factor on its BM25 score)."""
Ranked = list[tuple[int, float]]
"""(document number, score), best first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document as the engine stores it."""

    number: int
    terms: Sequence[str]
    """Terms of all fields; one of a weightier field stands here more often (`entry_terms`)."""
    labels: Sequence[str]
    """What can be filtered by, such as "audience:public"."""


class LexicalReader(Protocol):
    """An index as of one commit. Every method raises LexicalDamaged when files cannot be read."""

    def search(
        self,
        terms: Sequence[str],
        count: int,
        required: Sequence[Sequence[str]] = (),
        unfinished: Sequence[Boosted] = (),
    ) -> Ranked:
        """Return the `count` best documents by BM25 that hold any of `terms`.

        `required`: of each group of labels, a document must carry at least one. `unfinished`: what
        a word that is still being typed may become; of these only the best counts.
        """
        ...

    def expand(self, prefix: str, count: int) -> list[tuple[str, int]]:
        """Return the `count` most frequent terms that begin so, with document frequencies."""
        ...

    def document_frequency(self, term: str) -> int:
        """Return in how many documents `term` occurs; deleted ones may still be counted."""
        ...

    def count(self) -> int:
        """Return the number of documents."""
        ...

    def average_length(self) -> float:
        """Return the mean number of terms of a document; 0 where there is none."""
        ...

    def kept_length(self, length: int) -> int:
        """Return what the engine remembers of a document's number of terms: one byte of it."""
        ...


class LexicalEngine(ABC):
    """A keyword index in one directory: one writer at a time; readers `refresh` to see commits."""

    name: ClassVar[str]

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @classmethod
    def create(cls, directory: Path) -> Self:
        """Make an empty index in `directory`."""
        directory.mkdir(parents=True, exist_ok=True)
        engine = cls._create(directory)
        seal(directory, {})
        return engine

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open an index. Raises LexicalDamaged, also for a file that is not as it was written."""
        if not directory.is_dir():
            raise LexicalDamaged(f"{directory} is missing")
        with unchanging(directory):
            verify(directory)
            return cls._open(directory)

    def replace(self, entries: Sequence[Entry], removed: Sequence[int]) -> None:
        """Add `entries` and forget the documents numbered `removed`, in one commit."""
        with unchanging(self._directory):
            known = break_seal(self._directory)
            self._commit(entries, [*removed, *(entry.number for entry in entries)])
            seal(self._directory, known)
        self.refresh()

    def search(
        self,
        terms: Sequence[str],
        count: int,
        required: Sequence[Sequence[str]] = (),
        unfinished: Sequence[Boosted] = (),
    ) -> Ranked:
        """Search the last commit seen; see LexicalReader."""
        return self.reader().search(terms, count, required, unfinished)

    def document_frequency(self, term: str) -> int:
        """Ask the last commit seen; see LexicalReader."""
        return self.reader().document_frequency(term)

    def count(self) -> int:
        """Ask the last commit seen; see LexicalReader."""
        return self.reader().count()

    @abstractmethod
    def reader(self) -> LexicalReader:
        """Return the index as of the last commit seen."""

    def refresh(self) -> None:
        """See the last commit. Raises LexicalDamaged."""
        try:
            self._refresh()
        except LexicalDamaged:
            # A commit may just have deleted what was about to be read: look again between two.
            with unchanging(self._directory):
                self._refresh()

    @abstractmethod
    def close(self) -> None:
        """Let go of files."""

    @classmethod
    @abstractmethod
    def _create(cls, directory: Path) -> Self: ...

    @classmethod
    @abstractmethod
    def _open(cls, directory: Path) -> Self: ...

    @abstractmethod
    def _refresh(self) -> None: ...

    @abstractmethod
    def _commit(self, entries: Sequence[Entry], replaced: Sequence[int]) -> None: ...


def idf(count: int, frequency: int) -> float:
    """Inverse document frequency as Lucene has it: ln(1 + (N - n + 0.5) / (n + 0.5)).

    Engines may still count deleted documents in n; it is taken for N at most.
    """
    frequency = min(frequency, count)
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


def term_weights(reader: LexicalReader, terms: Sequence[str]) -> dict[str, float]:
    """Return each term's idf; a term that no document holds has the highest."""
    count = reader.count()
    return {term: idf(count, reader.document_frequency(term)) for term in terms}


def bm25(weight: float, times: int, length: int, average_length: float) -> float:
    """Return what a term adds to a document's score, by the arithmetic of both engines.

    `weight`: its idf; `times`: how often the document has it, of `length` terms in all, as the
    engine remembers that.
    """
    norm = 1 - B + B * length / average_length if average_length else 1.0
    return weight * (K1 + 1) * times / (times + K1 * norm) if times else 0.0


def ideal_score(weights: Mapping[str, float]) -> float:
    """Return the BM25 score that a document would approach if it were about nothing but the query.

    Each term's part, idf x tf (K1 + 1) / (tf + K1 ...), is bounded by idf x (K1 + 1). Dividing by
    the sum of the bounds makes scores of different queries comparable, and puts a query in another
    language than the documents near 0, where its chance matches belong.
    """
    return (K1 + 1) * sum(weights.values())
