"""One revision of an index as a question sees it: whole, and never changing under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from search.analysis.keystrokes import is_hangul
from search.analysis.tokens import singular, terms, unfinished_word, without_just_begun
from search.document import Query
from search.keys import TypedWord
from search.keystrokes.matching import KeyMatches, match
from search.keystrokes.resolving import Mask
from search.keystrokes.segment import Segment
from search.languages import Closeness
from search.lexical.contract import Boosted, LexicalReader, Ranked, idf, term_weights
from search.passage_owners import PassageOwners
from search.read_passage import ReadPassage
from search.reading import ReadsPassages
from search.spelling import Fields, Speller, dictionary
from search.store import Record
from search.vector_selection import Selection
from search.vectors import LanguageVectors, nearest_in_languages

_FILTERS_KEPT = 64
_Fact = TypeVar("_Fact", bound=np.generic)

Required = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The passages nearest to a question, arrays of shape (passages,)."""

    passages: NDArray[np.int64]
    documents: NDArray[np.int64]
    cosines: NDArray[np.float32]
    titles: NDArray[np.bool_]
    """Which stand for a document's title and its questions."""


def labels(record_category: str, audience: str, products: Sequence[str]) -> list[str]:
    """Return what a document can be filtered by, as terms without white space."""
    parents = record_category.split("/") if record_category else []
    paths = ["/".join(parents[: i + 1]) for i in range(len(parents))]
    named = [f"audience:{audience}"]
    named += [f"category:{path}" for path in paths]
    named += [f"product:{product}" for product in products] or ["product:*"]
    return ["_".join(label.split()) for label in named]


def required_labels(query: Query) -> Required:
    """Return the groups of labels of which a document must carry one each to be seen by `query`."""
    groups = [tuple(f"audience:{audience}" for audience in sorted(query.audiences))]
    if query.category:
        groups.append((f"category:{query.category}",))
    if query.products:
        groups.append((*(f"product:{product}" for product in sorted(query.products)), "product:*"))
    return tuple(tuple("_".join(label.split()) for label in group) for group in groups)


@dataclass(frozen=True)
class View:
    """All that ranking touches, as of one revision."""

    revision: int
    records: Mapping[int, Record]
    versions: Mapping[str, Mapping[str, int]]
    """Article id -> locale -> document number."""
    speaking: Mapping[str, NDArray[np.bool_]]
    """Locale -> by document number, whether its article exists in that locale."""
    qualities: NDArray[np.float64]
    """By document number."""
    owners: PassageOwners
    passages: Mapping[int, Sequence[int]]
    """Document number -> passage ids."""
    segments: Sequence[Segment]
    vectors: Mapping[str, LanguageVectors]
    """By locale. Shared with later views; passages they add are unknown to `owners`."""
    lexical: LexicalReader | None
    """None when the keyword index is lost."""
    reader: ReadsPassages
    _allowed: dict[Required, frozenset[int] | None] = field(default_factory=dict)
    _masks: dict[Required, Sequence[Mask | None]] = field(default_factory=dict)
    _selections: dict[Required, Selection] = field(default_factory=dict)
    _spellers: dict[Required, Speller] = field(default_factory=dict)

    def match_keys(self, words: Sequence[TypedWord], required: Required) -> KeyMatches:
        """Return the visible documents with keys that begin with `words`, best first."""
        return match(self.segments, words, self._rows(required))

    def _rows(self, required: Required) -> Sequence[Mask | None]:
        """Return for each segment which rows may be seen; None where all may."""
        if required not in self._masks:
            if len(self._masks) >= _FILTERS_KEPT:
                self._masks.clear()
            allowed = self.visible(required)
            whole = sum(map(len, self.segments)) == len(self.records)
            self._masks[required] = [
                None
                if allowed is None and whole
                else segment.rows_of(self.records if allowed is None else allowed)
                for segment in self.segments
            ]
        return self._masks[required]

    def match_terms(
        self,
        terms: Sequence[str],
        count: int,
        required: Required,
        unfinished: Sequence[Boosted] = (),
    ) -> Ranked:
        """Return the `count` best visible documents by BM25; none without a keyword index.

        `unfinished`: see LexicalReader. Raises LexicalDamaged.
        """
        if self.lexical is None:
            return []
        needed = () if self.visible(required) is None else required
        return [
            (number, score)
            for number, score in self.lexical.search(terms, count, needed, unfinished)
            if number in self.records
        ]

    def expand(self, prefix: str, count: int) -> tuple[list[Boosted], float]:
        """Return what an unfinished word may become, and how much the word weighs.

        It weighs as much as a term that stands in every document in which one of them stands.
        """
        if self.lexical is None:
            return [], 0.0
        found, documents = self.lexical.expand(prefix, count), self.lexical.count()
        weight = idf(documents, sum(frequency for _, frequency in found))
        return [(term, weight / idf(documents, frequency)) for term, frequency in found], weight

    def completed(self, text: str) -> str:
        """Return a text being typed with its last word as the likeliest whole one.

        A fragment that is no word of the index is replaced by the most frequent word that begins
        with it, so that the embedding reads words, and reads the same ones from key to key. What is
        only just begun is left out.
        """
        text = without_just_begun(text)
        fragment = unfinished_word(text)
        written = text[-len(fragment) :].casefold() if fragment else ""
        if not written or written != fragment or self.has_term(singular(fragment)):
            return text
        found = self.lexical.expand(fragment, 1) if self.lexical else []
        return text[: -len(fragment)] + found[0][0] if found else text

    def term_weights(self, terms: Sequence[str]) -> dict[str, float]:
        """Return the idf of each term; equal weights without a keyword index."""
        if self.lexical is None:
            return dict.fromkeys(terms, 1.0)
        return term_weights(self.lexical, terms)

    def has_term(self, term: str) -> bool:
        """Tell whether any document holds `term`."""
        return self.lexical is not None and self.lexical.document_frequency(term) > 0

    def nearest(
        self,
        vector: NDArray[np.float32],
        count: int,
        required: Required,
        *,
        begun: bool = False,
    ) -> Nearest:
        """Return the visible passages nearest to a vector, that of half a question if `begun`.

        `count` of each language; cosines are comparable between languages.
        """
        allowed = self.visible(required)
        seen = None if allowed is None else self._selection(required, allowed)
        ids, cosines = nearest_in_languages(self.vectors.values(), vector, count, seen, begun=begun)
        known = self.owners.known(ids)
        ids, cosines = ids[known], cosines[known]
        return Nearest(ids, self.owners.documents[ids], cosines, self.owners.titles[ids])

    def speaks(self, numbers: NDArray[np.int64], near: Closeness) -> NDArray[np.bool_]:
        """Tell of each document, shape (n,), whether its article exists in a near language."""
        spoken = np.zeros(len(numbers), np.bool_)
        for locale, speaking in self.speaking.items():
            if near[locale]:
                spoken |= _at(speaking, numbers)
        return spoken

    def quality_of(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the quality of each document, shape (n,)."""
        return _at(self.qualities, numbers)

    def read(self, numbers: Sequence[int]) -> dict[int, tuple[ReadPassage, ...]]:
        """Return the passages of the few documents that are shown. Raises StoreDamaged."""
        return self.reader.read(numbers)

    def visible(self, required: Required) -> frozenset[int] | None:
        """Return the documents that carry the required labels; None stands for all."""
        try:
            return self._allowed[required]
        except KeyError:
            seen = frozenset(r.number for r in self.records.values() if _carries(r, required))
        if len(self._allowed) >= _FILTERS_KEPT:
            self._allowed.clear()
        self._allowed[required] = allowed = None if len(seen) == len(self.records) else seen
        return allowed

    def corrected(self, query: Query) -> str | None:
        """Return `query`'s text with words that no document holds replaced by near ones that do.

        Only words of documents the asker may see are offered. None when there is nothing to
        mend. Raises LexicalDamaged.
        """
        if self.lexical is None:
            return None
        required = required_labels(query)
        speller = self._spellers.get(required)
        if speller is None:
            if len(self._spellers) >= _FILTERS_KEPT:
                self._spellers.clear()
            speller = self._spellers[required] = Speller(dictionary(self._texts(required)).items())
        return speller.suggest(query.text, self._knows)

    def _texts(self, required: Required) -> Iterator[Fields]:
        allowed = self.visible(required)
        for record in self.records.values():
            if allowed is None or record.number in allowed:
                yield record.title, record.questions, (), record.tags

    def _knows(self, word: str) -> bool:
        """Tell whether a word stands in the index: by itself, or by all its pairs of syllables."""
        found = terms(word)
        pairs = [term for term in found if len(term) == 2] if is_hangul(word[:1] or " ") else found
        return all(self.has_term(term) for term in pairs or found)

    @property
    def has_vectors(self) -> bool:
        """Whether passages can be found by meaning."""
        return bool(self.vectors)

    def _selection(self, required: Required, allowed: frozenset[int]) -> Selection:
        """Return the passages of the documents that may be seen."""
        if required not in self._selections:
            if len(self._selections) >= _FILTERS_KEPT:
                self._selections.clear()
            ids = [passage for number in allowed for passage in self.passages.get(number, ())]
            self._selections[required] = Selection(ids)
        return self._selections[required]


def _at(column: NDArray[_Fact], numbers: NDArray[np.int64]) -> NDArray[_Fact]:
    """Return what a column says of each document; of unknown ones what its last place does."""
    return np.asarray(column[np.minimum(numbers, len(column) - 1)])


def _carries(record: Record, required: Required) -> bool:
    own = set(labels(record.category, record.audience, record.products))
    return all(not own.isdisjoint(group) for group in required)
