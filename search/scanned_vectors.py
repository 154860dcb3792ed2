"""Exact nearest vectors at a fraction of the memory traffic: what is scanned is a byte a component.

Reading every vector from memory is what an exact search costs. So each component is also kept
rounded to a byte, those are scanned, and the candidates are compared exactly. How far rounding may
mislead is known; where it might have cost one of the nearest, more candidates are taken.
"""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from search.vector_selection import Selection

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]

_LARGEST = 127
_CANDIDATES = 1.5
"""Candidates for each vector wanted."""
_DEVIATIONS = 6.0
"""Standard deviations of the rounding error that are allowed for: once in a thousand million."""


class ScannedVectors:
    """A set of (id, unit vector) that can be searched, grown and shrunk; results are exact."""

    def __init__(self, ids: Ids, vectors: Vectors) -> None:
        """Index `vectors`, shape (n, dimensions), under distinct `ids`, shape (n,)."""
        self._ids, self._vectors = ids.copy(), np.ascontiguousarray(vectors)
        self._round()

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors, shape (n, dimensions), under new ids, shape (n,)."""
        self._ids = np.concatenate([self._ids, ids])
        self._vectors = np.concatenate([self._vectors, vectors])
        codes = self._codes_of(vectors)
        if np.abs(codes).max(initial=0) > _LARGEST:
            self._round()
        else:
            self._keep(codes, ids)

    def remove(self, ids: Ids) -> int:
        """Forget the vectors of `ids` and return how many there were; unknown ids are no error."""
        kept = ~np.isin(self._ids, ids)
        self._ids, self._vectors = self._ids[kept], self._vectors[kept]
        self._order = np.argsort(self._ids)
        return int(self._codes.remove_ids(ids))

    def search(
        self, vector: Vectors, count: int, allowed: Selection | None = None
    ) -> tuple[Ids, Vectors]:
        """Return the ids and cosines of the `count` nearest to `vector`, shape (dimensions,)."""
        asked, unit, margin = self._rounded(vector)
        wanted = int(_CANDIDATES * count) + 1
        while True:
            near, found = self._scan(asked, wanted, allowed)
            cosines = self._vectors[self._places(found)] @ vector
            best = np.lexsort((found, -cosines))[:count]
            if len(found) < wanted:
                break
            least = float(vector @ self._centre) + unit * float(near[-1])
            if cosines[best[-1]] >= least + margin:
                break
            wanted *= 2
        return found[best], cosines[best]

    def _round(self) -> None:
        """Choose the range of each component by the vectors there are, and round them."""
        low, high = self._vectors.min(axis=0), self._vectors.max(axis=0)
        self._centre = (low + high) / 2
        self._step = np.maximum(high - low, 1e-6) / (2 * _LARGEST)
        self._length = 0.0
        codes = faiss.IndexScalarQuantizer(
            self._vectors.shape[1],
            faiss.ScalarQuantizer.QT_8bit_direct_signed,
            faiss.METRIC_INNER_PRODUCT,
        )
        self._codes: Any = faiss.IndexIDMap2(codes)
        self._keep(self._codes_of(self._vectors), self._ids)

    def _codes_of(self, vectors: Vectors) -> Vectors:
        return np.asarray(np.rint((vectors - self._centre) / self._step), np.float32)

    def _keep(self, codes: Vectors, ids: Ids) -> None:
        lengths = np.linalg.norm(codes, axis=1)
        self._length = max(self._length, float(lengths.max(initial=0.0)))
        self._codes.add_with_ids(codes, ids)
        self._order = np.argsort(self._ids)

    def _rounded(self, vector: Vectors) -> tuple[Vectors, float, float]:
        """Return what to compare with the codes, what one of its steps is worth, and the margin.

        An error of rounding is even within half a step, of which the variance is 1/12; the errors
        of all components add up like a random walk.
        """
        weights = vector * self._step
        unit = max(float(np.abs(weights).max()), 1e-12) / _LARGEST
        variance = float(weights @ weights) + (unit * self._length) ** 2
        return np.rint(weights / unit), unit, _DEVIATIONS * (variance / 12) ** 0.5

    def _scan(self, asked: Vectors, count: int, allowed: Selection | None) -> tuple[Vectors, Ids]:
        parameters = None if allowed is None else allowed.parameters
        near, found = self._codes.search(asked[None, :], count, params=parameters)
        hits = found[0] >= 0
        return near[0][hits], found[0][hits]

    def _places(self, ids: Ids) -> NDArray[np.intp]:
        return self._order[np.searchsorted(self._ids, ids, sorter=self._order)]
