"""The episodes that a selection is about, with the tickets they led to."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from app.deflection.episodes import sought_help
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


_TICKETS = select(Ticket.id, Ticket.page, Ticket.subject).where(
    Ticket.id.in_(bindparam("wanted", expanding=True))
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
    looked: bool
    shown: bool
    contact: bool
    """Whether help was searched for, answers were shown, contact was begun."""
    sought: bool
    """Searched for, read, or judged."""
    read: tuple[str, ...]
    """The articles opened."""
    seen: tuple[str, ...]
    """The articles that suggestions and results showed."""
    queries: tuple[str, ...]
    """What was asked."""
    unanswered: tuple[str, ...]
    unsure: tuple[str, ...]
    """Of that, what had no answer, and a weak one."""
    tickets: tuple[str, ...]
    pages: tuple[str, ...]
    """Where help was first looked for, and where its tickets were written from."""
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """The episodes of a selection, loaded once for all that a sheet says of them."""

    selection: Selection
    journeys: Sequence[Journey]
    earlier: Sequence[Journey] | None = None
    """Those of the days before; None where nothing is compared."""


def load_needs(session: Session, selection: Selection) -> Needs:
    """What `load_journeys` finds, and what it finds of the days before where they are compared."""
    earlier = load_journeys(session, selection.before()) if selection.compares else None
    return Needs(selection, load_journeys(session, selection), earlier)


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
    found = session.execute(ordered.order_by(EpisodeRecord.started_at, EpisodeRecord.id))
    about = _articles_of(session, selection.product) if selection.product else None
    journeys: list[Journey] = []
    with _no_collections():
        # Part by part: what is stored of an episode is several times as large as what stays here.
        for records in found.partitions(_AT_ONCE):
            tickets = _tickets(session, records)
            made = (_journey(record, tickets, selection.closed_before) for record in records)
            journeys += (each for each in made if _fits(each, selection, about))
    return journeys


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
    if not wanted:
        return {}
    rows = session.execute(_TICKETS, {"wanted": wanted})
    return {name: (page or "", subject) for name, page, subject in rows}


def _journey(
    record: Row[Any], tickets: Mapping[str, tuple[str, str]], closed_before: datetime | None
) -> Journey:
    is_open = closed_before is not None and record.ended_at > closed_before
    evidence: Mapping[str, Any] = record.evidence
    own = _texts(evidence, "tickets")
    known = [tickets[name] for name in own if name in tickets]
    return Journey(
        id=record.id,
        visitor=record.visitor,
        started_at=record.started_at,
        ended_at=record.ended_at,
        outcome="pending" if is_open else record.outcome,
        locale=record.locale or "",
        looked=bool(evidence.get("looked")),
        shown=bool(evidence.get("shown")),
        contact=bool(evidence.get("contact")),
        sought=sought_help(
            bool(evidence.get("looked")), _texts(evidence, "read"), evidence.get("verdict") or ""
        ),
        read=_texts(evidence, "read"),
        seen=_texts(evidence, "seen"),
        queries=_texts(evidence, "queries"),
        unanswered=_texts(evidence, "unanswered"),
        unsure=_texts(evidence, "unsure"),
        tickets=own,
        pages=tuple(
            dict.fromkeys(filter(None, (evidence.get("page"), *(page for page, _ in known))))
        ),
        subjects=tuple(subject for _, subject in known if subject),
    )


def _texts(evidence: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(evidence.get(name) or ())


@contextmanager
def _no_collections() -> Iterator[None]:
    """While a hundred thousand small objects come that all stay, looking for garbage among them
    again and again takes longer than making them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
