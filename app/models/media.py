"""Images and attachments: files under KB_VAR_DIR/media, named by their content."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import SHA256, Base, UtcDateTime, utc_now


class Media(Base):
    """One stored file: `<media_dir>/<first two hex digits>/<sha256>`."""

    __tablename__ = "media"

    sha256: Mapped[str] = mapped_column(SHA256, primary_key=True)
    media_type: Mapped[str] = mapped_column(String(100))
    """Found from the content, never from the file's name alone."""
    size: Mapped[int] = mapped_column(Integer)
    """Bytes."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class ArticleMedia(Base):
    """That an article shows a stored file, or links to it: who may read the one may have the other.

    Of what the article's row shows; a draft beside a live article is looked up in its text.
    """

    __tablename__ = "article_media"

    article_pk: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    sha256: Mapped[str] = mapped_column(SHA256, primary_key=True, index=True)


class MediaFile(Base):
    """Where an imported folder holds a stored file, so that an export puts it back."""

    __tablename__ = "media_files"
    __table_args__ = (UniqueConstraint("source_root", "source_path"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_root: Mapped[str] = mapped_column(Text)
    source_path: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(ForeignKey("media.sha256"), index=True)
    synced: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether the folder has held it: then a missing file was deleted there, else it is to be
    written."""
    from_site: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether it was added in the editor: a sync then commits it."""
