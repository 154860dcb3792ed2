"""What visitors asked, put together by meaning, and where the help center has nothing to say.

Whether a question has an answer is asked of today's index: a gap that was closed is no gap. Whether
the answer was a weak one is what visitors' episodes say, by the index of their day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app import answers
from app.answers import Answers, Index
from app.insights.figures import Figure, Row, Sheet, Table, share, shown_rows
from app.insights.journeys import WITH_TICKET, Journey, Needs
from app.languages import same_writing
from app.question import Question
from app.wording import LONGEST_QUESTION

MOST_QUESTIONS = 400
"""Different questions that are put together; the rest were asked by one or two people each."""
MOST_ASKED = 60
"""Groups for which the index is asked."""
_EXAMPLES = 5


class AskedIndex(Index, Protocol):
    """An index that also tells which questions mean the same."""

    def question_groups(
        self, questions: Sequence[str], weights: Sequence[float]
    ) -> list[list[int]] | None:
        """Places of the questions that mean the same; None where there is no model."""
        ...


@dataclass
class _Asked:
    """One wording of a question in one language, while it is being counted."""

    text: str
    locale: str
    visitors: set[str] = field(default_factory=set)
    with_ticket: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    reworded: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Topic:
    """Wordings that mean the same; the one that most people used stands for all."""

    label: str
    locale: str
    wordings: tuple[str, ...]
    visitors: frozenset[str]
    with_ticket: int
    unanswered: int
    unsure: int
    reworded: int


def make_questions(session: Session, needs: Needs, index: AskedIndex, *, now: datetime) -> Sheet:
    """The sheet: what is asked most, and each gap with what would close it."""
    topics = find_topics(needs.journeys, index)
    rows = [_row(topic) for topic in topics]
    shown, hidden = shown_rows(rows, "people")
    known = {id(row): topic for row, topic in zip(rows, topics, strict=True)}
    found = [(row, _ask(known[id(row)], session, index, now)) for row in shown[:MOST_ASKED]]
    gaps: dict[str, list[Row]] = {
        "no_answer": [row for row, answer in found if answer.no_answer],
        "unsure": [row for row in shown if row["unsure"] > 0],
        "untranslated": [
            dict(row) | {"todo": _translation(row, answer)}
            for row, answer in found
            if not answer.no_answer and _is_foreign(row, answer)
        ],
        "reworded": [row for row in shown if row["reworded"] > 0],
    }
    return Sheet(
        id="questions",
        figures=_figures(needs),
        tables=(
            Table("top", _COLUMNS, shown, hidden),
            *(Table(name, _GAP_COLUMNS[name], rows) for name, rows in gaps.items()),
        ),
        notes=() if index.question_groups(["a question"], [1]) else ("no_model",),
    )


_COLUMNS = (
    ("question", "text"),
    ("locale", "language"),
    ("people", "count"),
    ("with_ticket", "count"),
    ("unanswered", "count"),
    ("reworded", "count"),
    ("wordings", "texts"),
)
_GAP_COLUMNS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "no_answer": (*_COLUMNS[:4], ("todo", "todo")),
    "unsure": (*_COLUMNS[:3], ("unsure", "count"), ("todo", "todo")),
    "untranslated": (*_COLUMNS[:4], ("todo", "todo")),
    "reworded": (*_COLUMNS[:3], ("reworded", "count"), ("todo", "todo")),
}


def find_topics(journeys: Sequence[Journey], index: AskedIndex) -> list[Topic]:
    """The questions of the journeys, put together by meaning within each language.

    Without a model only wordings that differ in letters' case and blanks come together.
    """
    topics: list[Topic] = []
    for asked in _by_language(_count(journeys)).values():
        weights = [float(len(each.visitors)) for each in asked]
        groups = index.question_groups([each.text for each in asked], weights)
        for group in groups if groups is not None else [[n] for n in range(len(asked))]:
            topics.append(_topic([asked[place] for place in group]))
    return topics


def _count(journeys: Sequence[Journey]) -> list[_Asked]:
    asked: dict[tuple[str, str], _Asked] = {}
    for journey in journeys:
        last = journey.queries[-1:]
        for query in journey.queries:
            text = " ".join(query.split())[:LONGEST_QUESTION]
            key = (text.casefold(), journey.locale)
            if not text or not (query in last or query in journey.unanswered):
                continue  # what was only typed on the way to what was meant
            entry = asked.setdefault(key, _Asked(text, journey.locale))
            entry.visitors.add(journey.visitor)
            if journey.outcome in WITH_TICKET:
                entry.with_ticket.add(journey.visitor)
            if query in journey.unanswered:
                entry.unanswered.add(journey.visitor)
            if query in journey.unsure:
                entry.unsure.add(journey.visitor)
            if _was_reworded(journey.queries):
                entry.reworded.add(journey.visitor)
    largest = sorted(asked.values(), key=lambda each: (-len(each.visitors), each.text))
    return largest[:MOST_QUESTIONS]


def _was_reworded(queries: Sequence[str]) -> bool:
    """Whether somebody asked again in other words; typing on is not that."""
    folded = [" ".join(query.casefold().split()) for query in queries]
    return any(
        not (one.startswith(other) or other.startswith(one))
        for one, other in zip(folded, folded[1:], strict=False)
    )


def _by_language(asked: Sequence[_Asked]) -> dict[str, list[_Asked]]:
    found: dict[str, list[_Asked]] = {}
    for each in asked:
        found.setdefault(each.locale, []).append(each)
    return found


def _topic(group: Sequence[_Asked]) -> Topic:
    return Topic(
        label=group[0].text,
        locale=group[0].locale,
        wordings=tuple(each.text for each in group),
        visitors=frozenset().union(*(each.visitors for each in group)),
        with_ticket=len(set().union(*(each.with_ticket for each in group))),
        unanswered=len(set().union(*(each.unanswered for each in group))),
        unsure=len(set().union(*(each.unsure for each in group))),
        reworded=len(set().union(*(each.reworded for each in group))),
    )


def _row(topic: Topic) -> dict[str, Any]:
    return {
        "question": topic.label,
        "locale": topic.locale,
        "people": len(topic.visitors),
        "with_ticket": topic.with_ticket,
        "unanswered": topic.unanswered,
        "unsure": topic.unsure,
        "reworded": topic.reworded,
        "wordings": list(topic.wordings[1 : 1 + _EXAMPLES]),
        "leads_to": {
            "people": {"questions": "\n".join(topic.wordings[:20]), "locale": topic.locale}
        },
        "todo": {
            "kind": "write",
            "locale": topic.locale,
            "questions": list(topic.wordings[:20]),
        },
    }


def _ask(topic: Topic, session: Session, index: Index, now: datetime) -> Answers:
    question = Question(text=topic.label, locale=topic.locale or None, limit=1, per_page=1)
    return answers.search(question, session=session, index=index, now=now)


def _is_foreign(row: Mapping[str, Any], answer: Answers) -> bool:
    return bool(row["locale"]) and not same_writing(answer.items[0].locale, row["locale"])


def _translation(row: Mapping[str, Any], answer: Answers) -> dict[str, Any]:
    return dict(row["todo"]) | {"kind": "translate", "article": answer.items[0].article_id}


def _figures(needs: Needs) -> tuple[Figure, ...]:
    silent, again = _silent_and_again(needs.journeys)
    if needs.earlier is None:
        return share("asked_unanswered", silent), share("asked_again", again)
    were_silent, were_again = _silent_and_again(needs.earlier)
    return (
        share("asked_unanswered", silent, were_silent),
        share("asked_again", again, were_again),
    )


def _silent_and_again(journeys: Sequence[Journey]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Of the needs with a question, those with one unanswered and those with one put again."""
    asked = [each for each in journeys if each.queries]
    silent = sum(bool(each.unanswered) for each in asked)
    again = sum(_was_reworded(each.queries) for each in asked)
    return (silent, len(asked)), (again, len(asked))
