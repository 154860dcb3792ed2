"""The documents that any leg brought up, and what each leg makes of them: a column each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.fusion import Scores, Weights, meaning_scores
from search.keystrokes.matching import KeyMatches
from search.view import Nearest

Ids = NDArray[np.int64]
_NONE = 0


@dataclass(frozen=True, slots=True)
class ByMeaning:
    """What the embedding brought up; arrays of shape (documents,)."""

    numbers: Ids
    """Document numbers, ascending."""
    scores: Scores
    """0..1."""
    passages: Ids
    """Id of the passage that is nearest; 0 where only the title came up."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Documents and their scores on the scale 0..1; arrays of shape (documents,)."""

    numbers: Ids
    """Document numbers, ascending."""
    words: Scores
    keys: Scores
    meaning: Scores
    """NaN where the embedding did not bring a document up."""
    passages: Ids
    """Id of the passage nearest in meaning; 0 where there is none."""

    def passage_of(self, number: int) -> int | None:
        """Return the id of a document's passage that is nearest in meaning, if it came up."""
        row = int(np.searchsorted(self.numbers, number))
        found = row < len(self.numbers) and self.numbers[row] == number
        return (int(self.passages[row]) or None) if found else None


NOT_BY_MEANING = ByMeaning(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))


def gather(words: Sequence[tuple[int, float]], keys: KeyMatches, meant: ByMeaning) -> Candidates:
    """Put what three legs found beside each other. `words`: (document number, score 0..1)."""
    by_word = np.array([number for number, _ in words], np.int64)
    numbers = _distinct(np.concatenate((by_word, keys.numbers, meant.numbers)))
    scores = np.zeros((2, len(numbers)))
    scores[0, np.searchsorted(numbers, by_word)] = [score for _, score in words]
    scores[1, np.searchsorted(numbers, keys.numbers)] = keys.worth
    meaning, passages = np.full(len(numbers), np.nan), np.full(len(numbers), _NONE)
    places = np.searchsorted(numbers, meant.numbers)
    meaning[places], passages[places] = meant.scores, meant.passages
    return Candidates(numbers, scores[0], scores[1], meaning, passages)


def pool(near: Nearest, weights: Weights) -> ByMeaning:
    """Score documents by their best passage and their title.

    What did not come up is not nearer than the last that did.
    """
    if not len(near.passages):
        return NOT_BY_MEANING
    numbers = _distinct(near.documents)
    rows = np.searchsorted(numbers, near.documents)
    texts = np.full(len(numbers), near.cosines.min(), np.float64)
    titles, passages = np.zeros(len(numbers)), np.full(len(numbers), _NONE)
    # The best comes last, and the last one assigned to a document stays.
    order = np.argsort(near.cosines, kind="stable")
    named, said = order[near.titles[order]], order[~near.titles[order]]
    titles[rows[named]] = near.cosines[named]
    texts[rows[said]], passages[rows[said]] = near.cosines[said], near.passages[said]
    return ByMeaning(numbers, meaning_scores(texts, titles, weights), passages)


def _distinct(numbers: Ids) -> Ids:
    """Return distinct numbers, ascending; for the few of a question np.unique takes far longer."""
    ordered = np.sort(numbers)
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    return np.asarray(ordered[first], np.int64)
