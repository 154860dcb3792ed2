"""Counting what is stored of visitors' doings; no conclusions are drawn here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import EVENT_TYPES, Event, Ticket


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of records."""

    since: datetime | None
    events: Mapping[str, int]
    """By type, every type named."""
    sessions: int
    """Different sessions that sent an event."""
    tickets: int

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        return {
            "since": self.since.isoformat() if self.since else None,
            "events": dict(self.events),
            "sessions": self.sessions,
            "tickets": self.tickets,
        }


def count_records(session: Session, since: datetime | None) -> Counts:
    """Count events and tickets that arrived at `since` (aware) or later; all of them for None.

    Events are dated by the server's clock: visitors' clocks are often wrong.
    """
    arrived = [Event.received_at >= since] if since else []
    sent = [Ticket.created_at >= since] if since else []
    by_type = select(Event.type, func.count()).where(*arrived).group_by(Event.type)
    found = {name: count for name, count in session.execute(by_type)}
    sessions = select(func.count(func.distinct(Event.session))).where(*arrived)
    tickets = select(func.count()).select_from(Ticket).where(*sent)
    return Counts(
        since=since,
        events={name: found.get(name, 0) for name in EVENT_TYPES},
        sessions=session.scalar(sessions) or 0,
        tickets=session.scalar(tickets) or 0,
    )
