"""Which documents have words that begin with what was typed, over all segments of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.keys import TypedWord
from search.keystrokes.resolving import Mask, Resolver
from search.keystrokes.scoring import score_rows
from search.keystrokes.segment import Segment

MOST_FOUND = 512
"""Documents that are returned at most."""
BY_TITLE = 0.97
"""The least that a document has whose title holds all words."""
_BARELY = 0.99
"""What a match is worth while next to nothing of the title has been typed."""
_STEPS = 4


@dataclass(frozen=True, slots=True)
class KeyMatches:
    """What was found, best first."""

    numbers: NDArray[np.int64]
    """Document numbers, shape (n,)."""
    worth: NDArray[np.float64]
    """Of the same shape, 0..1: 1 when the whole title has been typed, at least 0.96 when all words
    begin words of the title."""
    corrected: bool
    """Whether a word was found only by assuming a slip."""

    @property
    def scores(self) -> dict[int, float]:
        """What each document is worth, by its number, best first."""
        return dict(zip(self.numbers.tolist(), self.worth.tolist(), strict=True))


NO_MATCHES = KeyMatches(np.empty(0, np.int64), np.empty(0), corrected=False)


def match(
    segments: Sequence[Segment], words: Sequence[TypedWord], masks: Sequence[Mask | None]
) -> KeyMatches:
    """Return the documents of which keys begin with `words`.

    `masks`: for each segment the rows that may be seen, shape (rows,); None for all.
    """
    total = sum(word.share for word in words)
    if not total:
        return NO_MATCHES
    resolved = Resolver(segments, masks).resolve_all(words)
    size = sum(each.size for each in resolved)
    numbers, scores = [np.empty(0, np.int64)], [np.empty(0)]
    for i, (segment, mask) in enumerate(zip(segments, masks, strict=True)):
        parts = [(each.share / total, each.parts[i]) for each in resolved if each.parts[i]]
        if parts:
            rows, sums = score_rows(segment, mask, parts)
            numbers.append(segment.numbers[rows])
            typed = np.floor(_typed_shares(segment, rows, sums, size) * _STEPS) / _STEPS
            scores.append(sums * (_BARELY + (1 - _BARELY) * typed))
    corrected = any(each.corrected for each in resolved)
    return _best(np.concatenate(numbers), np.concatenate(scores), corrected=corrected)


def _typed_shares(
    segment: Segment, rows: NDArray[np.int64], sums: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """Return how much of each title has been typed, 0..1, if all that was typed stands in it."""
    shares = np.minimum(1.0, size / np.maximum(1, segment.sizes[rows]))
    return np.asarray(shares * (sums > BY_TITLE), np.float64)


def _best(
    numbers: NDArray[np.int64], scores: NDArray[np.float64], *, corrected: bool
) -> KeyMatches:
    if len(scores) > MOST_FOUND:
        good = np.flatnonzero(scores >= np.partition(scores, -MOST_FOUND)[-MOST_FOUND])
        numbers, scores = numbers[good], scores[good]
    # Rows are in the order that breaks ties, and a stable sort leaves them in it.
    order = np.argsort(-scores, kind="stable")[:MOST_FOUND]
    return KeyMatches(numbers[order], scores[order], corrected)
