"""Counting what is stored of visitors' doings; no conclusions are drawn here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Ticket, TicketOutcome


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of records."""

    since: datetime | None
    events: Mapping[str, int]
    """By type, every type named."""
    sessions: int
    """Different sessions that sent an event, counted by day."""
    tickets: int

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        return {
            "since": self.since.isoformat() if self.since else None,
            "events": dict(self.events),
            "sessions": self.sessions,
            "tickets": self.tickets,
        }


def count_senders(session: Session, start: datetime | None, end: datetime | None = None) -> int:
    """How many people opened a ticket from `start` on and before `end` (aware; None: no limit).

    Of tickets sent here people are told by their addresses, of those opened elsewhere (a help
    desk's `created`) by their sessions, where a session that sent one here is counted already; one
    without a session is somebody of its own, however often it was reported under one number.
    """
    here, there = (_within(column, start, end) for column in (Ticket.created_at, TicketOutcome.at))
    address = func.count(func.distinct(func.lower(Ticket.email)))
    known = select(Ticket.session).where(*here, Ticket.session.is_not(None))
    # A ticket that was reported twice has its help desk's number to be known by.
    number = func.nullif(TicketOutcome.reference, "")
    person = func.coalesce(TicketOutcome.session, number, TicketOutcome.id)
    elsewhere = select(func.count(func.distinct(person))).where(
        *there,
        TicketOutcome.ticket_id.is_(None),
        TicketOutcome.outcome == "created",
        person.not_in(known),
    )
    sent = session.scalar(select(address).where(*here)) or 0
    return sent + (session.scalar(elsewhere) or 0)


def _within(column: Any, start: datetime | None, end: datetime | None) -> list[Any]:
    since = [column >= start] if start else []
    return [*since, column < end] if end else since


def count_tickets(session: Session, since: datetime | None) -> int:
    """How many tickets were sent at `since` (aware) or later; all of them for None."""
    sent = [Ticket.created_at >= since] if since else []
    return session.scalar(select(func.count()).select_from(Ticket).where(*sent)) or 0
