"""Categories: the shelves articles stand on, named per language."""

from __future__ import annotations

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import CATEGORY, LOCALE, SHA256, Base


class Category(Base):
    """One category in one language."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("locale", "slug"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    locale: Mapped[str] = mapped_column(LOCALE)
    slug: Mapped[str] = mapped_column(CATEGORY)
    """Its path: `account` or `account/security`; the same in every language."""
    parent: Mapped[str] = mapped_column(CATEGORY, default="")
    """Slug of the category around it; empty at the top."""
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")
    icon: Mapped[str] = mapped_column(String(64), default="")
    position: Mapped[int] = mapped_column(Integer, default=1000)
    """Order on the page, small first; equal positions go by title."""

    source: Mapped[str | None] = mapped_column(Text)
    """The `_category.md` that names it, verbatim; None when the folder's name does."""
    source_hash: Mapped[str | None] = mapped_column(SHA256)
    source_root: Mapped[str | None] = mapped_column(Text)
    source_path: Mapped[str | None] = mapped_column(Text)
