"""What staff decided on the figures: settings of money, and gaps that are being closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ARTICLE_ID, LOCALE, Base, UtcDateTime, utc_now

IMPROVEMENT_KINDS = ("write", "translate", "improve")
IMPROVEMENT_STATES = ("planned", "changed", "kept", "dropped")


class InsightSetting(Base):
    """One thing that staff set for the figures: what a contact costs, in which currency."""

    __tablename__ = "insight_settings"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class Improvement(Base):
    """One gap on its way to being closed: planned, changed, checked, kept or dropped."""

    __tablename__ = "improvements"
    __table_args__ = (
        CheckConstraint("kind IN ('write', 'translate', 'improve')", name="kind"),
        CheckConstraint("state IN ('planned', 'changed', 'kept', 'dropped')", name="state"),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """What is to be done: write an article, translate one, improve one."""
    article_id: Mapped[str | None] = mapped_column(ARTICLE_ID)
    locale: Mapped[str | None] = mapped_column(LOCALE)
    questions: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The questions of the gap, as visitors asked them; the check looks at these."""
    title: Mapped[str] = mapped_column(Text)
    plan: Mapped[str] = mapped_column(Text, default="")
    """What is wrong and what will be done, in the words of who plans."""
    change: Mapped[str] = mapped_column(Text, default="")
    """What was done."""
    state: Mapped[str] = mapped_column(String(16), default="planned")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From when on the change counts: before is before this moment."""
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the check said when it was settled."""
