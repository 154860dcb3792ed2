"""Links to other sites, and what became of them when they were last asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime

LONGEST_LINK = 2000


class OutsideLink(Base):
    """One address in one published article; the same one in others has rows that say the same."""

    __tablename__ = "outside_links"
    __table_args__ = (UniqueConstraint("article_pk", "url"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_pk: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(String(LONGEST_LINK))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was last asked; None for never."""
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it first led nowhere, of the times since it last did lead somewhere."""
    failures: Mapped[int] = mapped_column(Integer, default=0)
    """How often it led nowhere since then."""
    said: Mapped[str] = mapped_column(Text, default="")
    """What was last answered: `404`, `unknown host`."""
