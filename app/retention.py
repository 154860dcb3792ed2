"""Forgetting what visitors did, once it is older than the operator promised to keep it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.models import Event, utc_now

_AT_ONCE = 5_000
_PARAMETERS = 500  # ids in one statement: below what every SQLite allows


def forget_old_events(
    session_factory: sessionmaker[Session], days: int, now: datetime | None = None
) -> int:
    """Delete events that arrived more than `days` days ago; returns how many.

    Tickets stay: they are messages to answer, not traces. Deleted in parts, so that nobody who
    writes an event waits long.
    """
    before = (now or utc_now()) - timedelta(days=days)
    oldest = select(Event.id).where(Event.received_at < before).limit(_AT_ONCE)
    forgotten = 0
    while True:
        with session_factory() as session:
            if session.scalar(oldest.limit(1)) is None:
                return forgotten
            session.rollback()
            begin_writing(session)
            ids = session.scalars(oldest).all()
            for start in range(0, len(ids), _PARAMETERS):
                part = ids[start : start + _PARAMETERS]
                session.execute(delete(Event).where(Event.id.in_(part)))
            session.commit()
            forgotten += len(ids)
