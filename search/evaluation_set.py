"""A BEIR-style set: a corpus, questions about it, and which documents answer them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from search.document import Document, Section

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
    answers: tuple[str, ...] = ()
    """Strings that answer it, any of them; empty where they are not known."""
    source: str | None = None
    """Name of the set it was taken from (`from`), which then may well answer it."""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A corpus, questions about it, and which documents answer them."""

    documents: Sequence[Document]
    questions: Sequence[Question]
    judgments: Mapping[str, Mapping[str, int]]
    """Question id -> document id -> relevance (0 and up)."""


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
        Question(
            id=str(row["_id"]),
            text=str(row["text"]),
            language=row.get("lang"),
            answers=tuple(row.get("answers", ())),
            source=row.get("from"),
        )
        for row in _rows(path, ("_id", "text"))
    ]


def read_answers(path: Path) -> dict[str, tuple[str, ...]]:
    """Read the strings that answer questions, by question id, from lines of `_id` and `answers`.

    For sets whose queries.jsonl does not hold them. Raises EvaluationError.
    """
    return {str(row["_id"]): tuple(row["answers"]) for row in _rows(path, ("_id", "answers"))}


def with_answers(
    questions: Sequence[Question], answers: Mapping[str, tuple[str, ...]]
) -> list[Question]:
    """Return `questions` with the strings that answer them, where `answers` knows any."""
    return [replace(each, answers=answers.get(each.id, each.answers)) for each in questions]


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
        if not _are_strings(row.get("answers", [])):
            raise EvaluationError(f"{path}, line {number}: answers is not a list of strings")
        if str(row["_id"]) in seen:
            raise EvaluationError(f"{path}, line {number}: _id {row['_id']} stands twice")
        seen.add(str(row["_id"]))
        yield row


def _are_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


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
