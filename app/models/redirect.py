"""Old addresses that lead to an article."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.article import Article
from app.models.base import Base


class Redirect(Base):
    """One `redirect_from` line, or the address before a rename.

    Where translations claim one path, the visitor's language wins.
    """

    __tablename__ = "redirects"
    __table_args__ = (UniqueConstraint("path", "article_pk"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    path: Mapped[str] = mapped_column(String(600), index=True)
    """As in an address: starts with "/", no query."""
    article_pk: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), index=True
    )

    kept: Mapped[bool] = mapped_column(Boolean, default=False)
    """The article's own address before its file was renamed: stays, whatever the file says."""

    article: Mapped[Article] = relationship()
