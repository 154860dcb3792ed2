"""Notices: what customers should know before they ask, such as planned work or a known problem."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRINGS, Base, UtcDateTime, utc_now

NOTICE_KINDS = ("problem", "planned", "info")


class Notice(Base):
    """One notice with its texts in each language it is written in."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("kind IN ('problem', 'planned', 'info')", name="kind"),
        Index(None, "ends_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """One of NOTICE_KINDS."""
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
    """{"en": {"title": "", "body": ""}}; at least one language."""
    locales: Mapped[list[str]] = mapped_column(STRINGS, default=list)
    """Languages of visitors it is for; empty for all."""
    products: Mapped[list[str]] = mapped_column(STRINGS, default=list)
    """Products it is about; empty for all."""
    pages: Mapped[list[str]] = mapped_column(STRINGS, default=list)
    """Patterns of addresses it is shown on, `*` for anything; see `app.page_patterns`."""
    phrases: Mapped[list[str]] = mapped_column(STRINGS, default=list)
    """Words in a question that call for it."""
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Exclusive; None until somebody ends it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    def to_json(self) -> dict[str, Any]:
        """Its members by name, for the API and the command line."""
        return {
            "id": self.id,
            "kind": self.kind,
            "texts": self.texts,
            "locales": self.locales,
            "products": self.products,
            "pages": self.pages,
            "phrases": self.phrases,
            "starts_at": _rfc_3339(self.starts_at),
            "ends_at": _rfc_3339(self.ends_at) if self.ends_at else None,
        }


def _rfc_3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
