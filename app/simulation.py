"""Trials with a clock of their own: months of visitors in minutes, never on top of real ones.

Three things must agree before a request may say what time it is: the setting, the database, which
was empty when the first such server started on it, and where the request comes from (app/views).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.errors import KotaeError
from app.models import DeflectionMark, Event, Ticket, utc_now
from app.settings import Settings

HEADER = "Kotae-Simulated-Time"
LOOPBACK = ("127.0.0.1", "::1", "localhost")

_MARK = "simulation"


class SimulationRefused(KotaeError):
    """Somebody wanted to say what time it is where that would falsify real figures."""

    code = "simulation-refused"
    status = 403


def prepare_simulation(sessions: sessionmaker[Session], settings: Settings, host: str) -> None:
    """Mark the database as a simulation's, where the settings want a simulated clock.

    Raises SimulationRefused for a database that holds real visitors' doings, and for a server
    that others could reach.
    """
    if not settings.is_simulated:
        return
    if host not in LOOPBACK or settings.base_url or settings.allowed_origins:
        raise SimulationRefused(
            "KB_CLOCK is simulated: serve on 127.0.0.1 only, without KB_BASE_URL and "
            "KB_ALLOWED_ORIGINS."
        )
    with sessions() as session:
        begin_writing(session)
        if is_simulation(session):
            return
        for table in (Event, Ticket):
            if session.scalar(select(table.id).limit(1)) is not None:
                raise SimulationRefused(
                    "KB_CLOCK is simulated, but this database holds real events or tickets; use "
                    "an empty KB_VAR_DIR."
                )
        session.add(DeflectionMark(name=_MARK, at=utc_now()))
        session.commit()


def is_simulation(session: Session) -> bool:
    """Whether what the database holds was simulated."""
    return session.get(DeflectionMark, _MARK) is not None
