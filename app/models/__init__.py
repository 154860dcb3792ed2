"""The store: SQLAlchemy mapped classes, a file a noun."""

from __future__ import annotations

from app.models.article import AUDIENCES, STATUSES, Article, Revision
from app.models.base import Base, UtcDateTime, utc_now
from app.models.category import Category
from app.models.event import EVENT_TYPES, Event
from app.models.media import Media, MediaFile
from app.models.outbox import OutboxEntry
from app.models.redirect import Redirect
from app.models.ticket import Ticket, TicketOutcome

__all__ = [
    "AUDIENCES",
    "EVENT_TYPES",
    "STATUSES",
    "Article",
    "Base",
    "Category",
    "Event",
    "Media",
    "MediaFile",
    "OutboxEntry",
    "Redirect",
    "Revision",
    "Ticket",
    "TicketOutcome",
    "UtcDateTime",
    "utc_now",
]
