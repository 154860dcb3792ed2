"""What the rows of one segment have of the typed words.

Of a crowded word (a letter or two begin thousands of words) only the best rows are looked at, and
those that the other words brought up: so the cost does not grow with the help center.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.keystrokes.resolving import Mask, Part
from search.keystrokes.segment import Segment
from search.keystrokes.tops import CROWDED

_FEW_VISIBLE = 64
_INTERSECTED = 4_096
_FEW_FOR_SORTING = 16

Scored = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Distinct rows, ascending, and their scores."""
Pieces = list[tuple[NDArray[np.int32], NDArray[np.float64]]]


def score_rows(
    segment: Segment, mask: Mask | None, words: Sequence[tuple[float, Sequence[Part]]]
) -> Scored:
    """Add up for each row what it has of the words, given as (share, parts).

    `mask`: rows that may be seen, shape (rows,); None for all.
    """
    crowded = [word for word in words if _count(segment, word[1]) > CROWDED]
    others = [word for word in words if _count(segment, word[1]) <= CROWDED]
    found = [_shared(share, _merged(_all(segment, parts), mask)) for share, parts in others]
    if crowded:
        wanted = _wanted_rows(segment, mask, [parts for _, parts in crowded], found)
        for share, parts in crowded:
            pieces = _best_and_wanted(segment, parts, mask, wanted)
            found.append(_shared(share, _merged(pieces, mask)))
    if len(found) == 1:
        return found[0]
    return _summed(found, len(segment))


def _summed(found: Sequence[Scored], size: int) -> Scored:
    """Add up the scores of each of the `size` rows of a segment."""
    rows = np.concatenate([rows for rows, _ in found])
    scores = np.concatenate([scores for _, scores in found])
    if size < _FEW_FOR_SORTING * len(rows):
        # No score is 0, so what is 0 was not found.
        sums = np.bincount(rows, weights=scores, minlength=size).astype(np.float64)
        seen = np.flatnonzero(sums).astype(np.int64)
        return seen, sums[seen]
    distinct, where = np.unique(rows, return_inverse=True)
    sums = np.bincount(where, weights=scores, minlength=len(distinct)).astype(np.float64)
    return distinct, sums


def _count(segment: Segment, parts: Sequence[Part]) -> int:
    return sum(segment.count(part.keys) for part in parts)


def _shared(share: float, scored: Scored) -> Scored:
    return scored[0], scored[1] * share


def _all(segment: Segment, parts: Sequence[Part]) -> Pieces:
    pieces: Pieces = []
    for part in parts:
        rows, weights = segment.postings(part.keys)
        pieces.append((rows, _worth(weights, part)))
    return pieces


def _best_and_wanted(
    segment: Segment, parts: Sequence[Part], mask: Mask | None, wanted: Mask | None
) -> Pieces:
    pieces: Pieces = []
    for part in parts:
        tops = segment.tops(part.keys)
        if tops is None:
            pieces += _all(segment, [part])
            continue
        pieces.append((tops[0], _worth(tops[1], part)))
        chosen = wanted
        if mask is not None and np.count_nonzero(mask[tops[0]]) < _FEW_VISIBLE:
            chosen = mask
        if chosen is not None:
            rows, weights = segment.postings(part.keys)
            here = np.flatnonzero(chosen[rows])
            pieces.append((rows[here], _worth(weights[here], part)))
    return pieces


def _wanted_rows(
    segment: Segment,
    mask: Mask | None,
    crowded: Sequence[Sequence[Part]],
    found: Sequence[Scored],
) -> Mask | None:
    """Return the rows that the other words brought up; if there are none, the rarest crowded word.

    None when there is but one word.
    """
    if len(crowded) + len(found) < 2:
        return None
    wanted = np.zeros(len(segment), np.bool_)
    for rows, _ in found:
        wanted[rows] = True
    if not any(len(rows) for rows, _ in found):
        for part in min(crowded, key=lambda parts: _count(segment, parts)):
            wanted[segment.postings(part.keys)[0][:_INTERSECTED]] = True
            best = segment.tops(part.keys)
            if best is not None:
                wanted[best[0]] = True
    return wanted if mask is None else wanted & mask


def _worth(weights: NDArray[np.uint8], part: Part) -> NDArray[np.float64]:
    return weights.astype(np.float64) * (part.factor / 255)


def _merged(pieces: Pieces, mask: Mask | None) -> Scored:
    """Keep the best score of each row."""
    rows = np.concatenate([rows for rows, _ in pieces]).astype(np.int64)
    scores = np.concatenate([scores for _, scores in pieces])
    if mask is not None:
        seen = mask[rows]
        rows, scores = rows[seen], scores[seen]
    # A positive number sorts like its bits: rows and scores in one number are sorted in one go.
    packed = (rows << 32) | scores.astype(np.float32).view(np.int32)
    packed.sort()
    rows = packed >> 32
    best = np.flatnonzero(np.append(rows[1:] != rows[:-1], True)[: len(rows)])
    return rows[best], packed[best].astype(np.int32).view(np.float32).astype(np.float64)
