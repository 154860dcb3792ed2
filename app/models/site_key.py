"""Site keys: which sites may embed the widget, each under a public key of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRINGS, Base, UtcDateTime, utc_now


class SiteKey(Base):
    """One site that embeds the widget."""

    __tablename__ = "site_keys"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Public: it stands in the site's pages."""
    name: Mapped[str] = mapped_column(Text)
    origins: Mapped[list[str]] = mapped_column(STRINGS, default=list)
    """Origins whose pages may call the API under this key, in lower case; `*` for all."""
    secret: Mapped[str] = mapped_column(Text)
    """With which the site's server signs who is signed in; never leaves the two servers."""
    contact: Mapped[str] = mapped_column(Text, default="")
    """Where a person is reached while the help center is away: `mailto:` or `https:`; or empty."""
    holdout_percent: Mapped[int | None] = mapped_column(Integer)
    """Share of its visitors who are shown no suggestions; None for the server's."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    def to_json(self) -> dict[str, Any]:
        """Its members by name, without the secret."""
        return {
            "key": self.key,
            "name": self.name,
            "origins": self.origins,
            "contact": self.contact,
            "holdout_percent": self.holdout_percent,
            "created_at": self.created_at.isoformat().replace("+00:00", "Z"),
        }
