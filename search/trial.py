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
from search.read_passage import PassageTerms, ReadPassage
from search.view import View
from search.writing import all_passages

MOST_PASSAGES = 400
"""Of a document that is tried out: some 80,000 tokens."""
_WORDS = 0.3
"""What the terms that two passages share count, beside their cosine on the model's scale: related
passages are near in meaning, those that say the same share words too. docs/relevance.md."""
_DEPTH = 15
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
    likeness: float
    """0..1, by their cosine and by the terms that both have."""


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
        """Return the passage of each other article that says most nearly what one of this says.

        Of articles in the same language, and only where `likeness` is `least` or more; the nearest
        first. Titles are left out: the search for them tells more. None without a model.
        """
        best: dict[int, tuple[float, int, ReadPassage]] = {}
        try:
            for row, passage in enumerate(self._passages):
                for number, like, found in self._near(row) if passage.position > 0 else ():
                    if number not in best or like > best[number][0]:
                        best[number] = (like, row, found)
        except (LexicalDamaged, StoreDamaged):
            return []
        near = [(number, *found) for number, found in best.items() if found[0] >= least]
        return [self._alike(*each) for each in sorted(near, key=lambda each: -each[1])]

    def _near(self, row: int) -> Iterator[tuple[int, float, ReadPassage]]:
        """Yield (document number, likeness, passage) near one of the document's passages."""
        language = self._under.vectors.get(self._document.locale)
        if self._vectors is None or language is None:
            return
        ids, cosines = language.search(self._vectors[row], _DEPTH)
        known = self._under.owners.known(ids)
        ids, cosines = ids[known], cosines[known]
        lowest, highest = self._weights.lowest_cosine, self._weights.highest_cosine
        close = np.clip((cosines - lowest) / (highest - lowest), 0.0, 1.0)
        own = _terms_of(PassageTerms.of(self._passages[row]))
        owners = self._under.owners.documents[ids]
        for id_, number, near in zip(ids.tolist(), owners.tolist(), close.tolist(), strict=True):
            found = self._text_of(number, id_)
            if found is not None:
                shared = self._shared_weight(own, _terms_of(found.terms))
                yield number, (near + _WORDS * shared) / (1 + _WORDS), found

    def _text_of(self, number: int, passage: int) -> ReadPassage | None:
        """Return a passage of another article's text; None for its title, and for its own."""
        record = self._under.records.get(number)
        if record is None or record.article_id == self._document.article_id:
            return None
        read = self._under.read([number]).get(number, ())
        return next((p for p in read if p.id == passage and p.passage.position > 0), None)

    def _shared_weight(self, own: frozenset[str], other: frozenset[str]) -> float:
        """Return what the terms that both have weigh of those of the shorter, 0..1."""
        weights = self._under.term_weights([*own, *other])
        least = min(sum(map(weights.__getitem__, terms)) for terms in (own, other))
        return sum(map(weights.__getitem__, own & other)) / least if least else 0.0

    def _alike(self, number: int, likeness: float, row: int, found: ReadPassage) -> Alike:
        record, passage = self._under.records[number], found.passage
        return Alike(
            article_id=record.article_id,
            locale=record.locale,
            title=record.title,
            anchor=passage.anchor,
            heading=passage.path[-1] if passage.path else "",
            own=self._passages[row].text,
            other=passage.text,
            likeness=likeness,
        )


def _terms_of(terms: PassageTerms) -> frozenset[str]:
    return frozenset(terms.spaced.split())
