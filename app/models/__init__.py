"""The store: SQLAlchemy mapped classes, a file a noun."""

from __future__ import annotations

from app.models.article import AUDIENCES, STATUSES, Article, Revision
from app.models.base import Base, UtcDateTime, utc_now
from app.models.category import Category
from app.models.episode import DailyCount, DeflectionMark, EpisodeChange, EpisodeRecord
from app.models.event import EVENT_TYPES, Event
from app.models.experiment import Experiment
from app.models.media import Media, MediaFile
from app.models.notice import NOTICE_KINDS, Notice
from app.models.outbox import OutboxEntry
from app.models.redirect import Redirect
from app.models.site_key import SiteKey
from app.models.ticket import Ticket, TicketOutcome, TicketReply

__all__ = [
    "AUDIENCES",
    "EVENT_TYPES",
    "NOTICE_KINDS",
    "STATUSES",
    "Article",
    "Base",
    "Category",
    "DailyCount",
    "DeflectionMark",
    "EpisodeChange",
    "EpisodeRecord",
    "Event",
    "Experiment",
    "Media",
    "MediaFile",
    "Notice",
    "OutboxEntry",
    "Redirect",
    "Revision",
    "SiteKey",
    "Ticket",
    "TicketOutcome",
    "TicketReply",
    "UtcDateTime",
    "utc_now",
]
