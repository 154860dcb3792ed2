"""Calibrating anew on a help center's own articles, by the other ways in which each can be asked.

An alias is a question that an article says it answers. Asked while the article does not have it, it
is a question like a visitor's, with an answer; asked while the article is away, one without. Both
are asked of throw-away indexes, a part of the aliases or of the articles left out of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from search.analysis.normalise import fold
from search.calibration import Calibration, CalibrationError
from search.document import Document, Progress, Query, no_progress
from search.evaluation_set import Question
from search.index import SearchIndex

LEAST_ALIASES = 30
MOST_ALIASES = 2_000
"""Aliases asked; of more, some from everywhere."""
PARTS = 5
ACCEPTED = 0.05
"""Share of false suggestions, and of false silence, that the floor is set for."""
_NEWTON_STEPS = 100
_SMALL_STEP = 1e-9
_RIDGE = 1e-12

Scores = NDArray[np.float64]
OpenIndex = Callable[[Sequence[Document]], AbstractContextManager[SearchIndex]]


@dataclass(frozen=True, slots=True)
class Alias:
    """One question that an article says it answers."""

    text: str
    article_id: str
    locale: str
    audience: str
    position: int
    """Place among its article's questions, from 0."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Fused scores of the best article, shape (questions,), under three circumstances."""

    answered: Scores
    """Of aliases whose article is there, without them."""
    unanswered: Scores
    """Of the same aliases while their article is away."""
    foreign: Scores
    """Of questions that nothing in the help center answers, where such were given."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What a floor does, as shares of the questions; None where none were asked."""

    false_silence: float
    false_suggestion: float
    """Of aliases whose article is away."""
    foreign_suggestion: float | None
    """Of foreign questions."""


def find_aliases(documents: Sequence[Document]) -> list[Alias]:
    """Return the aliases to ask. Raises CalibrationError when they are too few.

    One that several articles have, in whatever language, is left out: leaving one of them away
    leaves the question answered.
    """
    owners: dict[str, set[str]] = {}
    for document in documents:
        for text in (document.title, *document.questions):
            owners.setdefault(fold(text), set()).add(document.article_id)
    aliases = [
        Alias(text, document.article_id, document.locale, document.audience, position)
        for document in documents
        for position, text in enumerate(document.questions)
        if len(owners[fold(text)]) == 1
    ]
    if len(aliases) < LEAST_ALIASES:
        raise CalibrationError(
            f"Calibrating needs {LEAST_ALIASES} questions in the articles' front matter, and the "
            f"published articles have {len(aliases)} that no other article has."
        )
    step = -(-len(aliases) // MOST_ALIASES)
    return aliases[::step]


def run_trial(
    documents: Sequence[Document],
    aliases: Sequence[Alias],
    foreign: Sequence[Question],
    open_index: OpenIndex,
    progress: Progress = no_progress,
) -> Trial:
    """Ask `aliases` of `documents`, and `foreign` questions, which nothing in them answers.

    `open_index`: makes a throw-away index of documents.
    """
    passes = list(_passes(documents, aliases, foreign))
    total, done = sum(len(each.queries) for each in passes), 0
    scores: dict[str, list[float]] = {"answered": [], "unanswered": [], "foreign": []}
    progress("Asking", done, total)
    for each in passes:
        with open_index(each.documents) as index:
            for query in each.queries:
                scores[each.kind].append(_top_score(index, query))
                done += 1
                progress("Asking", done, total)
    return Trial(**{kind: np.array(found, np.float64) for kind, found in scores.items()})


def fit_logistic(positives: Scores, negatives: Scores) -> tuple[float, float]:
    """Return slope and midpoint of the logistic function that tells positives from negatives.

    Maximum likelihood by Newton's method, both classes weighing the same. Targets are drawn in from
    0 and 1 as by Platt (1999), "Probabilistic outputs for support vector machines", or the slope of
    classes that do not overlap would be infinite. Raises CalibrationError when higher scores do not
    go with positives.
    """
    counts = len(positives), len(negatives)
    x = np.concatenate([positives, negatives])
    target = np.repeat([(counts[0] + 1) / (counts[0] + 2), 1 / (counts[1] + 2)], counts)
    weight = np.repeat([0.5 / counts[0], 0.5 / counts[1]], counts)
    columns = np.column_stack([x, np.ones_like(x)])
    slope, offset = _maximise_likelihood(columns, target, weight)
    if not slope > 0:
        raise CalibrationError(
            "The scores of questions with an answer are no higher than of those without one; "
            "nothing can be calibrated on these articles."
        )
    return slope, -offset / slope


def _maximise_likelihood(columns: Scores, target: Scores, weight: Scores) -> tuple[float, float]:
    found = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-columns @ found))
        gradient = columns.T @ (weight * (target - chance))
        curvature = (columns * (weight * chance * (1 - chance))[:, None]).T @ columns
        step = np.linalg.solve(curvature + _RIDGE * np.eye(2), gradient)
        found += step
        if np.abs(step).max() < _SMALL_STEP:
            break
    return float(found[0]), float(found[1])


def fit_floor(trial: Trial) -> float:
    """Return the fused score below which to be silent.

    In the middle between the least that keeps false suggestions to ACCEPTED and the most that keeps
    false silence to it; the two rates are then below it, or about the same where that cannot be.
    Without foreign questions it is never above the latter: a neighbour of the article that is away
    often answers a little, and does less harm than silence where there was an answer.
    """
    known_foreign = len(trial.foreign) > 0
    negatives = trial.foreign if known_foreign else trial.unanswered
    most = float(np.quantile(trial.answered, ACCEPTED))
    middle = (float(np.quantile(negatives, 1 - ACCEPTED)) + most) / 2
    return middle if known_foreign else min(middle, most)


def refit(trial: Trial, current: Calibration) -> Calibration:
    """Return `current` with slope, midpoint and floor fitted anew. Raises CalibrationError."""
    negatives = np.concatenate([trial.unanswered, trial.foreign])
    slope, midpoint = fit_logistic(trial.answered, negatives)
    return replace(current, slope=slope, midpoint=midpoint, floor=fit_floor(trial))


def measure_rates(trial: Trial, floor: float) -> Rates:
    """Return what `floor` does to the questions of a trial."""
    foreign = trial.foreign
    return Rates(
        false_silence=float(np.mean(trial.answered < floor)),
        false_suggestion=float(np.mean(trial.unanswered >= floor)),
        foreign_suggestion=float(np.mean(foreign >= floor)) if len(foreign) else None,
    )


@dataclass(frozen=True, slots=True)
class _Pass:
    kind: str
    documents: Sequence[Document]
    queries: Sequence[Query]


def _passes(
    documents: Sequence[Document], aliases: Sequence[Alias], foreign: Sequence[Question]
) -> Iterator[_Pass]:
    """Yield what is asked of which documents; passes without a question are left out."""
    for part in range(PARTS):
        asked = [_query_of(a) for a in aliases if a.position % PARTS == part]
        if asked:
            yield _Pass("answered", [_without_aliases(d, part) for d in documents], asked)
    articles = sorted({alias.article_id for alias in aliases})
    for part in range(PARTS):
        away = frozenset(articles[part::PARTS])
        asked = [_query_of(a) for a in aliases if a.article_id in away]
        if asked:
            yield _Pass("unanswered", [d for d in documents if d.article_id not in away], asked)
    if foreign:
        asked = [Query(each.text, each.language, limit=1, explain=True) for each in foreign]
        yield _Pass("foreign", documents, asked)


def _without_aliases(document: Document, part: int) -> Document:
    """Leave out one of each PARTS questions, in all languages those at the same places."""
    kept = (text for place, text in enumerate(document.questions) if place % PARTS != part)
    return replace(document, questions=tuple(kept))


def _query_of(alias: Alias) -> Query:
    audiences = frozenset({"public", alias.audience})
    return Query(alias.text, alias.locale, audiences=audiences, limit=1, explain=True)


def _top_score(index: SearchIndex, query: Query) -> float:
    hits = index.search(query).hits
    told = hits[0].explanation if hits else None
    return told.fused if told else 0.0
