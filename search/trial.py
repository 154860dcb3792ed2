"""A document tried out before it is indexed: what it would answer, and what is like it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.answering import answer
from search.damage import LexicalDamaged, StoreDamaged
from search.document import Document, Query, Results
from search.fusion import Weights
from search.overlay import overlay
from search.passage_vectors import PassageVectors, TooMuchNew
from search.passages import Passage
from search.question_vectors import QuestionVectors
from search.view import View
from search.writing import all_passages

MOST_PASSAGES = 400
"""Of a document that is tried out: some 80,000 tokens."""
_DEPTH = 30
"""Passages near one of the document's that are looked at, those of its older text among them."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A passage of another article that says nearly what one of the document's says."""

    article_id: str
    locale: str
    title: str
    anchor: str
    heading: str
    """Over the other article's passage; empty before its first heading."""
    own: str
    """The document's passage."""
    other: str
    """The other article's."""
    closeness: float
    """Their cosine, rescaled from the range that the model uses to 0..1."""


def try_document(
    view: View,
    document: Document,
    drafts: PassageVectors | None,
    questions: QuestionVectors,
    weights: Weights,
    *,
    degraded: bool,
) -> Trial | None:
    """Lay `document` over `view`. `drafts`: None where vectors cannot be compared.

    None for a document that it would take long to try out: an answer is waited for.
    """
    document = document.storable()
    passages = all_passages(document)
    if len(passages) > MOST_PASSAGES:
        return None
    texts = [passage.embedded_text(document.title) for passage in passages]
    try:
        vectors = drafts.vectors(texts) if drafts else None
    except TooMuchNew:
        return None
    over = overlay(view, document, passages, vectors)
    return Trial(view, over, document, passages, vectors, questions, weights, degraded)


@dataclass(frozen=True, slots=True)
class Trial:
    """An index as it would be with one document; good for the few questions of a moment."""

    _under: View
    _view: View
    _document: Document
    _passages: Sequence[Passage]
    _vectors: NDArray[np.float32] | None
    _questions: QuestionVectors
    _weights: Weights
    _degraded: bool

    def search(self, query: Query) -> Results:
        """Answer a finished question as the index would, but for its spelling."""
        vector = None if self._vectors is None else self._questions.vector(query.text)
        try:
            return answer(
                self._view,
                query,
                vector,
                typing=False,
                weights=self._weights,
                degraded=self._degraded,
                spelling=False,
            )
        except (LexicalDamaged, StoreDamaged):
            return Results((), 0, no_answer=True, degraded=True)

    def nearest_questions(self, questions: Sequence[str], most: int) -> list[str]:
        """Return those of `questions` that are nearest in meaning to the document, nearest first.

        None of them without a model.
        """
        if self._vectors is None:
            return []
        near = []
        for text in questions:
            vector = self._questions.vector(text)
            if vector is not None:
                near.append((float((self._vectors @ vector).max()), text))
        return [text for _, text in sorted(near, key=lambda pair: -pair[0])[:most]]

    def alike(self, least: float) -> list[Alike]:
        """Return the passage of each other article that is nearest to one of the document's.

        Of articles in the same language, and only where `closeness` is `least` or more; the nearest
        first. Titles are left out: the search for them tells more. Raises StoreDamaged.
        """
        best: dict[int, tuple[float, int, int]] = {}
        for row, passage in enumerate(self._passages):
            for number, close, found in self._near(row) if passage.position > 0 else ():
                if close >= max(least, best.get(number, (0.0,))[0]):
                    best[number] = (close, row, found)
        ordered = sorted(best.items(), key=lambda item: -item[1][0])
        return [self._alike(number, *rest) for number, rest in ordered]

    def _near(self, row: int) -> Iterator[tuple[int, float, int]]:
        """Yield (document number, closeness, passage id) near one of the document's passages."""
        language = self._under.vectors.get(self._document.locale)
        if self._vectors is None or language is None:
            return
        owners = self._under.owners
        ids, cosines = language.search(self._vectors[row], _DEPTH)
        lowest, highest = self._weights.lowest_cosine, self._weights.highest_cosine
        close = np.clip((cosines - lowest) / (highest - lowest), 0.0, 1.0)
        for found, near in zip(ids.tolist(), close.tolist(), strict=True):
            if owners.known(np.array([found]))[0] and not owners.titles[found]:
                number = int(owners.documents[found])
                record = self._under.records.get(number)
                if record is not None and record.article_id != self._document.article_id:
                    yield number, near, found

    def _alike(self, number: int, closeness: float, row: int, found: int) -> Alike:
        record = self._under.records[number]
        read = self._under.read([number]).get(number, ())
        passage = next(each.passage for each in read if each.id == found)
        return Alike(
            article_id=record.article_id,
            locale=record.locale,
            title=record.title,
            anchor=passage.anchor,
            heading=passage.path[-1] if passage.path else "",
            own=self._passages[row].text,
            other=passage.text,
            closeness=closeness,
        )
