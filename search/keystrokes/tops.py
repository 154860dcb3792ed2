"""The best rows of short prefixes, chosen once, because thousands of keys begin with them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

CROWDED = 1_024
"""Rows behind a prefix from which on only the best are looked at."""
CHOSEN = 256
"""How many those are."""

Tops = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]
"""The last four arrays of a Segment."""


def choose_tops(
    columns: NDArray[np.uint64],
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    weights: NDArray[np.uint8],
) -> Tops:
    """Return the best rows of every crowded prefix of sorted keys, by weight and then by row."""
    chosen: dict[int, NDArray[np.int64]] = {}
    for low, high in _crowded(columns, starts):
        code = (low << 32) + high
        if code not in chosen:
            behind = slice(int(starts[low]), int(starts[high]))
            chosen[code] = _best(rows[behind], weights[behind])
    ranges = sorted(chosen)
    best = np.concatenate([chosen[code] for code in ranges]) if ranges else np.empty(0, np.int64)
    ends = np.cumsum([0, *(len(chosen[code]) for code in ranges)], dtype=np.int64)
    return (
        np.array(ranges, np.int64),
        ends,
        (best & 0xFFFFFFFF).astype(np.int32),
        (255 - (best >> 32)).astype(np.uint8),
    )


def _best(rows: NDArray[np.int32], weights: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return distinct rows, best first, as (255 - weight) x 2**32 + row."""
    codes = ((255 - weights.astype(np.int64)) << 32) + rows
    # A row stands behind several keys of a prefix; a few times as many leave enough distinct ones.
    some = min(len(codes), 8 * CHOSEN)
    best = np.sort(np.partition(codes, some - 1)[:some])
    _, first = np.unique(best & 0xFFFFFFFF, return_index=True)
    return np.asarray(best[np.sort(first)][:CHOSEN], np.int64)


def _crowded(columns: NDArray[np.uint64], starts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield the ranges of keys that share a prefix and have many rows, for each length."""
    where = [(0, columns.shape[1])]
    for length in range(1, 8 * len(columns) + 1):
        column = columns[(length - 1) // 8]
        shift = np.uint64(8 * (7 - (length - 1) % 8))
        where = [
            (low + first, low + last)
            for low, high in where
            for first, last in _runs(column[low:high] >> shift)
            if starts[low + last] - starts[low + first] > CROWDED
        ]
        if not where:
            break
        yield from where


def _runs(values: NDArray[np.uint64]) -> Iterator[tuple[int, int]]:
    """Yield the ranges of equal values."""
    ends = np.flatnonzero(values[1:] != values[:-1]) + 1
    bounds = [0, *ends.tolist(), len(values)]
    yield from zip(bounds, bounds[1:], strict=False)
