"""What visitors did: append-only, the ground truth of every figure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ARTICLE_ID, LOCALE, Base, UtcDateTime, utc_now

EVENT_TYPES = (
    "suggest_shown",
    "result_opened",
    "article_viewed",
    "helpful",
    "not_helpful",
    "solved",
    "contact_started",
    "contact_abandoned",
    "ticket_submitted",
    "effort_rated",
    "feedback_reason",
)


class Event(Base):
    """One thing a visitor did. The client names it by a UUID, so that a repeat counts once."""

    __tablename__ = "events"
    __table_args__ = (
        Index(None, "session", "at"),
        Index(None, "type", "at"),
        Index(None, "article_id", "type"),
        Index(None, "received_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """UUID in lower case with hyphens."""
    session: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(32))
    """One of EVENT_TYPES."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """By the visitor's clock."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    occurred_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """By the server's clock, as far as can be told; None where only `received_at` is known."""
    query_id: Mapped[str | None] = mapped_column(String(64))
    article_id: Mapped[str | None] = mapped_column(ARTICLE_ID)
    locale: Mapped[str | None] = mapped_column(LOCALE)
    value: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
