"""What staff can be told of, and what each wants to hear."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from app.languages import INTERFACE_LOCALES, interface_locale
from app.models import NOTIFICATION_WAYS, NotificationChoice, User

TOPICS = ("review", "answer", "comment", "schedule", "conflict")
"""A review is asked for; one's text was approved or sent back; a remark; a planned time came, or
its publication failed; two texts changed the same lines."""

TOPIC_OF_ACTION: Mapping[str, str] = MappingProxyType(
    {
        "submit": "review",
        "approve": "answer",
        "send-back": "answer",
        "comment": "comment",
        "publish": "schedule",
        "expire": "schedule",
        "publish-failed": "schedule",
        "conflict": "conflict",
    }
)
"""Actions of the record of editing of which people are told; `publish` where it was planned."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one person wants to be told of."""

    locale: str
    topics: Mapping[str, frozenset[str]]
    """By way, one of NOTIFICATION_WAYS."""

    def ways_of(self, topic: str) -> tuple[str, ...]:
        """By which ways they are told of a topic."""
        return tuple(way for way in NOTIFICATION_WAYS if topic in self.topics[way])


def find_choice(session: Session, user: User, default_locale: str) -> Choice:
    """What they chose; everything that concerns them by mail, where they chose nothing."""
    kept = session.get(NotificationChoice, user.id)
    if kept is None:
        topics = {"email": frozenset(TOPICS), "webhook": frozenset[str]()}
        return Choice(interface_locale(default_locale, default_locale), topics)
    return Choice(kept.locale, {"email": frozenset(kept.email), "webhook": frozenset(kept.webhook)})


def keep_choice(
    session: Session, user: User, *, locale: str, topics: Mapping[str, Collection[str]]
) -> None:
    """Remember what somebody chose, and commit; what is no topic or language is passed over."""
    wanted = {way: [t for t in TOPICS if t in topics.get(way, ())] for way in NOTIFICATION_WAYS}
    spoken = locale if locale in INTERFACE_LOCALES else INTERFACE_LOCALES[0]
    session.merge(NotificationChoice(user_id=user.id, locale=spoken, **wanted))
    session.commit()
