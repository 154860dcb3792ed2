"""Tickets: questions for a person, and what the help desk says became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import LOCALE, Base, UtcDateTime, utc_now


class Ticket(Base):
    """One message a visitor sent to a person."""

    __tablename__ = "tickets"
    __table_args__ = (Index(None, "session"), Index(None, "created_at"), Index(None, "reference"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random, shown to the visitor; it must not be guessable or countable."""
    session: Mapped[str | None] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text)
    page: Mapped[str | None] = mapped_column(Text)
    """Address of the page where the question arose."""
    locale: Mapped[str | None] = mapped_column(LOCALE)
    query_id: Mapped[str | None] = mapped_column(String(64))
    site: Mapped[str | None] = mapped_column(String(40))
    """Key of the site whose page it was written on; see `app.models.site_key`."""
    identity: Mapped[str | None] = mapped_column(String(200))
    """Who wrote it, as that site knows them; only ever what the site signed."""
    custom: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[str] = mapped_column(String(16), default="new")
    reference: Mapped[str | None] = mapped_column(String(200))
    """The help desk's own number for it, once it says so."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class TicketOutcome(Base):
    """One signed report of a help desk about a ticket, kept as it came. Append-only."""

    __tablename__ = "ticket_outcomes"
    __table_args__ = (Index(None, "ticket_id"), Index(None, "session"), Index(None, "reference"))

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    """The delivery's own name, so that a repeated delivery counts once."""
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    """None for a ticket that was opened elsewhere, by mail or phone."""
    reference: Mapped[str | None] = mapped_column(String(200))
    session: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class TicketSession(Base):
    """A ticket that also counts against a session other than its own: an earlier one of its sender.

    Sessions change daily; only who sends a ticket says which ones were theirs.
    """

    __tablename__ = "ticket_sessions"
    __table_args__ = (Index(None, "session"), Index(None, "received_at"))

    ticket: Mapped[str] = mapped_column(String(100), primary_key=True)
    """The id of a ticket, or of the outcome by which a help desk reports one opened elsewhere."""
    session: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the ticket was opened."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class PersonSession(Base):
    """A session in which somebody said who they are, kept as a hash that names nobody."""

    __tablename__ = "person_sessions"
    __table_args__ = (Index(None, "session"), Index(None, "at"))

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    """HMAC-SHA256 in hexadecimal digits of an e-mail address or of a signed-in customer's id."""
    session: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class TicketReply(Base):
    """What was written about a ticket after it was sent, by its sender or by support."""

    __tablename__ = "ticket_replies"
    __table_args__ = (
        CheckConstraint("author IN ('visitor', 'support')", name="author"),
        Index(None, "ticket_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(String(16))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
