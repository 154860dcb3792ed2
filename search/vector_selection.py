"""Which vectors may be found: a bit for each id, made once for many searches."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import faiss
import numpy as np


class Selection:
    """A set of ids in the form in which a search looks each vector's id up."""

    def __init__(self, ids: Collection[int]) -> None:
        """Select `ids`, none below 0."""
        chosen = np.fromiter(ids, np.int64, len(ids))
        bits = np.zeros(int(chosen.max(initial=0)) + 1, np.bool_)
        bits[chosen] = True
        packed = np.packbits(bits, bitorder="little")
        self.selector: Any = faiss.IDSelectorBitmap(packed)  # type: ignore[call-arg, arg-type]
        self.parameters: Any = faiss.SearchParameters(sel=self.selector)  # type: ignore[call-arg]
