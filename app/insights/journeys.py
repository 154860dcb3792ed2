"""The episodes that a selection is about, with the tickets they led to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.insights.selection import Selection
from app.models import Article, EpisodeRecord, Ticket

SETTLED = ("confirmed", "self_served")
"""Outcomes in which the visitor was helped without a person, and showed it."""
WITH_TICKET = ("failed", "direct")
_AT_ONCE = 400
_COLUMNS = (
    EpisodeRecord.id,
    EpisodeRecord.visitor,
    EpisodeRecord.started_at,
    EpisodeRecord.ended_at,
    EpisodeRecord.outcome,
    EpisodeRecord.locale,
    EpisodeRecord.evidence,
)


@dataclass(frozen=True, slots=True)
class Journey:
    """One episode, and where and about what it was."""

    id: str
    visitor: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    locale: str
    evidence: Mapping[str, Any]
    tickets: tuple[str, ...]
    pages: tuple[str, ...]
    """Where help was first looked for, and where its tickets were written from."""
    subjects: tuple[str, ...]

    @property
    def read(self) -> tuple[str, ...]:
        """The articles opened."""
        return tuple(self.evidence.get("read") or ())

    @property
    def seen(self) -> tuple[str, ...]:
        """The articles that suggestions and results showed."""
        return tuple(self.evidence.get("seen") or ())

    @property
    def queries(self) -> tuple[str, ...]:
        """What was asked."""
        return tuple(self.evidence.get("queries") or ())


def load_journeys(session: Session, selection: Selection) -> list[Journey]:
    """Every episode that began in the period and meets the filters, in order of time."""
    period = selection.period
    conditions = [
        EpisodeRecord.started_at >= period.start,
        EpisodeRecord.started_at < period.end,
    ]
    if selection.locale:
        conditions.append(EpisodeRecord.locale == selection.locale)
    ordered = select(*_COLUMNS).where(*conditions)
    found = session.execute(ordered.order_by(EpisodeRecord.started_at, EpisodeRecord.id)).all()
    tickets = _tickets(session, found)
    journeys = [_journey(record, tickets, selection.closed_before) for record in found]
    about = _articles_of(session, selection.product) if selection.product else None
    return [each for each in journeys if _fits(each, selection, about)]


def products_of(session: Session) -> dict[str, frozenset[str]]:
    """The products of each article, whatever its language."""
    found: dict[str, frozenset[str]] = {}
    for article_id, products in session.execute(select(Article.article_id, Article.products)):
        found[article_id] = found.get(article_id, frozenset()) | frozenset(products or ())
    return found


def titles_of(session: Session, article_ids: Iterable[str], locale: str) -> dict[str, str]:
    """A title of each article, in `locale` where there is one."""
    wanted = set(article_ids)
    columns = select(Article.article_id, Article.locale, Article.title)
    titles: dict[str, str] = {}
    for article_id, tongue, title in session.execute(columns.order_by(Article.id)):
        if article_id in wanted and (article_id not in titles or tongue == locale):
            titles[article_id] = title
    return titles


def decided(journeys: Iterable[Journey]) -> list[Journey]:
    """Those whose window has closed."""
    return [each for each in journeys if each.outcome != "pending"]


def people(journeys: Iterable[Journey]) -> int:
    """How many visitors they are of."""
    return len({each.visitor for each in journeys})


def _articles_of(session: Session, product: str) -> frozenset[str]:
    return frozenset(name for name, about in products_of(session).items() if product in about)


def _fits(journey: Journey, selection: Selection, about: frozenset[str] | None) -> bool:
    if about is not None and about.isdisjoint(journey.read):
        return False
    if selection.page and selection.page not in journey.pages:
        return False
    if selection.questions:
        wanted = {question.casefold() for question in selection.questions}
        if wanted.isdisjoint(" ".join(query.casefold().split()) for query in journey.queries):
            return False
    return not selection.article or selection.article in journey.read


def _tickets(session: Session, records: Sequence[Row[Any]]) -> dict[str, tuple[str, str]]:
    """Page and subject of the tickets that the episodes led to."""
    wanted = [name for record in records for name in record.evidence.get("tickets") or ()]
    found: dict[str, tuple[str, str]] = {}
    for place in range(0, len(wanted), _AT_ONCE):
        columns = select(Ticket.id, Ticket.page, Ticket.subject)
        for row in session.execute(columns.where(Ticket.id.in_(wanted[place : place + _AT_ONCE]))):
            found[row.id] = (row.page or "", row.subject)
    return found


def _journey(
    record: Row[Any], tickets: Mapping[str, tuple[str, str]], closed_before: datetime | None
) -> Journey:
    is_open = closed_before is not None and record.ended_at > closed_before
    own = tuple(record.evidence.get("tickets") or ())
    known = [tickets[name] for name in own if name in tickets]
    return Journey(
        id=record.id,
        visitor=record.visitor,
        started_at=record.started_at,
        ended_at=record.ended_at,
        outcome="pending" if is_open else record.outcome,
        locale=record.locale or "",
        evidence=record.evidence,
        tickets=own,
        pages=tuple(
            dict.fromkeys(filter(None, (record.evidence.get("page"), *(page for page, _ in known))))
        ),
        subjects=tuple(subject for _, subject in known if subject),
    )
