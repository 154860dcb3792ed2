"""What a keyword engine must do, and the arithmetic both engines share.

An engine stores, for each document number, a bag of terms that our own analysis made, and ranks
by BM25. It never sees raw text, so both engines rank alike and the same tests hold for both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

K1 = 1.2
B = 0.75

Ranked = list[tuple[int, float]]
"""(document number, score), best first."""


class IndexDamaged(Exception):
    """The engine's files are missing or cannot be read: the index must be rebuilt."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document as the engine stores it."""

    number: int
    terms: Sequence[str]
    """Terms of all fields; one of a weightier field stands here more often (`entry_terms`)."""
    labels: Sequence[str]
    """What can be filtered by, such as "audience:public"."""


class LexicalEngine(Protocol):
    """A keyword index in one directory: one writer at a time; readers `refresh` to see commits."""

    @classmethod
    def create(cls, directory: Path) -> LexicalEngine:
        """Make an empty index in `directory`."""

    @classmethod
    def open(cls, directory: Path) -> LexicalEngine:
        """Open an index. Raises IndexDamaged."""

    def replace(self, entries: Sequence[Entry], removed: Sequence[int]) -> None:
        """Add `entries` and forget the documents numbered `removed`, in one commit."""

    def refresh(self) -> None:
        """Make the last commit visible to this reader."""

    def search(
        self, terms: Sequence[str], count: int, required: Sequence[Sequence[str]] = ()
    ) -> Ranked:
        """Return the `count` best documents by BM25 that hold any of `terms`.

        `required`: of each group of labels, a document must carry at least one.
        """

    def document_frequency(self, term: str) -> int:
        """Return in how many documents `term` occurs."""

    def count(self) -> int:
        """Return the number of documents."""

    def close(self) -> None:
        """Let go of files."""


def idf(count: int, frequency: int) -> float:
    """Inverse document frequency as Lucene has it: ln(1 + (N - n + 0.5) / (n + 0.5))."""
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


def term_weights(engine: LexicalEngine, terms: Sequence[str]) -> dict[str, float]:
    """Return each term's idf; a term that no document holds has the highest."""
    count = engine.count()
    return {term: idf(count, min(engine.document_frequency(term), count)) for term in terms}


def ideal_score(weights: Mapping[str, float]) -> float:
    """Return the BM25 score that a document would approach if it were about nothing but the query.

    Each term's part, idf x tf (K1 + 1) / (tf + K1 ...), is bounded by idf x (K1 + 1). Dividing by
    the sum of the bounds makes scores of different queries comparable, and puts a query in another
    language than the documents near 0, where its chance matches belong.
    """
    return (K1 + 1) * sum(weights.values())
