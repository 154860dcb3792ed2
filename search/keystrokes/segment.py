"""Sorted keys of many documents in arrays, so that a prefix is one range.

A key is at most 32 bytes and stands in four columns of eight bytes, as numbers that sort like the
bytes: a prefix is found by binary search in C, in the first column alone when it has up to eight
letters. Behind each distinct key stand its documents, so behind a prefix stands one range of them
too. Documents are rows, numbered from the most useful one and, among equals, the shortest title:
row order breaks ties.

A short prefix begins thousands of keys. The best rows of each such prefix are chosen when the
segment is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from search.keys import LONGEST_KEY, DocumentKeys, encoded
from search.keystrokes.tops import choose_tops

COLUMNS = LONGEST_KEY // 8
Range = tuple[int, int]
"""A half-open range of keys."""


@dataclass(frozen=True)
class Segment:
    """The keys of some documents; all arrays may lie in a file."""

    columns: NDArray[np.uint64]
    """Shape (4, keys): eight bytes of each key a column, first the most significant."""
    starts: NDArray[np.int64]
    """Shape (keys + 1,): where each key's rows begin."""
    rows: NDArray[np.int32]
    weights: NDArray[np.uint8]
    """Shape (postings,): a row, and the weight of the key in it."""
    numbers: NDArray[np.int64]
    sizes: NDArray[np.int32]
    """Shape (rows,): the document's number, and the letters of its title."""
    top_ranges: NDArray[np.int64]
    """Shape (crowded prefixes,): first key x 2**32 + last key + 1, ascending."""
    top_starts: NDArray[np.int64]
    top_rows: NDArray[np.int32]
    top_weights: NDArray[np.uint8]

    @classmethod
    def build(cls, documents: Iterable[tuple[int, DocumentKeys]]) -> Segment:
        """Index the keys of documents, given with their numbers."""
        ordered = sorted(documents, key=lambda d: (-d[1].quality, d[1].size, d[0]))
        counts = [len(keys.weights) for _, keys in ordered]
        all_keys = (key for _, keys in ordered for key in keys.weights)
        columns = _columns(encoded(all_keys))
        rows = np.repeat(np.arange(len(ordered), dtype=np.int32), counts)
        weights = np.fromiter(
            (w for _, keys in ordered for w in keys.weights.values()), np.uint8, int(sum(counts))
        )
        order = np.lexsort(columns[::-1])
        columns, rows, weights = columns[:, order], rows[order], weights[order]
        first = _firsts(columns)
        starts = np.append(np.flatnonzero(first), len(rows)).astype(np.int64)
        columns = np.ascontiguousarray(columns[:, first])
        tops = choose_tops(columns, starts, rows, weights)
        numbers = np.array([number for number, _ in ordered], np.int64)
        sizes = np.array([keys.size for _, keys in ordered], np.int32)
        return cls(columns, starts, rows, weights, numbers, sizes, *tops)

    def __len__(self) -> int:
        return len(self.numbers)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return all arrays by name, for writing."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def range_of(self, prefix: bytes) -> Range:
        """Return the keys that begin with `prefix`, of at most 32 bytes."""
        low, high = 0, self.columns.shape[1]
        for column, at in zip(self.columns, range(0, LONGEST_KEY, 8), strict=True):
            part, letters = column[low:high], prefix[at : at + 8]
            first = np.uint64(int.from_bytes(letters.ljust(8, b"\0"), "big"))
            last = np.uint64(int.from_bytes(letters.ljust(8, b"\xff"), "big"))
            low, high = (
                low + int(part.searchsorted(first, side="left")),
                low + int(part.searchsorted(last, side="right")),
            )
            if len(prefix) <= at + 8 or low == high:
                break
        return low, high

    def ranges_of(self, heads: NDArray[np.uint64], tails: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the keys between pairs of first columns, ascending, shape (pairs, 2)."""
        low = np.searchsorted(self.columns[0], heads, side="left")
        high = np.searchsorted(self.columns[0], tails, side="right")
        return np.stack([low, high], axis=1).astype(np.int64)

    def count(self, keys: Range) -> int:
        """Return how many rows stand behind a range of keys; a row may be counted twice."""
        return int(self.starts[keys[1]] - self.starts[keys[0]])

    def postings(self, keys: Range) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Return the rows behind a range of keys, and their weights."""
        behind = slice(self.starts[keys[0]], self.starts[keys[1]])
        return self.rows[behind], self.weights[behind]

    def tops(self, keys: Range) -> tuple[NDArray[np.int32], NDArray[np.uint8]] | None:
        """Return the best rows behind a crowded prefix, best first; None if it is not crowded."""
        wanted = np.int64((keys[0] << 32) + keys[1])
        at = int(np.searchsorted(self.top_ranges, wanted))
        if at == len(self.top_ranges) or self.top_ranges[at] != wanted:
            return None
        chosen = slice(self.top_starts[at], self.top_starts[at + 1])
        return self.top_rows[chosen], self.top_weights[chosen]

    def rows_of(self, numbers: Iterable[int]) -> NDArray[np.bool_]:
        """Return which rows are documents of the given numbers, shape (rows,)."""
        return np.isin(self.numbers, np.fromiter(numbers, np.int64))

    def letters(self, keys: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the bytes of some keys, shape (keys, 32), zero behind the last."""
        chosen = np.ascontiguousarray(self.columns[:, keys].T)
        return chosen.byteswap().view(np.uint8)


def _columns(keys: Sequence[bytes]) -> NDArray[np.uint64]:
    packed = np.array(keys, f"S{LONGEST_KEY}") if keys else np.empty(0, f"S{LONGEST_KEY}")
    numbers = packed.view(">u8").reshape(len(keys), COLUMNS)
    return np.ascontiguousarray(numbers.T.astype(np.uint64))


def _firsts(columns: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Tell the first of equal keys from the others, in sorted columns."""
    first = np.ones(columns.shape[1], np.bool_)
    first[1:] = np.any(columns[:, 1:] != columns[:, :-1], axis=0)
    return first
