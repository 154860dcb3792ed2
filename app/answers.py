"""From a question to ranked answers: the one path that site, API, widget and command line share.

The index proposes, the database disposes: every hit is looked up again, all in one query, before
it is shown, so that nothing retracted, expired or meant for others can slip out of an index that
is a second old.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.addresses import article_url
from app.languages import same_language
from app.models import Article
from app.published import visible_articles
from app.question import Question
from app.reading import most_useful, opening_of
from app.wording import clean_question
from search.document import Explanation, Hit, Query, Results, Span

__all__ = ["Answer", "Answers", "Index", "Question", "search", "suggest"]

MOST_ITEMS = 10
"""Suggestions in one answer at most; a longer list is read by nobody while typing."""
MOST_PER_PAGE = 50
MOST_PAGES = 100
_SPARES = (0, 40)
"""Hits asked for beyond those needed, to fill the places of those the database rejects: none at
first, since each costs time and the index is a second old at most."""


class Index(Protocol):
    """What is asked of `search.index.SearchIndex` here."""

    def suggest(self, query: Query) -> Results:
        """Answers to a question that may not be finished yet."""
        ...

    def search(self, query: Query) -> Results:
        """Answers to a finished question."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """One article that answers, and the words that do."""

    article_id: str
    locale: str
    title: str
    title_highlights: tuple[Span, ...]
    text: str
    text_highlights: tuple[Span, ...]
    url: str
    heading: str
    category: str
    score: float
    why: tuple[str, ...]
    foreign: bool
    """The article is in another language than the question was asked in."""
    explanation: Explanation | None = None

    def to_json(self) -> dict[str, Any]:
        """The members that the API's description calls Answer; `explain` where it was asked for."""
        told = {"explain": asdict(self.explanation)} if self.explanation else {}
        return {
            "article_id": self.article_id,
            "locale": self.locale,
            "title": self.title,
            "title_highlights": [list(span) for span in self.title_highlights],
            "answer": self.text,
            "answer_highlights": [list(span) for span in self.text_highlights],
            "url": self.url,
            "score": round(self.score, 4),
            "why": list(self.why),
            "translation_of_query_locale": self.foreign,
        } | told


@dataclass(frozen=True, slots=True)
class Answers:
    """Ranked answers to one question. `query_id` ties later events to it."""

    query_id: str
    items: tuple[Answer, ...]
    no_answer: bool
    degraded: bool
    total: int
    took_ms: float
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    did_you_mean: str | None = None

    def to_json(self, contact_url: str) -> dict[str, Any]:
        """What `GET /api/v1/suggest` answers."""
        return {
            "query_id": self.query_id,
            "items": [item.to_json() for item in self.items],
            "no_answer": self.no_answer,
            "degraded": self.degraded,
            "contact_url": contact_url,
            "took_ms": round(self.took_ms, 1),
        }

    def to_search_json(self, contact_url: str) -> dict[str, Any]:
        """What `GET /api/v1/search` answers."""
        return self.to_json(contact_url) | {
            "total": self.total,
            "facets": {name: dict(counts) for name, counts in self.facets.items()},
            "did_you_mean": self.did_you_mean,
        }


def suggest(
    question: Question, *, session: Session, index: Index, now: datetime | None = None
) -> Answers:
    """Answers while the question is being typed; without any text, the most useful articles.

    `now` is the moment at which articles must be published (the present by default). Raises
    QueryTooLong.
    """
    started = time.perf_counter()
    text = clean_question(question.text)
    limit = max(1, min(question.limit, MOST_ITEMS))
    if not text:
        return _without_words(question, limit, session, _moment(now), started)
    results, hits = _ask(index.suggest, question, text, limit, session, _moment(now))
    return _answers(question, results, hits, hits[:limit], started)


def search(
    question: Question, *, session: Session, index: Index, now: datetime | None = None
) -> Answers:
    """One page of answers to a finished question; without any text, the most useful articles.

    Arguments and errors are those of `suggest`.
    """
    started = time.perf_counter()
    text = clean_question(question.text).strip()
    per_page = max(1, min(question.per_page, MOST_PER_PAGE))
    if not text:
        return _without_words(question, per_page, session, _moment(now), started)
    # Pages are cut after the database has had its say, so that they neither overlap nor have gaps.
    page = max(1, min(question.page, MOST_PAGES))
    narrowed = question.only_locale is not None
    needed = MOST_PER_PAGE * 4 if narrowed else page * per_page
    results, hits = _ask(index.search, question, text, needed, session, _moment(now))
    if narrowed:
        # The engine takes a language for a preference; here it is a filter.
        hits = [hit for hit in hits if hit.locale == question.only_locale]
        results = replace(results, hits=tuple(hits), total=len(hits))
    return _answers(question, results, hits, hits[(page - 1) * per_page : page * per_page], started)


def _ask(
    ask: Callable[[Query], Results],
    question: Question,
    text: str,
    needed: int,
    session: Session,
    now: datetime,
) -> tuple[Results, list[Hit]]:
    for spare in _SPARES:
        results = ask(_query(question, text, needed + spare))
        hits = _visible_hits(results.hits, question.audiences, session, now)
        if len(hits) >= needed or len(results.hits) == results.total:
            break
    return results, hits


def _query(question: Question, text: str, limit: int) -> Query:
    return Query(
        text=text,
        locale=question.locale,
        category=question.category,
        products=question.products,
        audiences=question.audiences,
        limit=limit,
        explain=question.explain,
    )


def _answers(
    question: Question,
    results: Results,
    visible: Sequence[Hit],
    shown: Sequence[Hit],
    started: float,
) -> Answers:
    return Answers(
        query_id=_new_query_id(),
        items=tuple(_answer_of_hit(hit) for hit in shown),
        no_answer=results.no_answer or not visible,
        degraded=results.degraded,
        total=max(len(visible), results.total - (len(results.hits) - len(visible))),
        took_ms=_milliseconds_since(started),
        facets=results.facets,
        did_you_mean=results.did_you_mean,
    )


def _answer_of_hit(hit: Hit) -> Answer:
    return Answer(
        article_id=hit.article_id,
        locale=hit.locale,
        title=hit.title,
        title_highlights=hit.title_highlights,
        text=hit.answer,
        text_highlights=hit.answer_highlights,
        url=article_url(hit.locale, hit.article_id, hit.anchor),
        heading=hit.heading,
        category=hit.category,
        score=hit.score,
        why=hit.why,
        foreign=hit.foreign,
        explanation=hit.explanation,
    )


def _visible_hits(
    hits: Sequence[Hit], audiences: frozenset[str], session: Session, now: datetime
) -> list[Hit]:
    """The hits whose article may be shown now to these audiences, in their order."""
    if not hits:
        return []
    named = {hit.article_id for hit in hits}
    allowed = visible_articles(session, named, audiences=audiences, now=now)
    return [hit for hit in hits if (hit.article_id, hit.locale) in allowed]


def _without_words(
    question: Question, limit: int, session: Session, now: datetime, started: float
) -> Answers:
    articles = most_useful(
        session,
        locale=question.locale,
        category=question.category,
        products=question.products,
        audiences=question.audiences,
        limit=limit,
        now=now,
        page=question.page_url,
    )
    return Answers(
        query_id=_new_query_id(),
        items=tuple(answer_of_article(article, question.locale) for article in articles),
        no_answer=not articles,
        degraded=False,
        total=len(articles),
        took_ms=_milliseconds_since(started),
    )


def answer_of_article(article: Article, locale: str | None) -> Answer:
    """An article that nobody searched for, by its opening; `locale` is the reader's language."""
    return Answer(
        article_id=article.article_id,
        locale=article.locale,
        title=article.title,
        title_highlights=(),
        text=opening_of(article.sections),
        text_highlights=(),
        url=article_url(article.locale, article.article_id),
        heading="",
        category=article.category,
        score=article.quality,
        why=(),
        foreign=locale is not None and not same_language(locale, article.locale),
    )


def _new_query_id() -> str:
    return secrets.token_urlsafe(12)


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _moment(now: datetime | None) -> datetime:
    return datetime.now(UTC) if now is None else now
