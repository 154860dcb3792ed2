"""Episodes of seeking help, derived from events and tickets, and what became of each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import LOCALE, Base, UtcDateTime


class EpisodeRecord(Base):
    """One episode as it stands. Derived: it can be computed again while its events are kept."""

    __tablename__ = "episodes"
    __table_args__ = (
        Index(None, "visitor"),
        Index(None, "started_at"),
        Index(None, "outcome", "ended_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(64))
    """The session of its events."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str | None] = mapped_column(LOCALE)
    tickets: Mapped[int] = mapped_column(Integer)
    first_ticket_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The members of app.deflection.episodes.Evidence, `tickets`, `refuted_by` and `against`."""


class EpisodeChange(Base):
    """One outcome that an episode had from a moment on. Append-only."""

    __tablename__ = "episode_changes"
    __table_args__ = (Index(None, "episode_id"), Index(None, "at"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    episode_id: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(16))
    """One of the outcomes, or `withdrawn` where late events made it part of another episode."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeflectionMark(Base):
    """How far a recurring computation has come."""

    __tablename__ = "deflection_marks"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DaySums(Base):
    """What a report needs of a day whose events are still kept, so that it need not count again.

    Derived: deleted when anything of the day changes, and made anew.
    """

    __tablename__ = "day_sums"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    sums: Mapped[list[Any]] = mapped_column(JSON)
    """Lists of kind, key, locale and count (app/deflection/tallies.py)."""


class DailyCount(Base):
    """How often something happened on a day whose events are forgotten. It names no visitor."""

    __tablename__ = "daily_counts"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """What is counted: event, outcome, article or visitor."""
    key: Mapped[str] = mapped_column(String(440), primary_key=True)
    locale: Mapped[str] = mapped_column(LOCALE, primary_key=True, default="")
    count: Mapped[int] = mapped_column(Integer)
