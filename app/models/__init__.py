"""The store: SQLAlchemy mapped classes, a file a noun."""

from __future__ import annotations

from app.models.api_token import ApiToken
from app.models.article import AUDIENCES, ORIGINS, STATUSES, Article, Revision
from app.models.base import Base, UtcDateTime, utc_now
from app.models.category import Category
from app.models.delivery import DELIVERY_STATES, TicketAttachment, TicketDelivery
from app.models.editorial import (
    CONFLICT_KINDS,
    REVIEW_STATES,
    Conflict,
    EditorialAction,
    PlannedPublication,
    Review,
    ReviewComment,
    UnsavedText,
)
from app.models.episode import (
    DailyCount,
    DaySums,
    DeflectionMark,
    EpisodeChange,
    EpisodeRecord,
)
from app.models.event import EVENT_TYPES, Event
from app.models.experiment import Experiment, Participant, ParticipantSession
from app.models.grant import UserGrant
from app.models.identity import Identity
from app.models.improvement import (
    IMPROVEMENT_KINDS,
    IMPROVEMENT_STATES,
    Improvement,
    InsightSetting,
)
from app.models.media import ArticleMedia, Media, MediaFile
from app.models.notice import NOTICE_KINDS, Notice
from app.models.notification import (
    NOTIFICATION_WAYS,
    Letter,
    LetterItem,
    NotificationChoice,
    NotificationMark,
)
from app.models.outbox import OutboxEntry
from app.models.outside_link import OutsideLink
from app.models.password_reset import PasswordReset
from app.models.redirect import Redirect
from app.models.second_factor import PendingSignIn, RecoveryCode, SecondFactor
from app.models.site_key import SiteKey
from app.models.ticket import PersonSession, Ticket, TicketOutcome, TicketReply, TicketSession
from app.models.user import ROLES, AuditEntry, Invitation, SignInFailure, User, UserSession

__all__ = [
    "AUDIENCES",
    "DELIVERY_STATES",
    "CONFLICT_KINDS",
    "EVENT_TYPES",
    "IMPROVEMENT_KINDS",
    "IMPROVEMENT_STATES",
    "NOTICE_KINDS",
    "NOTIFICATION_WAYS",
    "ROLES",
    "ORIGINS",
    "REVIEW_STATES",
    "STATUSES",
    "ApiToken",
    "Article",
    "ArticleMedia",
    "AuditEntry",
    "Base",
    "Category",
    "Conflict",
    "DailyCount",
    "DaySums",
    "DeflectionMark",
    "EditorialAction",
    "EpisodeChange",
    "EpisodeRecord",
    "Event",
    "Experiment",
    "Identity",
    "Improvement",
    "InsightSetting",
    "Invitation",
    "Letter",
    "LetterItem",
    "Media",
    "MediaFile",
    "Notice",
    "NotificationChoice",
    "NotificationMark",
    "OutboxEntry",
    "OutsideLink",
    "PlannedPublication",
    "Participant",
    "ParticipantSession",
    "PasswordReset",
    "PendingSignIn",
    "PersonSession",
    "RecoveryCode",
    "Redirect",
    "Review",
    "ReviewComment",
    "Revision",
    "SignInFailure",
    "SecondFactor",
    "SiteKey",
    "Ticket",
    "TicketAttachment",
    "TicketDelivery",
    "TicketOutcome",
    "TicketReply",
    "User",
    "UserGrant",
    "UserSession",
    "UnsavedText",
    "TicketSession",
    "UtcDateTime",
    "utc_now",
]
