"""A view with one document more, or another text of one that it has: made for a few questions.

The view underneath is shared with those who ask it, and stays as it is. What it learns meanwhile
may get the same numbers as what lies over it, so that numbers from there on are not taken from it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.document import Document
from search.generation import qualities_of, speaking_of, versions_of
from search.lexical.contract import Boosted, Entry, LexicalReader, Ranked, bm25, idf
from search.passages import Passage
from search.read_passage import PassageTerms, ReadPassage
from search.reading import ReadsPassages
from search.store import Record
from search.vector_selection import Selection
from search.vectors import Ids, LanguageVectors, Vectors
from search.view import View
from search.writing import entry_of


def overlay(
    view: View,
    document: Document,
    passages: Sequence[Passage],
    vectors: NDArray[np.float32] | None,
) -> View:
    """Return `view` with `document` in the place of what it has of it.

    `passages`: the document's; `vectors`: theirs, shape (passages, dimensions), or None to have it
    found by words alone. Keys are not looked at: what is asked must be a finished question.
    """
    number, first = 1 + max(view.records, default=0), len(view.owners.documents)
    replaced = view.versions.get(document.article_id, {}).get(document.locale)
    kept = {at: record for at, record in view.records.items() if at != replaced}
    records = kept | {number: _record(number, document)}
    ids = range(first, first + len(passages))
    owned = [(at, number, each.position) for at, each in zip(ids, passages, strict=True)]
    versions = versions_of(records)
    own = [ReadPassage(at, p, PassageTerms.of(p)) for at, p in zip(ids, passages, strict=True)]
    lexical = view.lexical
    return View(
        revision=view.revision,
        records=records,
        versions=versions,
        speaking=speaking_of(versions),
        qualities=qualities_of(records),
        owners=view.owners.changed(owned, view.passages.get(replaced or 0, ())),
        passages={**view.passages, number: tuple(ids)},
        segments=view.segments,
        vectors=_with_vectors(view, document.locale, first, passages, vectors),
        lexical=None if lexical is None else OverlaidWords(lexical, entry_of(document, number)),
        reader=OverlaidPassages(view.reader, number, tuple(own)),
    )


def _record(number: int, document: Document) -> Record:
    facts = {field.name: getattr(document, field.name) for field in dataclasses.fields(document)}
    del facts["sections"]
    return Record(number, **facts)


def _with_vectors(
    view: View,
    locale: str,
    first: int,
    passages: Sequence[Passage],
    vectors: NDArray[np.float32] | None,
) -> dict[str, LanguageVectors]:
    if vectors is None:
        return dict(view.vectors)
    ids = np.arange(first, first + len(passages), dtype=np.int64)
    own = LanguageVectors(ids, vectors, np.array([p.position for p in passages], np.int64))
    under = view.vectors.get(locale)
    return {**view.vectors, locale: own if under is None else OverlaidVectors(under, own, first)}


class OverlaidVectors(LanguageVectors):
    """One language's vectors, and some more that are not put among them.

    Means are those of the many: one document moves them little.
    """

    def __init__(self, under: LanguageVectors, own: LanguageVectors, first: int) -> None:
        """`first`: the id from which on passages are not those of `under`."""
        self._under, self._own, self._first = under, own, first

    def search(
        self, vector: Vectors, count: int, allowed: Selection | None = None
    ) -> tuple[Ids, Vectors]:
        """Return ids and cosines of the nearest of both; see VectorIndex."""
        ids, cosines = self._under.search(vector, count, allowed)
        known = ids < self._first
        own_ids, own_cosines = self._own.search(vector, count, allowed)
        found = np.concatenate((ids[known], own_ids))
        return found, np.concatenate((cosines[known], own_cosines))

    def usual_cosine(self, vector: Vectors) -> float:
        """Return the mean cosine of `vector` to this language's passages."""
        return self._under.usual_cosine(vector)

    def weight(self) -> float:
        """Return how far to trust the mean, 0..1."""
        return self._under.weight()


class OverlaidWords:
    """The `LexicalReader` contract on another one's documents and one entry.

    Terms weigh what they weigh without it; those that it alone has weigh as if they stood in one
    document. Its score is worked out by the arithmetic that both engines follow.
    """

    def __init__(self, under: LexicalReader, entry: Entry) -> None:
        self._under = under
        self._number = entry.number
        self._labels = frozenset(entry.labels)
        self._times = Counter(entry.terms)
        self._length = under.kept_length(len(entry.terms))

    def search(
        self,
        terms: Sequence[str],
        count: int,
        required: Sequence[Sequence[str]] = (),
        unfinished: Sequence[Boosted] = (),
    ) -> Ranked:
        """Return the `count` best documents; see LexicalReader."""
        found = self._under.search(terms, count, required, unfinished)
        found = [(number, score) for number, score in found if number < self._number]
        if all(not self._labels.isdisjoint(group) for group in required):
            own = sum(map(self._score, terms))
            own += max((self._score(term) * boost for term, boost in unfinished), default=0.0)
            found += [(self._number, own)] if own else []
        return sorted(found, key=lambda entry: -entry[1])[:count]

    def _score(self, term: str) -> float:
        weight = idf(self.count(), self.document_frequency(term))
        return bm25(weight, self._times[term], self._length, self.average_length())

    def expand(self, prefix: str, count: int) -> list[tuple[str, int]]:
        """Return what the many begin so: a question that is tried is a finished one."""
        return self._under.expand(prefix, count)

    def document_frequency(self, term: str) -> int:
        """Return in how many documents `term` occurs."""
        return max(self._under.document_frequency(term), int(term in self._times))

    def count(self) -> int:
        """Return the number of documents."""
        return max(1, self._under.count())

    def average_length(self) -> float:
        """Return the mean number of terms of a document."""
        return self._under.average_length()

    def kept_length(self, length: int) -> int:
        """Return what the engine remembers of a document's number of terms."""
        return self._under.kept_length(length)


class OverlaidPassages:
    """Passages as another reader has them, and those of one document."""

    def __init__(self, under: ReadsPassages, number: int, own: tuple[ReadPassage, ...]) -> None:
        self._under, self._number, self._own = under, number, own

    def read(self, numbers: Sequence[int]) -> dict[int, tuple[ReadPassage, ...]]:
        """Return the passages of documents, by document number, in the order of the article."""
        found = self._under.read([number for number in numbers if number != self._number])
        return found | ({self._number: self._own} if self._number in numbers else {})
