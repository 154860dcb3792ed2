"""A reader's picture of one generation: everything that ranking touches, in memory and current.

A view loads a generation once and then follows its revisions by what changed. It answers from what
is there: without a keyword index or without vectors it says so in `missing` and goes on.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.document import Query
from search.keys import KeyIndex, TypedWord
from search.lexical.contract import IndexDamaged, LexicalEngine, Ranked, term_weights
from search.lexical.engines import open_engine
from search.manifest import Manifest
from search.reading import PassageReader, ReadPassage
from search.store import Delta, Record, Store
from search.vectors import LanguageVectors, nearest_in_languages

STORE = "documents.sqlite3"
LEXICAL = "lexical"
MANIFEST = "manifest.json"
_MERGE_SEGMENTS = 8

Required = tuple[tuple[str, ...], ...]


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


class View:
    """One generation, opened for reading."""

    def __init__(self, directory: Path) -> None:
        """Load the generation in `directory`. Raises IndexDamaged when its documents are lost."""
        self.generation = directory.name
        self.manifest = Manifest.read(directory / MANIFEST)
        self._store = Store.open(directory / STORE)
        self._lexical, self.missing = _open_lexical(self.manifest.engine, directory / LEXICAL)
        self._reader = PassageReader(self._store)
        self._lock = threading.RLock()
        self.revision = 0
        self.records: dict[int, Record] = {}
        self.versions: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._owners: dict[int, int] = {}
        self._passages: dict[int, list[int]] = {}
        self._segments: list[KeyIndex] = []
        self._keys: dict[int, Sequence[tuple[str, float]]] = {}
        self._vectors: dict[str, LanguageVectors] = {}
        self._allowed: dict[Required, frozenset[int] | None] = {}
        self.refresh()

    def close(self) -> None:
        """Let go of files."""
        self._store.close()
        if self._lexical is not None:
            self._lexical.close()

    def refresh(self) -> bool:
        """Take in what was committed since; tell whether that was anything."""
        if self._store.revision() == self.revision:
            return False
        with self._lock:
            since = self.revision
            delta = self._store.delta(since)
            self._forget(delta.removed)
            self._learn(delta, since)
            if self._lexical is not None and since:
                self._lexical.refresh()
            self._allowed = {}
            self.revision = delta.revision
        return True

    def _forget(self, numbers: Sequence[int]) -> None:
        gone: dict[str, list[int]] = {}
        for number in numbers:
            record = self.records.pop(number, None)
            if record is None:
                continue
            versions = self.versions[record.article_id]
            if versions.get(record.locale) == number:
                del versions[record.locale]
            self._keys.pop(number, None)
            gone.setdefault(record.locale, []).extend(self._passages.pop(number, []))
        for locale, passages in gone.items():
            for passage in passages:
                self._owners.pop(passage, None)
            if locale in self._vectors:
                self._vectors[locale].remove(np.array(passages, np.int64))

    def _learn(self, delta: Delta, since: int) -> None:
        for record in delta.records:
            self.records[record.number] = record
            self.versions[record.article_id][record.locale] = record.number
        for passage, number in self._store.owners(since, delta.revision):
            self._owners[passage] = number
            self._passages.setdefault(number, []).append(passage)
        self._keys.update(delta.keys)
        self._add_keys(delta)
        self._add_vectors(*self._store.vectors(since, delta.revision))

    def _add_vectors(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Sort new vectors into the languages of their documents."""
        locales = np.array([self.records[self._owners[passage]].locale for passage in ids.tolist()])
        for locale in sorted(set(locales.tolist())):
            own = locales == locale
            if locale in self._vectors:
                self._vectors[locale].add(ids[own], vectors[own])
            else:
                self._vectors[locale] = LanguageVectors(ids[own], vectors[own])

    def _add_keys(self, delta: Delta) -> None:
        """Put new keys in a segment of their own; sort anew when there are many segments."""
        if len(self._segments) >= _MERGE_SEGMENTS:
            self._segments = [KeyIndex.build(self._keys.items())]
        elif delta.keys:
            self._segments = [*self._segments, KeyIndex.build(delta.keys)]

    def match_keys(self, words: Sequence[TypedWord], required: Required) -> dict[int, float]:
        """Return how well each visible document's keys begin with `words`, by document number."""
        allowed = self.visible(required)
        found: dict[int, float] = {}
        for segment in self._segments:
            found.update(segment.match(words))
        return {
            number: score
            for number, score in found.items()
            if number in self.records and (allowed is None or number in allowed)
        }

    def match_terms(self, terms: Sequence[str], count: int, required: Required) -> Ranked:
        """Return the `count` best visible documents by BM25; none without a keyword index."""
        if self._lexical is None:
            return []
        needed = () if self.visible(required) is None else required
        return [
            (number, score)
            for number, score in self._lexical.search(terms, count, needed)
            if number in self.records
        ]

    def term_weights(self, terms: Sequence[str]) -> dict[str, float]:
        """Return the idf of each term; equal weights without a keyword index."""
        if self._lexical is None:
            return dict.fromkeys(terms, 1.0)
        return term_weights(self._lexical, terms)

    def has_term(self, term: str) -> bool:
        """Tell whether any document holds `term`."""
        return self._lexical is not None and self._lexical.document_frequency(term) > 0

    def nearest(
        self, vector: NDArray[np.float32], count: int, required: Required
    ) -> list[tuple[int, int, float]]:
        """Return (passage id, document number, cosine) of the visible passages nearest to a vector.

        `count` of each language; cosines are comparable between languages.
        """
        allowed = self.visible(required)
        ids = None if allowed is None else self._passage_ids(allowed)
        with self._lock:
            found = nearest_in_languages(self._vectors.values(), vector, count, ids)
            return [
                (passage, self._owners[passage], cosine)
                for passage, cosine in found
                if passage in self._owners
            ]

    def read(self, numbers: Sequence[int]) -> dict[int, tuple[ReadPassage, ...]]:
        """Return the passages of the few documents that are shown, by document number."""
        return self._reader.read(numbers)

    def size(self) -> tuple[int, int]:
        """Return the numbers of documents and of passages."""
        return len(self.records), len(self._owners)

    @property
    def has_vectors(self) -> bool:
        """Whether passages can be found by meaning."""
        return bool(self._vectors)

    def _passage_ids(self, numbers: frozenset[int]) -> NDArray[np.int64]:
        ids = [passage for number in numbers for passage in self._passages.get(number, ())]
        return np.array(ids, np.int64)

    def visible(self, required: Required) -> frozenset[int] | None:
        """Return the documents that carry the required labels; None stands for all."""
        if required not in self._allowed:
            seen = frozenset(
                record.number
                for record in list(self.records.values())
                if _carries(record, required)
            )
            self._allowed[required] = None if len(seen) == len(self.records) else seen
        return self._allowed[required]


def _carries(record: Record, required: Required) -> bool:
    own = set(labels(record.category, record.audience, record.products))
    return all(not own.isdisjoint(group) for group in required)


def _open_lexical(name: str, directory: Path) -> tuple[LexicalEngine | None, str]:
    try:
        return open_engine(name, directory), ""
    except IndexDamaged as error:
        return None, f"the keyword index cannot be read ({error})"
