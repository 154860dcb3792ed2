"""Which document each passage belongs to, as arrays: hundreds are looked up for each question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_NOBODY = -1


@dataclass(frozen=True, slots=True)
class PassageOwners:
    """The passages of one revision, by their ids; never changed, only followed by another."""

    documents: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Document number by passage id; -1 where there is no such passage."""
    titles: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    """By passage id, whether it stands for a title with the questions, or for their halves."""

    def __len__(self) -> int:
        return int(np.count_nonzero(self.documents >= 0))

    def known(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell of each passage id, shape (n,), whether there is such a passage."""
        known = ids < len(self.documents)
        known[known] = self.documents[ids[known]] >= 0
        return known

    def changed(
        self, added: Sequence[tuple[int, int, int]], removed: Iterable[int]
    ) -> PassageOwners:
        """Return these with (passage id, document number, position) added and ids taken out."""
        size = max(len(self.documents), 1 + max((row[0] for row in added), default=-1))
        documents = np.full(size, _NOBODY, np.int64)
        titles = np.zeros(size, np.bool_)
        documents[: len(self.documents)] = self.documents
        titles[: len(self.titles)] = self.titles
        if added:
            ids, numbers, positions = np.array(added, np.int64).T
            documents[ids], titles[ids] = numbers, positions <= 0
        documents[list(removed)] = _NOBODY
        return PassageOwners(documents, titles)
