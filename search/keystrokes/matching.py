"""Which documents have words that begin with what was typed, over all segments of an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    scores: Mapping[int, float]
    """By document number, 0..1: 1 when the whole title has been typed, at least 0.96 when all
    words begin words of the title."""
    complete: frozenset[int]
    """Documents whose title has been typed to the end."""
    corrected: bool
    """Whether a word was found only by assuming a slip."""


def match(
    segments: Sequence[Segment], words: Sequence[TypedWord], masks: Sequence[Mask | None]
) -> KeyMatches:
    """Return the documents of which keys begin with `words`.

    `masks`: for each segment the rows that may be seen, shape (rows,); None for all.
    """
    total = sum(word.share for word in words)
    if not total:
        return KeyMatches({}, frozenset(), False)
    resolved = Resolver(segments, masks).resolve_all(words)
    size = sum(each.size for each in resolved)
    numbers, scores, typed = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0)]
    for i, (segment, mask) in enumerate(zip(segments, masks, strict=True)):
        parts = [(each.share / total, each.parts[i]) for each in resolved if each.parts[i]]
        if parts:
            rows, sums = score_rows(segment, mask, parts)
            numbers.append(segment.numbers[rows])
            typed.append(_typed_shares(segment, rows, sums, size))
            scores.append(sums * (_BARELY + (1 - _BARELY) * np.floor(typed[-1] * _STEPS) / _STEPS))
    return _best(
        np.concatenate(numbers),
        np.concatenate(scores),
        np.concatenate(typed),
        corrected=any(each.corrected for each in resolved),
    )


def _typed_shares(
    segment: Segment, rows: NDArray[np.int64], sums: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """Return how much of each title has been typed, 0..1, if all that was typed stands in it."""
    shares = np.minimum(1.0, size / np.maximum(1, segment.sizes[rows]))
    return np.asarray(shares * (sums > BY_TITLE), np.float64)


def _best(
    numbers: NDArray[np.int64],
    scores: NDArray[np.float64],
    typed: NDArray[np.float64],
    *,
    corrected: bool,
) -> KeyMatches:
    if len(scores) > MOST_FOUND:
        good = np.flatnonzero(scores >= np.partition(scores, -MOST_FOUND)[-MOST_FOUND])
        numbers, scores, typed = numbers[good], scores[good], typed[good]
    # Rows are in the order that breaks ties, and a stable sort leaves them in it.
    order = np.argsort(-scores, kind="stable")[:MOST_FOUND]
    found = dict(zip(numbers[order].tolist(), scores[order].tolist(), strict=True))
    return KeyMatches(found, frozenset(numbers[order][typed[order] >= 1].tolist()), corrected)
