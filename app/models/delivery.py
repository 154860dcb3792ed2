"""Tickets on their way to a help desk, and the files their senders attached."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import SHA256, Base, UtcDateTime, utc_now

DELIVERY_STATES = ("waiting", "delivered", "dead")


class Carried:
    """What every delivery has: where it stands, and when it is tried (again)."""

    state: Mapped[str] = mapped_column(String(16), default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    """When it may be tried (again); while somebody is at it, when they are given up on."""
    fault: Mapped[str] = mapped_column(Text, default="")
    """What went wrong last; "" where nothing did."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TicketDelivery(Carried, Base):
    """One ticket to carry by one channel, written in the same transaction as the ticket itself."""

    __tablename__ = "ticket_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="state"),
        UniqueConstraint("ticket_id", "channel"),
        Index(None, "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(16))
    """One of app.delivery_settings.CHANNELS."""


class TicketAttachment(Base):
    """A file that came with a ticket. In the database, where a backup and a deletion find it."""

    __tablename__ = "ticket_attachments"
    __table_args__ = (Index(None, "ticket_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    """As its content says, whatever its name claims."""
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(SHA256)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
