"""Tokens by which programs use the API for a member of staff."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import SHA256, STRINGS, Base, UtcDateTime, utc_now


class ApiToken(Base):
    """One token. It is shown when it is made; here is only its hash."""

    __tablename__ = "api_tokens"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "user_id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """For whom it acts: it never may more than they."""
    name: Mapped[str] = mapped_column(Text)
    """What uses it, in words of who made it."""
    token_hash: Mapped[str] = mapped_column(SHA256)
    scopes: Mapped[list[str]] = mapped_column(STRINGS)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    created_by: Mapped[str] = mapped_column(Text)
    """E-mail address, or "command line"."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_on: Mapped[date | None] = mapped_column(Date)
    """In UTC; the hour would tell when somebody works."""
