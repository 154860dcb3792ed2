"""Links by mail for who forgot their password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import SHA256, Base, UtcDateTime


class PasswordReset(Base):
    """One mail that was asked for. Its link's token is drawn when it is sent, and hashed here."""

    __tablename__ = "password_resets"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "next_at"),
        Index(None, "expires_at"),
        Index(None, "user_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """None where the address has no account: as much is written as for one that has."""
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    """The mail in the language of who asked, with `{link}` where the address stands."""
    token_hash: Mapped[str | None] = mapped_column(SHA256)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it is to be sent; None once it was."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
