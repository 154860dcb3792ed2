"""What editing leaves beside the text: reviews, comments, conflicts, plans, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.article import Article
from app.models.base import ARTICLE_ID, LOCALE, Base, UtcDateTime, utc_now

REVIEW_STATES = ("open", "approved", "sent-back", "closed")
CONFLICT_KINDS = ("draft", "folder")


class Review(Base):
    """One request to look at a revision, and what came of it."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'approved', 'sent-back', 'closed')", name="state"),
        Index(None, "article_pk", "state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_pk: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(Integer)
    """The revision that was submitted, then the one that was decided on."""
    state: Mapped[str] = mapped_column(String(16), default="open")
    requested_by: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")

    article: Mapped[Article] = relationship()


class ReviewComment(Base):
    """A remark on a passage of one revision."""

    __tablename__ = "review_comments"
    __table_args__ = (Index(None, "article_pk", "resolved_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_pk: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(Integer)
    start: Mapped[int] = mapped_column(Integer)
    """Where the passage begins in that revision's source, in code points."""
    quote: Mapped[str] = mapped_column(Text, default="")
    """The passage; empty for a remark on the whole article."""
    body: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str] = mapped_column(Text, default="")


class Conflict(Base):
    """Two texts of an article that changed the same lines; both are kept as revisions."""

    __tablename__ = "conflicts"
    __table_args__ = (
        CheckConstraint("kind IN ('draft', 'folder')", name="kind"),
        Index(None, "article_pk", "resolved_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_pk: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    """`draft`: a draft and what is shown by now; `folder`: the site and a file."""
    base_revision: Mapped[int | None] = mapped_column(Integer)
    """What both began with; None where there is no such text."""
    site_revision: Mapped[int] = mapped_column(Integer)
    """What is shown, or would be."""
    other_revision: Mapped[int | None] = mapped_column(Integer)
    """The draft, or the file's text; None for a file that was deleted."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str] = mapped_column(Text, default="")

    article: Mapped[Article] = relationship()


class PlannedPublication(Base):
    """A draft of a live article that is to be published later; the live text stays until then."""

    __tablename__ = "planned_publications"

    article_pk: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(Integer)
    publish_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    author: Mapped[str] = mapped_column(Text)
    author_email: Mapped[str] = mapped_column(Text, default="")

    article: Mapped[Article] = relationship()


class UnsavedText(Base):
    """What somebody typed and has not saved, or could not: one for each person and article."""

    __tablename__ = "unsaved_texts"
    __table_args__ = (UniqueConstraint("article_id", "locale", "owner"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_id: Mapped[str] = mapped_column(ARTICLE_ID)
    locale: Mapped[str] = mapped_column(LOCALE)
    owner: Mapped[str] = mapped_column(String(320))
    """The actor's id."""
    base_revision: Mapped[int | None] = mapped_column(Integer)
    """The revision it began with; None for a new article."""
    source: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class EditorialAction(Base):
    """Who did what to which article. Append-only; it outlives the article and the account.

    A rename gives it the article's new name (`app.editing.belongings`).
    """

    __tablename__ = "editorial_actions"
    __table_args__ = (Index(None, "article_id", "locale"), Index(None, "at"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    actor: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[str] = mapped_column(String(320), default="")
    action: Mapped[str] = mapped_column(String(32))
    article_id: Mapped[str] = mapped_column(ARTICLE_ID)
    locale: Mapped[str] = mapped_column(LOCALE)
    revision: Mapped[int | None] = mapped_column(Integer)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
