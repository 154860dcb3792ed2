"""What Whoosh's postings are worth, read once a term: a search then only adds up.

Whoosh makes its matchers anew for each search and steps through them in Python, which takes
milliseconds. The score of a term in a document depends on nothing else in the query (BM25), so it
is asked for once, of Whoosh's own scorer, and kept.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.query import Term

from search.lexical.contract import Boosted

Scores = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Whoosh's document numbers, ascending, and the score of a term in each."""
Labels = Sequence[Sequence[str]]
_POSTINGS_KEPT = 1_000_000
"""Of some 16 bytes each; anybody may ask for ever new terms."""
_MASKS_KEPT = 64


class WhooshScores:
    """BM25 scores by term, of one searcher."""

    def __init__(self, searcher: Any, lock: threading.Lock) -> None:
        """Read from `searcher` under `lock`: its readers share file positions."""
        self._searcher, self._lock = searcher, lock
        self._size = int(searcher.doc_count_all())
        self._known: dict[str, Scores] = {}
        self._kept = 0
        self._masks: dict[tuple[tuple[str, ...], ...], NDArray[np.bool_]] = {}

    def best(
        self, terms: Sequence[str], count: int, required: Labels, unfinished: Sequence[Boosted]
    ) -> list[tuple[int, float]]:
        """Return (Whoosh's document number, score) of the `count` best; see LexicalReader."""
        total = np.zeros(self._size)
        for term in terms:
            documents, scores = self._scores(term)
            total[documents] += scores
        if unfinished:
            total += self._best_of(unfinished)
        if required:
            total[~self._mask(tuple(map(tuple, required)))] = 0.0
        found = np.flatnonzero(total)
        if len(found) > count:
            least = np.partition(total[found], -count)[-count]
            found = found[total[found] >= least]
        ordered = found[np.argsort(-total[found], kind="stable")][:count]
        return list(zip(ordered.tolist(), total[ordered].tolist(), strict=True))

    def _best_of(self, boosted: Sequence[Boosted]) -> NDArray[np.float64]:
        best = np.zeros(self._size)
        for term, boost in boosted:
            documents, scores = self._scores(term)
            best[documents] = np.maximum(best[documents], scores * boost)
        return best

    def _scores(self, term: str) -> Scores:
        known = self._known.get(term)
        if known is None:
            with self._lock:
                known = self._read("terms", term, scored=True)
            if self._kept > _POSTINGS_KEPT:
                self._known, self._kept = {}, 0
            self._known[term] = known
            self._kept += len(known[0]) + 1
        return known

    def _mask(self, required: tuple[tuple[str, ...], ...]) -> NDArray[np.bool_]:
        """Return which documents carry at least one label of each group."""
        if required not in self._masks:
            mask = np.ones(self._size, np.bool_)
            for group in required:
                carries = np.zeros(self._size, np.bool_)
                for label in group:
                    with self._lock:
                        carries[self._read("labels", label, scored=False)[0]] = True
                mask &= carries
            if len(self._masks) >= _MASKS_KEPT:
                self._masks = {}
            self._masks[required] = mask
        return self._masks[required]

    def _read(self, field: str, text: str, *, scored: bool) -> Scores:
        matcher = Term(field, text).matcher(self._searcher)
        documents, scores = [], []
        while matcher.is_active():
            documents.append(matcher.id())
            scores.append(matcher.score() if scored else 0.0)
            matcher.next()
        return np.array(documents, np.int64), np.array(scores, np.float64)
