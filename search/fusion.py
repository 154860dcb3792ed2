"""From three rankings to one: pure functions on scores, each on the scale 0..1.

Scores, not ranks, are fused: a plain reciprocal rank fusion gains a quarter of what this does on
questions in the articles' language and loses on questions in another one, because rank 1 of a
keyword search that matched nothing of substance counts as much as rank 1 of one that did
(docs/architecture.md).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

_USUAL_WORDS = 0.45
"""Word score of an answering article over its score in meaning; the mean on public sets."""
_LEAST_WORDS = 0.3
"""What a chance match has in the asker's language at the best of times."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the legs and the shape of the calibration. Fitted on public sets."""

    meaning: float = 0.6
    """Share of the embedding in a complete question; the rest is keywords and keys."""
    lowest_cosine: float = 0.70
    highest_cosine: float = 0.92
    """The cosines of unrelated texts and of paraphrases with the default model."""
    own_language: float = 0.03
    """Head start of an article in the asker's language."""
    slope: float = 18.0
    midpoint: float = 0.575
    """The logistic map from the fused score to the shown one: its midpoint is shown as 0.5."""
    floor: float = 0.5
    """Shown score below which there is no good answer."""


def rescale(cosine: float, weights: Weights) -> float:
    """Map a cosine from the range that the model really uses to 0..1."""
    span = weights.highest_cosine - weights.lowest_cosine
    return min(1.0, max(0.0, (cosine - weights.lowest_cosine) / span))


def best_per_document(passages: Iterable[tuple[int, int, float]]) -> dict[int, tuple[float, int]]:
    """Pool passages: of (passage, document, score) keep each document's (best score, passage)."""
    best: dict[int, tuple[float, int]] = {}
    for passage, document, score in passages:
        if document not in best or score > best[document][0]:
            best[document] = (score, passage)
    return best


def blend(
    meaning: Mapping[int, float],
    words: Mapping[int, float],
    share: float,
) -> dict[int, float]:
    """Return share x meaning + (1 - share) x words for every document in either, by document.

    A document that the embedding did not bring up is taken to mean a little less than the last
    one it did.
    """
    unseen = min(meaning.values(), default=0.0) * 0.95
    return {
        document: share * meaning.get(document, unseen) + (1 - share) * words.get(document, 0.0)
        for document in {*meaning, *words}
    }


def with_foreign_words(
    words: Mapping[int, float], meaning: Mapping[int, float], foreign: Collection[int]
) -> dict[int, float]:
    """Return `words` with an estimate for articles that the asker's language does not have.

    Their words cannot match, which says nothing against them. They are given what the best of the
    asker's own language has, but no more than an answering article usually has: an article that
    really holds the words still wins, a chance match does not.
    """
    own = (score for number, score in words.items() if number not in foreign)
    chance = max(own, default=1.0)
    estimated = {n: min(max(chance, _LEAST_WORDS), _USUAL_WORDS * meaning[n]) for n in foreign}
    return {n: max(words.get(n, 0.0), estimated.get(n, 0.0)) for n in {*words, *estimated}}


def calibrate(score: float, weights: Weights) -> float:
    """Return the shown score: a logistic function of the fused one."""
    return 1 / (1 + math.exp(-weights.slope * (score - weights.midpoint)))
