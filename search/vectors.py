"""Nearest passages by cosine, with FAISS.

The kind of index follows the number of vectors, by measurements in docs/architecture.md: exact up
to 50,000 (from some thousands on by way of bytes, `ScannedVectors`), 8 bits a component to 200,000,
then an inverted file. Approximate indexes below those sizes lose recall and save little.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from search.scanned_vectors import ScannedVectors
from search.vector_selection import Selection

SCANNED_FROM = 4_000
"""Vectors from which on an exact search by way of bytes is the quicker one."""
FLAT_LIMIT = 50_000
QUANTISED_LIMIT = 200_000
_PROBES = 32
LANGUAGE_CORRECTION = 1.0
"""Part of the difference in mean cosine between languages that is put down to language."""
_FEW_PASSAGES = 20
_COMMON_SHARE = 0.3
"""Part of what a passage has in common with all titles that is held against it."""
_BEGINNING_COST = 0.01
"""What a beginning must be nearer by than a passage to count as much: it says less."""

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]


class VectorIndex:
    """A set of (passage number, unit vector) that can be searched, grown and shrunk."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(
        cls,
        ids: Ids,
        vectors: Vectors,
        *,
        scanned: int = SCANNED_FROM,
        flat: int = FLAT_LIMIT,
        quantised: int = QUANTISED_LIMIT,
    ) -> VectorIndex | ScannedVectors:
        """Index `vectors`, shape (n, dimensions) with rows of unit length, under `ids`, shape (n,).

        `flat` and `quantised` are the largest numbers of vectors kept exact and in 8 bits; from
        `scanned` on exact ones are scanned by their bytes.
        """
        count, dimensions = vectors.shape
        faiss.omp_set_num_threads(1)
        if scanned <= count <= flat:
            return ScannedVectors(ids, vectors)
        index = _empty_index(count, dimensions, flat, quantised)
        if not index.is_trained:
            index.train(vectors)
        index.add_with_ids(np.ascontiguousarray(vectors), ids)
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors, shape (n, dimensions), under new ids, shape (n,)."""
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors), ids)

    def remove(self, ids: Ids) -> int:
        """Forget the vectors of `ids` and return how many there were; unknown ids are no error."""
        return int(self._index.remove_ids(ids)) if len(ids) else 0

    def search(
        self, vector: Vectors, count: int, allowed: Selection | None = None
    ) -> tuple[Ids, Vectors]:
        """Return the ids and cosines of the `count` nearest to `vector`, shape (dimensions,).

        `allowed`: consider these only.
        """
        parameters = self._parameters(allowed)
        cosines, ids = self._index.search(vector[None, :], count, params=parameters)
        found = ids[0] >= 0
        return ids[0][found], cosines[0][found]

    def _parameters(self, allowed: Selection | None) -> Any:
        if isinstance(self._index, faiss.IndexIVF):
            selector = None if allowed is None else allowed.selector
            return faiss.SearchParametersIVF(sel=selector, nprobe=_PROBES)  # type: ignore[call-arg]
        return None if allowed is None else allowed.parameters


class LanguageVectors:
    """The vectors of one language's passages, their mean, and that of the titles among them.

    Beginnings of titles are kept apart: a whole question is not compared with them.
    """

    def __init__(self, ids: Ids, vectors: Vectors, positions: Ids) -> None:
        """Keep `vectors`, shape (n, dimensions), under `ids`, shape (n,).

        `positions`, shape (n,): places in the article; see Passage.
        """
        self._index = VectorIndex.build(ids[positions >= 0], vectors[positions >= 0])
        self._beginnings = VectorIndex.build(ids[positions < 0], vectors[positions < 0])
        dimensions = vectors.shape[1]
        self._sum, self._title_sum = np.zeros((2, dimensions), np.float32)
        self._count = self._title_count = 0
        self._add_up(vectors, positions)
        # FAISS must not be searched while it is changed.
        self._lock = threading.Lock()

    def _add_up(self, vectors: Vectors, positions: Ids) -> None:
        self._sum = self._sum + vectors[positions >= 0].sum(axis=0)
        self._count += int((positions >= 0).sum())
        self._title_sum = self._title_sum + vectors[positions == 0].sum(axis=0)
        self._title_count += int((positions == 0).sum())

    def add(self, ids: Ids, vectors: Vectors, positions: Ids) -> None:
        """Add vectors under new ids; all as for a new object."""
        with self._lock:
            self._index.add(ids[positions >= 0], vectors[positions >= 0])
            self._beginnings.add(ids[positions < 0], vectors[positions < 0])
            self._add_up(vectors, positions)

    def remove(self, ids: Ids) -> int:
        """Forget vectors and return how many there were.

        The means keep them: they move little, and a rebuild sets them right.
        """
        with self._lock:
            return self._index.remove(ids) + self._beginnings.remove(ids)

    def search(
        self, vector: Vectors, count: int, allowed: Selection | None = None
    ) -> tuple[Ids, Vectors]:
        """Return ids and cosines of the nearest; see VectorIndex."""
        with self._lock:
            return self._index.search(vector, count, allowed)

    def search_for_half(
        self, vector: Vectors, count: int, allowed: Selection | None = None
    ) -> tuple[Ids, Vectors]:
        """Return ids and cosines of the nearest to half a question, corrected for hubs.

        Half a title may be nearer to it than a whole one. Some passages are near to whatever is
        asked, and come the sooner the less is said: with titles for the questions that may come,
        part of a passage's mean cosine to them, beyond what is usual here, is taken off. Dinu,
        Lazaridou and Baroni (2015), "Improving zero-shot learning by mitigating the hubness
        problem".
        """
        with self._lock:
            common = self._common()
            whole, near = self._index.search(vector - common, count, allowed)
            begun, nearer = self._beginnings.search(vector - common, count, allowed)
        ids = np.concatenate((whole, begun))
        cosines = np.concatenate((near, nearer - _BEGINNING_COST))
        best = np.argsort(-cosines, kind="stable")[:count]
        return ids[best], cosines[best] + np.float32(self.usual_cosine(common))

    def _common(self) -> Vectors:
        """Return what is taken off a question, shape (dimensions,); of few titles, little."""
        share = _COMMON_SHARE / (self._title_count + _FEW_PASSAGES)
        return np.asarray(share * self._title_sum, np.float32)

    def usual_cosine(self, vector: Vectors) -> float:
        """Return the mean cosine of `vector` to this language's passages."""
        return float(vector @ self._sum) / self._count

    def weight(self) -> float:
        """Return how far to trust the mean, 0..1: few passages share a topic, not a language."""
        return self._count / (self._count + _FEW_PASSAGES)


def nearest_in_languages(
    languages: Collection[LanguageVectors],
    vector: Vectors,
    count: int,
    allowed: Selection | None = None,
    *,
    begun: bool = False,
) -> tuple[Ids, Vectors]:
    """Return ids and cosines of the `count` nearest of each language, on one scale.

    A multilingual model puts texts of one language closer together than their meaning warrants.
    What a question's cosine to a language's passages is on the average lower by than to those of
    the language nearest to it is (mostly) that, and is given back, so that a better answer in
    another language can win. Mean-centring by language: Libovický, Rosa and Fraser (2020), "On the
    language neutrality of pre-trained multilingual representations".

    `begun`: `vector` is that of half a question.
    """
    usual = [language.usual_cosine(vector) for language in languages]
    found: tuple[list[Ids], list[Vectors]] = ([np.empty(0, np.int64)], [np.empty(0, np.float32)])
    for language, mean in zip(languages, usual, strict=True):
        correction = LANGUAGE_CORRECTION * language.weight() * (max(usual) - mean)
        search = language.search_for_half if begun else language.search
        ids, cosines = search(vector, count, allowed)
        found[0].append(ids)
        found[1].append(cosines + np.float32(correction))
    return np.concatenate(found[0]), np.concatenate(found[1])


def _empty_index(count: int, dimensions: int, flat: int, quantised: int) -> Any:
    if count > quantised:
        return _inverted_file(count, dimensions)
    inner: Any = faiss.IndexFlatIP(dimensions)
    if count > flat:
        inner = faiss.IndexScalarQuantizer(
            dimensions, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
    return faiss.IndexIDMap2(inner)


def _inverted_file(count: int, dimensions: int) -> Any:
    """An inverted file keeps ids itself; behind an id map, removing would mix them up."""
    quantizer = faiss.IndexFlatIP(dimensions)
    cells = int(4 * np.sqrt(count))
    index = faiss.IndexIVFFlat(quantizer, dimensions, cells, faiss.METRIC_INNER_PRODUCT)
    index.own_fields = True
    quantizer.this.disown()  # type: ignore[attr-defined]
    return index
