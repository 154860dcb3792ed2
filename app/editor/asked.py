"""What visitors asked: before they read an article, and what else an article may answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.editor.trying import Tried
from app.insights.figures import SMALLEST_GROUP
from app.languages import same_language
from app.models import EpisodeRecord
from search.languages import asked_language

_EPISODES_READ = 2000
_MOST_OWN = 5
_MOST_OTHERS = 5
_MOST_QUESTIONS = 8
_MOST_COMPARED = 100
"""Questions compared with a text in meaning; each is embedded once, in some 4 ms."""
_FIRST = 3
"""Place down to which a text answers what visitors asked before it was there."""


@dataclass(frozen=True, slots=True)
class VisitorQuestions:
    """What visitors asked lately in the article's language, by how many needs for help; lower
    case."""

    own: Counter[str]
    """Before they read the article."""
    others: Counter[str]
    """Of the rest, what at least SMALLEST_GROUP asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and where the text stands among the answers to it."""

    text: str
    rank: int | None
    """From 1, as if it were published; None where it is not among the first ten."""
    live_rank: int | None
    """Of the text that customers see now; None where they see none, or not among the first ten."""
    source: str
    """`title`, `question` (one that its front matter names) or `visitors`."""
    times: int = 0


def read_questions(session: Session, article_id: str, locale: str) -> VisitorQuestions:
    """What visitors asked, from the newest needs for help."""
    newest = select(EpisodeRecord.evidence, EpisodeRecord.locale)
    newest = newest.order_by(EpisodeRecord.started_at.desc()).limit(_EPISODES_READ)
    own: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for evidence, spoken in session.execute(newest):
        is_own = article_id in evidence.get("read", ())
        queries = evidence.get("queries", ()) if is_own else _meant(evidence)
        asked = {" ".join(str(query).casefold().split()) for query in queries}
        counted = own if is_own else others
        counted.update(text for text in asked if _is_in(text, spoken, locale))
    shared = {text: times for text, times in others.items() if times >= SMALLEST_GROUP}
    return VisitorQuestions(own, Counter(shared))


def _meant(evidence: Mapping[str, Any]) -> Iterator[Any]:
    """The last question, and those without an answer: others were typed on the way to these."""
    yield from (*evidence.get("queries", ())[-1:], *evidence.get("unanswered", ()))


def _is_in(text: str, spoken: str | None, locale: str) -> bool:
    """Whether a question is in the text's language; Latin letters alone may be in any."""
    language = asked_language(text, spoken)
    return bool(text) and (language is None or same_language(language, locale))


def rank_questions(tried: Tried, named: Sequence[str], visitors: VisitorQuestions) -> list[Asked]:
    """The text's place for its title, the questions it names and what visitors asked.

    Of what visitors asked who read something else or nothing, only what the text would answer.
    """
    given = [(tried.content_title, "title", 0)]
    given += [(each, "question", 0) for each in named[:_MOST_QUESTIONS]]
    given += [(query, "visitors", n) for query, n in visitors.own.most_common(_MOST_OWN)]
    asked = [
        Asked(text, tried.rank(text), tried.live_rank(text), source, times)
        for text, source, times in given
    ]
    known = {text.casefold() for text, _, _ in given}
    return asked + list(_would_answer(tried, visitors.others, known))


def _would_answer(tried: Tried, others: Counter[str], known: set[str]) -> Iterator[Asked]:
    compared = [text for text, _ in others.most_common(_MOST_COMPARED) if text not in known]
    for text in tried.nearest_questions(compared, _MOST_OTHERS):
        rank = tried.rank(text)
        if rank is not None and rank <= _FIRST:
            yield Asked(text, rank, tried.live_rank(text), "visitors", others[text])
