"""What staff are told of: what each wants to hear, and letters on their way."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import ARTICLE_ID, LOCALE, STRINGS, Base
from app.models.delivery import Carried

NOTIFICATION_WAYS = ("email", "webhook")


class NotificationChoice(Base):
    """What a member of staff wants to be told of, and how; without a row the defaults hold."""

    __tablename__ = "notification_choices"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    locale: Mapped[str] = mapped_column(LOCALE)
    """The language of what they are told."""
    email: Mapped[list[str]] = mapped_column(STRINGS, default=list)
    """Topics that come by mail."""
    webhook: Mapped[list[str]] = mapped_column(STRINGS, default=list)
    """Topics that the operator's program is told of in their name."""


class NotificationMark(Base):
    """How far in the record of editing letters have been written; one row."""

    __tablename__ = "notification_marks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    last_action: Mapped[int] = mapped_column(Integer)
    """Id of an editorial action: that one and those before it are done with."""


class Letter(Carried, Base):
    """What one person is told about one article, by one way: all that came together."""

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="state"),
        CheckConstraint("way IN ('email', 'webhook')", name="way"),
        Index(None, "state", "next_at"),
        Index(None, "user_id", "way", "article_id", "locale"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    way: Mapped[str] = mapped_column(String(16))
    """One of NOTIFICATION_WAYS."""
    article_id: Mapped[str] = mapped_column(ARTICLE_ID)
    locale: Mapped[str] = mapped_column(LOCALE)

    items: Mapped[list[LetterItem]] = relationship(
        cascade="all, delete-orphan", order_by="LetterItem.action_id"
    )


class LetterItem(Base):
    """One thing that a letter tells of."""

    __tablename__ = "letter_items"

    letter_id: Mapped[int] = mapped_column(
        ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True
    )
    action_id: Mapped[int] = mapped_column(
        ForeignKey("editorial_actions.id", ondelete="CASCADE"), primary_key=True
    )
    topic: Mapped[str] = mapped_column(String(16))
    """One of app.notifications.topics.TOPICS."""
