"""Keeping stored episodes up to what was recorded: only visitors of whom there is news.

A late ticket changes the outcome of an episode that had another one; every outcome an episode ever
had stays in `episode_changes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session, aliased, sessionmaker

from app.db import begin_writing
from app.deflection.day_sums import forget_sums
from app.deflection.episodes import Episode, follow_visitor
from app.deflection.moments import TICKET, Moment, merge_tickets
from app.deflection.participants import follow_participants
from app.models import (
    DeflectionMark,
    EpisodeChange,
    EpisodeRecord,
    Event,
    Ticket,
    TicketOutcome,
    TicketSession,
)

NO_TICKET = ("spam", "merged")
"""Last words of a help desk after which a ticket does not count: it was nobody's, or another's."""

_MARK = "episodes"
_OVERLAP = timedelta(minutes=10)  # what was being written when it was last looked
_AT_ONCE = 400  # visitors in one transaction, and parameters in one statement
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def update_episodes(
    session_factory: sessionmaker[Session], *, window: timedelta, now: datetime
) -> int:
    """Follow every visitor of whom there is news since the last time; returns how many.

    `window`: how long after its end a ticket counts as an episode's. Committed in parts, so that
    nobody who writes an event waits long; after a crash the same work is done again.
    """
    with session_factory() as session:
        visitors = _visitors_with_news(session, window, now)
    for part in _chunks(visitors, _AT_ONCE):
        with session_factory() as session:
            begin_writing(session)
            _follow(session, part, window, now)
            session.commit()
    with session_factory() as session:
        session.merge(DeflectionMark(name=_MARK, at=now))
        session.commit()
    return len(visitors)


def load_moments(session: Session, visitors: Sequence[str]) -> dict[str, list[Moment]]:
    """Everything recorded of each of the visitors (at most some hundreds), in order."""
    events: dict[str, list[Moment]] = {visitor: [] for visitor in visitors}
    tickets: dict[str, list[Moment]] = {visitor: [] for visitor in visitors}
    for visitor, moment in _events(session, visitors):
        events[visitor].append(moment)
    for visitor, moment in _tickets(session, visitors):
        tickets[visitor].append(moment)
    stored = [each.id for those in tickets.values() for each in those]
    gone = _void(session, stored)
    return {
        visitor: merge_tickets(
            events[visitor],
            [each for each in those if each.id not in gone],
            [each for each in those if each.id in gone],
        )
        for visitor, those in tickets.items()
    }


def _visitors_with_news(session: Session, window: timedelta, now: datetime) -> list[str]:
    mark = session.get(DeflectionMark, _MARK)
    since = mark.at - _OVERLAP if mark else _BEGINNING
    due = EpisodeRecord.outcome == "pending", EpisodeRecord.ended_at <= now - window
    found: set[str | None] = set()
    told = TicketOutcome.received_at >= since
    # What a help desk says of a ticket concerns the earlier sessions of its sender, too.
    again = select(TicketOutcome.reference).where(told, TicketOutcome.ticket_id.is_(None))
    about = or_(
        TicketSession.ticket.in_(select(TicketOutcome.ticket_id).where(told)),
        TicketSession.ticket.in_(
            select(TicketOutcome.id).where(TicketOutcome.reference.in_(again))
        ),
    )
    for statement in (
        select(Event.session).where(Event.received_at >= since),
        select(Ticket.session).where(Ticket.created_at >= since),
        select(TicketOutcome.session).where(told),
        select(TicketSession.session).where(or_(TicketSession.received_at >= since, about)),
        select(EpisodeRecord.visitor).where(*due),
    ):
        # Not DISTINCT: SQLite would go through the index of all sessions for its sake.
        found |= set(session.scalars(statement))
    # A vote sent without scripts has no visit to belong to; nothing can follow from it.
    return sorted(visitor for visitor in found if visitor)


def _follow(session: Session, visitors: Sequence[str], window: timedelta, now: datetime) -> None:
    found = _episodes(session, visitors, window, now)
    stored = session.execute(
        select(EpisodeRecord.id, EpisodeRecord.outcome, EpisodeRecord.started_at).where(
            EpisodeRecord.visitor.in_(visitors)
        )
    ).all()
    known = {row.id: row.outcome for row in stored}
    _store(session, found, known)
    gone = known.keys() - {episode.id for episode in found}
    _note(session, {episode_id: "withdrawn" for episode_id in gone}, now)
    _note(
        session,
        {each.id: each.outcome for each in found if known.get(each.id) != each.outcome},
        now,
    )
    for part in _chunks(sorted(gone), _AT_ONCE):
        session.execute(delete(EpisodeRecord).where(EpisodeRecord.id.in_(part)))
    follow_participants(session, visitors, window)
    # Sums of a day in which something may have changed are made anew.
    changed = [each.started_at for each in found] + [row.started_at for row in stored]
    forget_sums(session, {at.astimezone(UTC).date() for at in changed})


def _episodes(
    session: Session, visitors: Sequence[str], window: timedelta, now: datetime
) -> list[Episode]:
    moments = load_moments(session, visitors)
    later = _later_tickets(session, visitors)
    return [
        episode
        for visitor in visitors
        for episode in follow_visitor(
            visitor, moments[visitor], window=window, now=now, later_tickets=later[visitor]
        )
    ]


def _store(session: Session, found: Iterable[Episode], known: dict[str, str]) -> None:
    rows = [_row(episode) for episode in found]
    added = [row for row in rows if row["id"] not in known]
    changed = [row for row in rows if row["id"] in known]
    if added:
        session.execute(insert(EpisodeRecord), added)
    if changed:
        session.execute(update(EpisodeRecord), changed)


def _row(episode: Episode) -> dict[str, Any]:
    evidence = asdict(episode.evidence) | {
        "tickets": episode.tickets,
        "refuted_by": episode.refuted_by,
        "against": [(ticket, at.isoformat()) for ticket, at in episode.against],
    }
    return {
        "id": episode.id,
        "visitor": episode.visitor,
        "started_at": episode.started_at,
        "ended_at": episode.ended_at,
        "outcome": episode.outcome,
        "locale": episode.locale,
        "tickets": len(episode.tickets),
        "first_ticket_at": episode.first_ticket_at,
        "evidence": evidence,
    }


def _note(session: Session, outcomes: dict[str, str], now: datetime) -> None:
    rows = [
        {"episode_id": episode_id, "outcome": outcome, "at": now}
        for episode_id, outcome in sorted(outcomes.items())
    ]
    if rows:
        session.execute(insert(EpisodeChange), rows)


def _events(session: Session, visitors: Sequence[str]) -> Iterator[tuple[str, Moment]]:
    columns = (
        Event.session,
        Event.id,
        Event.occurred_at,
        Event.received_at,
        Event.type,
        Event.article_id,
        Event.query_id,
        Event.locale,
        Event.value,
    )
    for row in session.execute(select(*columns).where(Event.session.in_(visitors))):
        at = row.occurred_at or row.received_at  # events of before there was the former
        yield row.session, Moment(row.id, at, *row[4:])


def _tickets(session: Session, visitors: Sequence[str]) -> Iterator[tuple[str, Moment]]:
    """Tickets made here, and those that a help desk says were opened elsewhere, and when."""
    columns = Ticket.session, Ticket.id, Ticket.created_at, Ticket.locale
    made = session.execute(select(*columns).where(Ticket.session.in_(visitors)))
    for visitor, ticket_id, at, locale in made:
        if visitor:
            yield visitor, Moment(ticket_id, at, TICKET, locale=locale)
    yield from _reported(session, visitors)


def _reported(session: Session, visitors: Sequence[str]) -> Iterator[tuple[str, Moment]]:
    reported = select(
        TicketOutcome.session,
        TicketOutcome.id,
        TicketOutcome.reference,
        TicketOutcome.at,
        TicketOutcome.received_at,
    ).where(
        TicketOutcome.session.in_(visitors),
        TicketOutcome.ticket_id.is_(None),
        TicketOutcome.outcome == "created",
    )
    known = set()
    for report in sorted(session.execute(reported), key=lambda each: (each.received_at, each.id)):
        # Reported again under one number and session, it is the same ticket.
        ticket = report.session, report.reference or report.id
        if report.session and ticket not in known:
            known.add(ticket)
            yield report.session, Moment(report.id, report.at, TICKET)


def _later_tickets(session: Session, visitors: Sequence[str]) -> dict[str, list[Moment]]:
    """Tickets sent in other sessions by whom these were earlier ones."""
    columns = TicketSession.session, TicketSession.ticket, TicketSession.at
    rows = session.execute(select(*columns).where(TicketSession.session.in_(visitors))).all()
    void = _void(session, [row.ticket for row in rows])
    later: dict[str, list[Moment]] = {visitor: [] for visitor in visitors}
    for visitor, ticket, at in rows:
        if ticket not in void:
            later[visitor].append(Moment(ticket, at, TICKET))
    return later


def _void(session: Session, tickets: Sequence[str]) -> set[str]:
    """The tickets of which the help desk's last word is in NO_TICKET.

    `tickets`: ids of tickets made here, and of outcomes that report one opened elsewhere; of these
    the help desk speaks by its own reference.
    """
    last: dict[str, str] = {}
    created = aliased(TicketOutcome)
    same = and_(TicketOutcome.ticket_id.is_(None), TicketOutcome.reference == created.reference)
    by_time = TicketOutcome.received_at, TicketOutcome.id
    # That it was created may be told again late, and takes nothing back.
    news = TicketOutcome.outcome != "created"
    for part in _chunks(tickets, _AT_ONCE):
        here = select(TicketOutcome.ticket_id, TicketOutcome.outcome).where(
            TicketOutcome.ticket_id.in_(part), news
        )
        elsewhere = (
            select(created.id, TicketOutcome.outcome)
            .join(TicketOutcome, same)
            .where(created.id.in_(part), created.ticket_id.is_(None), news)
        )
        for said in (here, elsewhere):
            last |= {str(row[0]): row[1] for row in session.execute(said.order_by(*by_time))}
    return {ticket for ticket, outcome in last.items() if outcome in NO_TICKET}


def _chunks(items: Sequence[str], size: int) -> Iterator[list[str]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
