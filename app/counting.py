"""Counting what is stored of visitors' doings; no conclusions are drawn here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Ticket


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


def count_tickets(session: Session, since: datetime | None) -> int:
    """How many tickets were sent at `since` (aware) or later; all of them for None."""
    sent = [Ticket.created_at >= since] if since else []
    return session.scalar(select(func.count()).select_from(Ticket).where(*sent)) or 0
