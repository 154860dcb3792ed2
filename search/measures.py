"""What the rankings of a set are worth. The measures of ranking are ir-measures'."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.analysis.normalise import fold
from search.evaluate import Outcome
from search.evaluation_set import EvaluationError

Judgments = Mapping[str, Mapping[str, int]]
"""Question id -> document id -> relevance (0 and up)."""
UNDETERMINED = "und"
"""The language of questions that name none (BCP 47)."""


def measure(outcomes: Sequence[Outcome], judgments: Judgments) -> dict[str, float]:
    """Return the mean of each measure, and the latency percentiles in milliseconds.

    Where strings that answer are known, also how often the shown sentences hold one. Raises
    EvaluationError where ir-measures is not installed.
    """
    measures = _measures()
    values = _ir_measures().calc_aggregate(list(measures.values()), *_trec(outcomes, judgments))
    times = np.percentile([o.milliseconds for o in outcomes], (50, 95, 99))
    latency = dict(zip(("p50_ms", "p95_ms", "p99_ms"), times.tolist(), strict=True))
    return {name: float(values[m]) for name, m in measures.items()} | (
        latency | measure_answers(outcomes, judgments)
    )


def measure_languages(
    outcomes: Sequence[Outcome], judgments: Judgments, unanswerable: Sequence[Outcome] = ()
) -> dict[str, dict[str, float]]:
    """Return `measure` of each language's questions, and their number, `queries`, by language.

    With `unanswerable` questions also what `measure_language_silence` returns.
    """
    silence = measure_language_silence(outcomes, unanswerable) if unanswerable else {}
    own = _by_language(outcomes)
    return {
        language: (measure(own[language], judgments) if language in own else {})
        | silence.get(language, {})
        | {"queries": len(own.get(language, ()))}
        for language in sorted({*own, *silence})
    }


def measure_answers(outcomes: Sequence[Outcome], judgments: Judgments) -> dict[str, float]:
    """Return how often the shown sentences hold a string that answers; empty where none is known.

    Over the questions of which such strings are known and whose first hit is relevant: what is
    measured is the choice of sentences, not the ranking.
    """
    held = list(_held_answers(outcomes, judgments).values())
    if not held:
        return {}
    return {"answer_contained": float(np.mean(held)), "answer_queries": len(held)}


def measure_each(outcomes: Sequence[Outcome], judgments: Judgments, name: str) -> dict[str, float]:
    """Return one measure's value for each question, by question id. Raises EvaluationError.

    `name`: a member of `measure` that is no latency. Of answer_contained only the questions that
    it is over are returned.
    """
    if name == "answer_contained":
        return _held_answers(outcomes, judgments)
    found = _ir_measures().iter_calc([_measures()[name]], *_trec(outcomes, judgments))
    values = {each.query_id: float(each.value) for each in found}
    return {outcome.question.id: values.get(outcome.question.id, 0.0) for outcome in outcomes}


def _held_answers(outcomes: Sequence[Outcome], judgments: Judgments) -> dict[str, float]:
    """Tell of each question that can be judged whether the shown sentences answer, as 0 or 1."""
    held = {}
    for outcome in outcomes:
        answers, relevant = outcome.question.answers, judgments.get(outcome.question.id, {})
        if answers and outcome.ranking and relevant.get(outcome.ranking[0][0], 0) > 0:
            shown = _squeezed(outcome.answer)
            held[outcome.question.id] = float(any(_squeezed(a) in shown for a in answers))
    return held


def _squeezed(text: str) -> str:
    """Return a text without what two ways of writing the same differ in."""
    return "".join(fold(text).split())


def _by_language(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.question.language or UNDETERMINED, []).append(outcome)
    return found


def _trec(
    outcomes: Sequence[Outcome], judgments: Judgments
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]:
    """Return judgments and rankings of the questions that were asked."""
    asked = {outcome.question.id for outcome in outcomes}
    judged = {question: dict(found) for question, found in judgments.items() if question in asked}
    return judged, {outcome.question.id: dict(outcome.ranking) for outcome in outcomes}


def _measures() -> dict[str, Any]:
    library = _ir_measures()
    return {
        "ndcg@10": library.nDCG @ 10,
        "mrr@10": library.RR @ 10,
        "p@1": library.P @ 1,
        "hit@3": library.Success @ 3,
        "recall@5": library.R @ 5,
    }


def _ir_measures() -> Any:
    # A lean installation serves without it: it brings scipy, 140 MB.
    try:
        return importlib.import_module("ir_measures")
    except ModuleNotFoundError:
        raise EvaluationError(
            "The package ir-measures is not installed; ./scripts/serve without --lean installs it."
        ) from None


def measure_silence(
    answerable: Sequence[Outcome], unanswerable: Sequence[Outcome]
) -> dict[str, float]:
    """Return how well the shown score tells questions with an answer from those without.

    The rates are at the shipped floor.
    """
    yes = np.array([outcome.top_score for outcome in answerable])
    no = np.array([outcome.top_score for outcome in unanswerable])
    return {
        "auroc": auroc(yes, no),
        "false_suggestion_rate": 1.0 - _silent_share(unanswerable),
        "false_silence_rate": _silent_share(answerable),
    }


def auroc(positives: NDArray[np.float64], negatives: NDArray[np.float64]) -> float:
    """Return the probability that a positive's score is above a negative's; ties count half.

    Shapes (n,) and (m,). Hanley and McNeil (1982).
    """
    order = np.sort(negatives)
    below = np.searchsorted(order, positives, "left") + np.searchsorted(order, positives, "right")
    return float(below.mean() / (2 * len(order)))


def measure_language_silence(
    answerable: Sequence[Outcome], unanswerable: Sequence[Outcome]
) -> dict[str, dict[str, float]]:
    """Return `measure_silence` by the questions' language, as far as each has the questions.

    auroc: a language's unanswerable questions against its answerable ones, or against all of those
    where it has none of its own.
    """
    yes, no = _by_language(answerable), _by_language(unanswerable)
    found: dict[str, dict[str, float]] = {}
    for language in sorted({*yes, *no}):
        own, silent = yes.get(language, []), no.get(language, [])
        figures = measure_silence(own or answerable, silent) if answerable and silent else {}
        figures |= {"false_silence_rate": _silent_share(own)} if own else {}
        found[language] = {k: v for k, v in figures.items() if own or k != "false_silence_rate"}
    return found


def _silent_share(outcomes: Sequence[Outcome]) -> float:
    return float(np.mean([outcome.no_answer for outcome in outcomes]))
