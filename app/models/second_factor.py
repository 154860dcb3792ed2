"""The second factor of accounts: authenticator apps, recovery codes, sign-ins half done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import SHA256, Base, UtcDateTime, utc_now


class SecondFactor(Base):
    """The authenticator app of one account."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    sealed_secret: Mapped[str] = mapped_column(Text)
    """The app's secret, encrypted with a key that is not in the database."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a first code proved that the app has the secret; None while it is being set up."""
    last_step: Mapped[int] = mapped_column(Integer, default=0)
    """The time step of the last code that was taken: it and those before it are used up."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class RecoveryCode(Base):
    """One code for when the app is lost; deleted when it is used."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(SHA256)


class PendingSignIn(Base):
    """A browser whose password was right and that is asked for a code; here is only the hash."""

    __tablename__ = "pending_sign_ins"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    token_hash: Mapped[str] = mapped_column(SHA256, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
