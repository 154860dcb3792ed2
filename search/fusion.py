"""From three rankings to one: pure functions on scores, each on the scale 0..1.

Scores, not ranks, are fused: a plain reciprocal rank fusion gains a quarter of what this does on
questions in the articles' language and loses on questions in another one, because rank 1 of a
keyword search that matched nothing of substance counts as much as rank 1 of one that did
(docs/architecture.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the legs and the shape of the calibration; docs/relevance.md says how they came."""

    meaning: float = 0.62
    """Share of the embedding; the rest is keywords and keys."""
    typed_meaning: float = 0.55
    """The same while one types, at most; of the first letters it is half of that."""
    title: float = 0.4
    """How far a title nearer in meaning than every passage pulls an article up, 0..1."""
    lowest_cosine: float = 0.80
    highest_cosine: float = 0.97
    """The range of cosines that tells articles apart with the default model."""
    own_language: float = 0.015
    """Head start of an article in the asker's language."""
    all_foreign: float = 0.084
    """Added to all where the index has no article in the asker's language: a multilingual model
    gives translations lower cosines, and no words can make up for it."""
    usual_words: float = 0.6
    """Word score of an answering article over its score in meaning."""
    least_words: float = 0.3
    """Word score that a chance match has in the asker's language at the best of times."""
    unheld_words: float = 0.15
    """Most that is assumed of a foreign article's words where no own article holds one."""
    typed_words: float = 0.2
    """What a fully matching key adds to the word score while one types."""
    slope: float = 8.8
    midpoint: float = 0.449
    """The logistic map from the fused score to the shown one: its midpoint is shown as 0.5."""
    floor: float = 0.334
    """Fused score below which a finished question has no good answer."""


def meaning_scores(passages: Scores, titles: Scores, weights: Weights) -> Scores:
    """Return how near articles are in meaning, 0..1, by their best passages' and titles' cosines.

    All of shape (articles,). Cosines are mapped from the range that the model uses. The title
    (with the questions) helps where it says what an article answers, and says nothing where many
    share it: it may raise a score, never lower it.
    """
    span = weights.highest_cosine - weights.lowest_cosine
    texts, named = (
        np.clip((cosines - weights.lowest_cosine) / span, 0.0, 1.0)
        for cosines in (passages, titles)
    )
    return np.asarray(texts + weights.title * np.maximum(0.0, named - texts), np.float64)


def written_scores(words: Scores, keys: Scores, complete: float, weights: Weights) -> Scores:
    """Return the scores by what is written: keywords, and keys while one types.

    `words`, `keys`: of shape (articles,), 0 where nothing was found. `complete`: how much of the
    question seems to be typed, 0..1. A few letters are matched by keys or not at all, since they
    begin words in every text; in a longer text a matching beginning is one hint among others.
    """
    hinted = _trusted(complete) * words + weights.typed_words * keys
    return np.maximum(hinted, _decisive(complete) * keys)


def _trusted(complete: float) -> float:
    return min(1.0, 1.7 * complete)


def _decisive(complete: float) -> float:
    return 1.0 - 0.8 * complete


def keys_settle(worth: float, complete: float, weights: Weights) -> bool:
    """Tell whether no words could lift an article above those whose keys are worth so much.

    Not even if it held all words, were in the asker's language and its keys were worth as much.
    """
    most = _trusted(complete) + weights.typed_words * worth + weights.own_language
    return most <= _decisive(complete) * worth


def blend(meaning: Scores, words: Scores, share: float) -> Scores:
    """Return share x meaning + (1 - share) x words, all of shape (articles,).

    `meaning` is NaN where the embedding did not bring an article up: it is taken to mean a little
    less than the last one that it did.
    """
    unseen = np.isnan(meaning)
    least = 0.0 if unseen.all() else float(np.nanmin(meaning))
    return share * np.where(unseen, 0.95 * least, meaning) + (1 - share) * words


def with_foreign_words(
    words: Scores, meaning: Scores, foreign: NDArray[np.bool_], weights: Weights
) -> Scores:
    """Return `words` with an estimate for articles that the asker's language does not have.

    All of shape (articles,); `meaning` is NaN where it is unknown, and nothing is estimated there.
    Words of foreign articles cannot match, which says nothing against them. They are given what the
    best of the asker's own language has, but no more than an answering article usually has: an
    article that really holds the words still wins, a chance match does not. Where none of the
    asker's own holds a word, words say little about any.
    """
    seen = ~np.isnan(meaning)
    foreign = foreign & seen
    own = words[~foreign]
    if own.any():
        likely = max(weights.least_words, float(own.max()))
    else:
        likely = weights.unheld_words if foreign.sum() < seen.sum() else 1.0
    estimated = np.minimum(likely, weights.usual_words * meaning)
    return np.where(foreign, np.maximum(words, estimated), words)


def calibrate(score: float, weights: Weights) -> float:
    """Return the shown score: a logistic function of the fused one."""
    return 1 / (1 + math.exp(-weights.slope * (score - weights.midpoint)))
