"""What is kept of one visitor: shown to them, and deleted when they ask for it.

Who knows a session's random name is its visitor; nobody else was told it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.deflection.day_sums import forget_sums
from app.models import (
    EpisodeChange,
    EpisodeRecord,
    Event,
    Participant,
    ParticipantSession,
    PersonSession,
    Ticket,
    TicketOutcome,
    TicketSession,
)
from app.payload import Fields

SHORTEST_SESSION = 16
"""Shorter names could be guessed, and what others did be read or deleted."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many records are gone."""

    events: int
    episodes: int


def read_session(body: Any) -> str:
    """The session in {"session": ...}. Raises BadRequestData."""
    fields = Fields.from_object(body)
    session = fields.text("session", longest=64, shortest=SHORTEST_SESSION, required=True)
    fields.finish()
    return session


def export_visitor(session: Session, visitor: str) -> dict[str, Any]:
    """Everything kept under a session: its events, what was concluded, its experiments, and what
    ties it to tickets and (as keyed hashes) to people."""
    events = select(Event).where(Event.session == visitor).order_by(Event.received_at, Event.id)
    episodes = (
        select(EpisodeRecord)
        .where(EpisodeRecord.visitor == visitor)
        .order_by(EpisodeRecord.started_at)
    )
    return {
        "events": [_event(each) for each in session.scalars(events)],
        "episodes": [_episode(each) for each in session.scalars(episodes)],
        "experiments": [_part(each) for each in session.scalars(_participants(visitor))],
        "tickets": [*_tickets(session, visitor)],
        "people": [
            {"person": each.person, "at": each.at.isoformat()}
            for each in session.scalars(
                select(PersonSession).where(PersonSession.session == visitor)
            )
        ],
    }


def _tickets(session: Session, visitor: str) -> Iterator[dict[str, str]]:
    """What ties it to tickets: its own, those of later sessions, those opened elsewhere."""
    for name, at in session.execute(
        select(Ticket.id, Ticket.created_at).where(Ticket.session == visitor)
    ):
        yield {"ticket": name, "at": at.isoformat(), "link": "sent"}
    for name, at in session.execute(
        select(TicketSession.ticket, TicketSession.at).where(TicketSession.session == visitor)
    ):
        yield {"ticket": name, "at": at.isoformat(), "link": "later"}
    for name, at in session.execute(
        select(TicketOutcome.id, TicketOutcome.at).where(TicketOutcome.session == visitor)
    ):
        yield {"ticket": name, "at": at.isoformat(), "link": "reported"}


def delete_visitor(session: Session, visitor: str) -> Deleted:
    """Delete everything kept under a session, and commit.

    Tickets stay, as messages to answer, but no longer say in which session they were written.
    """
    begin_writing(session)
    mine = select(EpisodeRecord.id).where(EpisodeRecord.visitor == visitor)
    session.execute(delete(EpisodeChange).where(EpisodeChange.episode_id.in_(mine)))
    _forget_counts(session, visitor)
    episodes = session.execute(delete(EpisodeRecord).where(EpisodeRecord.visitor == visitor))
    events = session.execute(delete(Event).where(Event.session == visitor))
    for link in (TicketSession, PersonSession):
        session.execute(delete(link).where(link.session == visitor))
    for table in (Ticket, TicketOutcome):
        session.execute(update(table).where(table.session == visitor).values(session=None))
    session.commit()
    return Deleted(
        events=int(getattr(events, "rowcount", 0)), episodes=int(getattr(episodes, "rowcount", 0))
    )


def _forget_counts(session: Session, visitor: str) -> None:
    """Take the visitor out of every experiment, and let the days they were on be summed anew."""
    for participant in session.scalars(_participants(visitor)).all():
        session.execute(
            delete(ParticipantSession).where(
                ParticipantSession.experiment == participant.experiment,
                ParticipantSession.visitor == participant.visitor,
            )
        )
        session.delete(participant)
    session.flush()
    moments = [
        *session.scalars(select(Event.received_at).where(Event.session == visitor)),
        *session.scalars(select(EpisodeRecord.started_at).where(EpisodeRecord.visitor == visitor)),
    ]
    forget_sums(session, {at.astimezone(UTC).date() for at in moments})


def _participants(visitor: str) -> Select[Participant]:
    """Of each experiment, the participant whose session this is."""
    same = (ParticipantSession.experiment == Participant.experiment) & (
        ParticipantSession.visitor == Participant.visitor
    )
    return (
        select(Participant)
        .join(ParticipantSession, same)
        .where(ParticipantSession.session == visitor)
        .order_by(Participant.experiment)
    )


def _part(participant: Participant) -> dict[str, Any]:
    enrolled = participant.enrolled_at
    return {
        "name": participant.experiment,
        "arm": participant.arm,
        "enrolled_at": enrolled and enrolled.isoformat(),
        "episodes": participant.episodes,
        "tickets": participant.tickets,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "at": event.at.isoformat(),
        "received_at": event.received_at.isoformat(),
        "query_id": event.query_id,
        "article_id": event.article_id,
        "locale": event.locale,
        "value": event.value,
    }


def _episode(episode: EpisodeRecord) -> dict[str, Any]:
    return {
        "started_at": episode.started_at.isoformat(),
        "ended_at": episode.ended_at.isoformat(),
        "outcome": episode.outcome,
        "locale": episode.locale,
        "evidence": episode.evidence,
    }
