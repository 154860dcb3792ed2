"""Holdout experiments: when each ran, on how many visitors, and what these did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime


class Experiment(Base):
    """One stretch of time during which name and share were the same, for a site or all others.

    Together they decide in which arm a visitor is, so arms can be told again for as long as the
    visitor is known.
    """

    __tablename__ = "experiments"
    __table_args__ = (Index(None, "started_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    percent: Mapped[int] = mapped_column(Integer)
    site: Mapped[str] = mapped_column(String(40), default="")
    """Key of the site whose visitors take part; "" for all without a share of their own."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Participant(Base):
    """A visitor of an experiment and what they did within the ticket window of enrolling.

    The visitor is known by a hash only, salted with the experiment's key, so that nobody can be
    followed from one experiment to the next.
    """

    __tablename__ = "participants"
    __table_args__ = (Index(None, "experiment", "enrolled_at"),)

    experiment: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Its key: name, share and site (app/deflection/participants.py)."""
    visitor: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 in hexadecimal digits."""
    arm: Mapped[str] = mapped_column(String(16))
    enrolled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When their first episode in the experiment began; None until that was followed."""
    episodes: Mapped[int] = mapped_column(Integer, default=0)
    tickets: Mapped[int] = mapped_column(Integer, default=0)
    closed: Mapped[bool] = mapped_column(Boolean, default=False)
    """The events behind it are forgotten, so it can no longer be computed again."""


class ParticipantSession(Base):
    """A session of a participant. Forgotten with the session's events."""

    __tablename__ = "participant_sessions"
    __table_args__ = (Index(None, "session"),)

    experiment: Mapped[str] = mapped_column(String(64), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(64), primary_key=True)
    session: Mapped[str] = mapped_column(String(64), primary_key=True)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """From when on the session is known to be the participant's."""
