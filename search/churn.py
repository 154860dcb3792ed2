"""How calmly the list settles while a question is typed: what each key did to it.

Each measure is a share, of which every question has a part and a whole: sums are divided, not
shares averaged, or a question whose answer stood first for one key would weigh as much as one whose
answer stood there for forty. Intervals are bootstraps over questions, as in the panel.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from search.panel import Interval, bounds, resampled_means

DEPTH = 3
"""Places of the list that are looked at."""
CHURN = "churn"
"""Of the keys before which place 1 was right, the share after which it is not."""
CHANGES = "changes"
"""Times that the article in place 1 gave way to another one, or to nothing, a question."""
RIGHT = "right"
"""Share of keys after which place 1 is right."""
EMPTY = "empty"
"""Share of keys after which nothing is listed."""
OVERLAP = "overlap"
"""Mean share of the longer of two lists in a row that both hold; two empty ones do not count."""
FOUND = "found at"
"""Share of the keys after which a right article is listed for the first time; 1 if it never is."""
MEASURES = (CHURN, CHANGES, RIGHT, EMPTY, OVERLAP, FOUND)

Listing = Sequence[str]
"""Article ids that one key brought up, best first; the first DEPTH count."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one question adds to a measure, which is the sum of parts over the sum of wholes."""

    part: float
    whole: float


def tally(listings: Sequence[Listing], relevant: Collection[str]) -> dict[str, Tally]:
    """Return one question's tally of each measure.

    `listings`: what each key in turn brought up, of one key at least; `relevant`: ids of the right
    articles.
    """
    shown = [tuple(listing[:DEPTH]) for listing in listings]
    right = [_is_right(listing, relevant) for listing in shown]
    changed = (before[:1] != after[:1] for before, after in pairwise(shown) if before)
    return {
        CHURN: _count(not after for before, after in pairwise(right) if before),
        CHANGES: Tally(sum(changed), 1),
        RIGHT: _count(right),
        EMPTY: _count(not listing for listing in shown),
        OVERLAP: _overlap(shown),
        FOUND: Tally(_found_at(shown, relevant) / len(shown), 1),
    }


def lost_places(listings: Sequence[Listing], relevant: Collection[str]) -> list[int]:
    """Return the keys, by their place in `listings`, that took place 1 from a right article."""
    return [
        key
        for key, (before, after) in enumerate(pairwise(listings), 1)
        if _is_right(before, relevant) and not _is_right(after, relevant)
    ]


def interval(sets: Sequence[Sequence[Tally]]) -> Interval | None:
    """Return the mean over sets of one measure's share; None where no set has a whole.

    `sets`: for each set, the tallies of its questions. Questions are resampled within each set.
    """
    return _summary([_ratios(tallies) for tallies in sets if _has_whole(tallies)])


def difference(
    sets: Sequence[Sequence[Tally]], others: Sequence[Sequence[Tally]]
) -> Interval | None:
    """Return by how much the mean over `sets` lies above the one over `others`, with its interval.

    Both hold tallies of the same questions in the same order, which are resampled together.
    """
    return _summary(
        [
            _ratios(tallies) - _ratios(other)
            for tallies, other in zip(sets, others, strict=True)
            if _has_whole(tallies) and _has_whole(other)
        ]
    )


def _summary(rows: Sequence[NDArray[np.float64]]) -> Interval | None:
    if not rows:
        return None
    means = np.mean(rows, axis=0)
    # A resample may lack every question that has a whole, and then tells nothing.
    resampled = means[1:][np.isfinite(means[1:])]
    return Interval(float(means[0]), *bounds(resampled))


def _ratios(tallies: Sequence[Tally]) -> NDArray[np.float64]:
    """Return the share over all questions, and behind it those over resamples of them."""
    parts, wholes = (
        np.array([getattr(each, name) for each in tallies]) for name in ("part", "whole")
    )
    with np.errstate(invalid="ignore"):
        resampled = resampled_means(parts) / resampled_means(wholes)
    return np.array([parts.sum() / wholes.sum(), *resampled])


def _has_whole(tallies: Sequence[Tally]) -> bool:
    return any(each.whole for each in tallies)


def _is_right(listing: Listing, relevant: Collection[str]) -> bool:
    return bool(listing) and listing[0] in relevant


def _count(facts: Iterable[bool]) -> Tally:
    listed = list(facts)
    return Tally(sum(listed), len(listed))


def _overlap(shown: Sequence[Listing]) -> Tally:
    pairs = [(set(before), set(after)) for before, after in pairwise(shown) if before or after]
    shares = [len(before & after) / max(len(before), len(after)) for before, after in pairs]
    return Tally(sum(shares), len(shares))


def _found_at(shown: Sequence[Listing], relevant: Collection[str]) -> int:
    found = (i for i, listing in enumerate(shown, 1) if not set(relevant).isdisjoint(listing))
    return next(found, len(shown))
