"""Where an account's role counts."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import CATEGORY, LOCALE, Base


class UserGrant(Base):
    """A role in a category and a language. An account that has any may do nothing elsewhere."""

    __tablename__ = "user_grants"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "category", "locale"),
        CheckConstraint("role IN ('reader', 'writer', 'reviewer', 'publisher')", name="role"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))
    """At most the account's own role counts."""
    category: Mapped[str] = mapped_column(CATEGORY, default="")
    """Path of slugs, those below it included; empty for all."""
    locale: Mapped[str] = mapped_column(LOCALE, default="")
    """Empty for all."""
    from_groups: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether it follows the account's groups at the OpenID provider."""
