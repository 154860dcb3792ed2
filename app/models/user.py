"""People who work here: their accounts, sessions, invitations, and what they did."""

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
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import SHA256, Base, UtcDateTime, utc_now

ROLES = ("reader", "writer", "reviewer", "publisher", "admin", "owner")
"""What an account may do, the least first; each may do all that those before it may."""


class User(Base):
    """One member of staff. Never deleted: the audit log and articles go on naming them."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint(
            "role IN ('reader', 'writer', 'reviewer', 'publisher', 'admin', 'owner')", name="role"
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    """Folded to lower case: nobody has two accounts that differ in case."""
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    """Argon2id, with its salt and parameters; None until the invitation is used."""
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UserSession(Base):
    """One browser that is signed in. Its cookie holds a random token; here is only the hash."""

    __tablename__ = "user_sessions"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    token_hash: Mapped[str] = mapped_column(SHA256, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    """When it was last used, to within some minutes."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it ends however much it is used."""


class Invitation(Base):
    """A link by which somebody chooses a password, once."""

    __tablename__ = "invitations"
    __table_args__ = (Index(None, "user_id"),)

    token_hash: Mapped[str] = mapped_column(SHA256, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInFailure(Base):
    """One sign-in that failed, under a keyed hash of what it is counted for; kept for minutes."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "subject", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    subject: Mapped[str] = mapped_column(SHA256)
    """HMAC of an e-mail address or a client's address."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """One thing that a member of staff did. Append-only."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "at"), Index(None, "subject"), Index(None, "user_id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    """None for the command line, and for somebody who is not signed in."""
    actor: Mapped[str] = mapped_column(Text)
    """The e-mail address as it was then, or "command line"."""
    action: Mapped[str] = mapped_column(String(64))
    """A noun and a verb: `user.disable`, `session.open`."""
    subject: Mapped[str] = mapped_column(String(440), default="")
    """What it was done to: `user:3`, `article:refund@ko`."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
