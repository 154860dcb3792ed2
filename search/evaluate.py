"""Put the questions of a set to the production search.

Nothing is ranked here: a throw-away index is built of the corpus, and each question goes through
the same `SearchIndex.search` or `suggest` that the site calls.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from search.document import Progress, Query, Results, no_progress
from search.evaluation_set import Question
from search.index import SearchIndex
from search.ranking import Mode

DEPTH = 10

Endpoint = Literal["search", "suggest"]
Ranking = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question got."""

    question: Question
    ranking: Ranking
    top_score: float
    """The first hit's shown score; 0 without hits."""
    no_answer: bool
    milliseconds: float
    answer: str = ""
    """The sentences shown of the first hit."""


def ask(
    index: SearchIndex,
    questions: Sequence[Question],
    *,
    endpoint: Endpoint = "search",
    mode: Mode = "hybrid",
    typed: float = 1.0,
    depth: int = DEPTH,
    progress: Progress = no_progress,
) -> list[Outcome]:
    """Put each question to the index.

    `typed`: the leading part of each that is typed, 0..1. `depth`: hits asked for; 1 is quicker
    where nothing but the best score is wanted.
    """
    outcomes = []
    progress("asking", 0, len(questions))
    for done, question in enumerate(questions, 1):
        text = question.text[: max(1, round(len(question.text) * typed))]
        query = Query(text, question.language, limit=depth)
        start = time.perf_counter()
        results = _answer(index, query, endpoint, mode)
        outcomes.append(_outcome(question, results, (time.perf_counter() - start) * 1000))
        progress("asking", done, len(questions))
    return outcomes


def trec_run(outcomes: Sequence[Outcome], tag: str) -> Iterator[str]:
    """Yield the lines of a TREC run: question, Q0, document, rank, score, tag."""
    for outcome in outcomes:
        for place, (document, score) in enumerate(outcome.ranking, 1):
            yield f"{outcome.question.id} Q0 {document} {place} {score:.6f} {tag}"


def _answer(index: SearchIndex, query: Query, endpoint: Endpoint, mode: Mode) -> Results:
    return index.suggest(query, mode) if endpoint == "suggest" else index.search(query, mode)


def _outcome(question: Question, results: Results, milliseconds: float) -> Outcome:
    # Rank decides, not the rounded score: ties would be broken by name otherwise.
    ranking = [(hit.article_id, float(DEPTH - i)) for i, hit in enumerate(results.hits)]
    first = results.hits[0] if results.hits else None
    return Outcome(
        question,
        ranking,
        top_score=first.score if first else 0.0,
        no_answer=results.no_answer,
        milliseconds=milliseconds,
        answer=first.answer if first else "",
    )
