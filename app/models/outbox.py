"""The outbox: what the search index has not been told yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime, utc_now


class OutboxEntry(Base):
    """One change to carry to the index, written in the same transaction as the change itself."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("action IN ('put', 'remove')", name="action"),
        # A deleted row's number must not be given to a newer row while it is being drained.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    document_id: Mapped[str] = mapped_column(String(440), index=True)
    """`<article_id>@<locale>`."""
    action: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
