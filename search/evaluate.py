"""Measure the production search on a BEIR-style set: corpus.jsonl, queries.jsonl, qrels.tsv.

Nothing is ranked here: a throw-away index is built of the corpus, and each question goes through
the same `SearchIndex.search` or `suggest` that the site calls. Metrics are ir-measures'.
"""

from __future__ import annotations

import importlib
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from search.document import Document, Progress, Query, Results, Section, no_progress
from search.index import SearchIndex
from search.ranking import Mode

DEPTH = 10

Endpoint = Literal["search", "suggest"]
Ranking = list[tuple[str, float]]

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_FENCE = re.compile(r"^\s*(```|~~~)")


class EvaluationError(Exception):
    """A set cannot be evaluated; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Question:
    """One query of a set."""

    id: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A corpus, questions about it, and which documents answer them."""

    documents: Sequence[Document]
    questions: Sequence[Question]
    judgments: Mapping[str, Mapping[str, int]]
    """Question id -> document id -> relevance (0 and up)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question got."""

    question: Question
    ranking: Ranking
    top_score: float
    """The first hit's shown score; 0 without hits."""
    no_answer: bool
    milliseconds: float


def read_set(directory: Path) -> EvaluationSet:
    """Read a set. Raises EvaluationError naming the file, and the line where there is one."""
    documents = [_document(row) for row in _rows(directory / "corpus.jsonl", ("_id", "text"))]
    judgments = _judgments(directory / "qrels.tsv")
    questions = [q for q in read_questions(directory / "queries.jsonl") if q.id in judgments]
    if not questions:
        raise EvaluationError(f"{directory}: no question of queries.jsonl is judged in qrels.tsv")
    return EvaluationSet(documents, questions, judgments)


def read_questions(path: Path) -> list[Question]:
    """Read queries.jsonl. Raises EvaluationError."""
    return [
        Question(str(row["_id"]), str(row["text"]), row.get("lang"))
        for row in _rows(path, ("_id", "text"))
    ]


def ask(
    index: SearchIndex,
    questions: Sequence[Question],
    *,
    endpoint: Endpoint = "search",
    mode: Mode = "hybrid",
    typed: float = 1.0,
    progress: Progress = no_progress,
) -> list[Outcome]:
    """Put each question to the index. `typed`: the leading part of each that is typed, 0..1."""
    outcomes = []
    progress("asking", 0, len(questions))
    for done, question in enumerate(questions, 1):
        text = question.text[: max(1, round(len(question.text) * typed))]
        query = Query(text, question.language, limit=DEPTH)
        start = time.perf_counter()
        results = _answer(index, query, endpoint, mode)
        outcomes.append(_outcome(question, results, (time.perf_counter() - start) * 1000))
        progress("asking", done, len(questions))
    return outcomes


def measure(
    outcomes: Sequence[Outcome], judgments: Mapping[str, Mapping[str, int]]
) -> dict[str, float]:
    """Return the mean of each measure, and the latency percentiles in milliseconds.

    Raises EvaluationError where ir-measures is not installed.
    """
    measures = _measures()
    values = _ir_measures().calc_aggregate(list(measures.values()), *_trec(outcomes, judgments))
    times = np.percentile([o.milliseconds for o in outcomes], (50, 95, 99))
    latency = dict(zip(("p50_ms", "p95_ms", "p99_ms"), times.tolist(), strict=True))
    return {name: float(values[m]) for name, m in measures.items()} | latency


def measure_each(
    outcomes: Sequence[Outcome], judgments: Mapping[str, Mapping[str, int]], name: str
) -> dict[str, float]:
    """Return one measure's value for each question, by question id. Raises EvaluationError."""
    found = _ir_measures().iter_calc([_measures()[name]], *_trec(outcomes, judgments))
    values = {each.query_id: float(each.value) for each in found}
    return {outcome.question.id: values.get(outcome.question.id, 0.0) for outcome in outcomes}


def _trec(
    outcomes: Sequence[Outcome], judgments: Mapping[str, Mapping[str, int]]
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

    auroc: the probability that an answerable question's top score is above an unanswerable one's
    (ties count half; Hanley and McNeil 1982). The rates are at the shipped floor.
    """
    yes = np.array([outcome.top_score for outcome in answerable])
    no = np.array([outcome.top_score for outcome in unanswerable])
    above = (yes[:, None] > no[None, :]).mean() + 0.5 * (yes[:, None] == no[None, :]).mean()
    return {
        "auroc": float(above),
        "false_suggestion_rate": float(np.mean([not o.no_answer for o in unanswerable])),
        "false_silence_rate": float(np.mean([o.no_answer for o in answerable])),
    }


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
    top = results.hits[0].score if results.hits else 0.0
    return Outcome(question, ranking, top, results.no_answer, milliseconds)


def _rows(path: Path, required: Sequence[str]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise EvaluationError(f"{path}, line {number}: not JSON ({error})") from error
        missing = [key for key in required if not isinstance(row, dict) or key not in row]
        if missing:
            raise EvaluationError(f"{path}, line {number}: without {', '.join(missing)}")
        if str(row["_id"]) in seen:
            raise EvaluationError(f"{path}, line {number}: _id {row['_id']} stands twice")
        seen.add(str(row["_id"]))
        yield row


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines: U+2028 and its like may stand inside a JSON string.
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path}: cannot be read ({error})") from error


def _judgments(path: Path) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), 1):
        cells = line.split("\t")
        if number == 1 or not line.strip():
            continue
        try:
            question, document, relevance = cells
            found.setdefault(question, {})[document] = int(relevance)
        except ValueError:
            raise EvaluationError(
                f"{path}, line {number}: expected query-id, corpus-id and score, tab-separated"
            ) from None
    return found


def _document(row: Mapping[str, Any]) -> Document:
    title = str(row.get("title") or "")
    text = str(row["text"])
    return Document(
        id=str(row["_id"]),
        article_id=str(row["_id"]),
        locale=str(row.get("lang") or "en"),
        title=title or text.strip().split("\n", 1)[0][:120],
        sections=tuple(_sections(text)),
    )


def _sections(text: str) -> Iterator[Section]:
    """Split Markdown text at its headings, as rendering an article would."""
    path: list[tuple[int, str]] = []
    body: list[str] = []
    fenced = False
    for line in text.split("\n"):
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            body.append(line)
            continue
        yield from _section(path, body)
        depth = len(heading[1])
        path, body = [*(p for p in path if p[0] < depth), (depth, heading[2])], []
    yield from _section(path, body)


def _section(path: Sequence[tuple[int, str]], body: Sequence[str]) -> Iterator[Section]:
    text = "\n".join(body).strip()
    if text:
        yield Section(tuple(heading for _, heading in path), "", text)
