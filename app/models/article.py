"""Articles and their revisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    and_,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import (
    ARTICLE_ID,
    CATEGORY,
    LOCALE,
    SHA256,
    STRINGS,
    Base,
    UtcDateTime,
    utc_now,
)
from app.models.media import ArticleMedia

STATUSES = ("draft", "review", "published", "archived")
AUDIENCES = ("public", "signed-in", "agents")
ORIGINS = ("editor", "import", "git", "merge")


class Article(Base):
    """One article in one language: what visitors see now, or what it will be when never published.

    While a published article is edited, this row stays as published; the work in progress is the
    revision numbered `draft_revision`.
    """

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("article_id", "locale"),
        CheckConstraint("status IN ('draft', 'review', 'published', 'archived')", name="status"),
        CheckConstraint("audience IN ('public', 'signed-in', 'agents')", name="audience"),
        Index(None, "locale", "category"),
        Index(None, "source_root", "source_path"),
        # Answers "what is due?" twice a second without touching the table.
        Index("ix_articles_due", "indexed", "status", "deleted_at", "publish_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_id: Mapped[str] = mapped_column(ARTICLE_ID)
    """Stable name; the same in two locales means translations of each other."""
    locale: Mapped[str] = mapped_column(LOCALE)
    status: Mapped[str] = mapped_column(String(16), default="draft")
    audience: Mapped[str] = mapped_column(String(16), default="public")
    category: Mapped[str] = mapped_column(CATEGORY, default="")
    """Path of the category, segments joined by "/"; empty for none."""
    title: Mapped[str] = mapped_column(Text)
    questions: Mapped[list[str]] = mapped_column(STRINGS, default=list)
    tags: Mapped[list[str]] = mapped_column(STRINGS, default=list)
    products: Mapped[list[str]] = mapped_column(STRINGS, default=list)
    pages: Mapped[str] = mapped_column(Text, default="")
    """Patterns of addresses on which it is offered before anything is typed, a line each; see
    `app.page_patterns.matches_page`."""
    owner: Mapped[str] = mapped_column(Text, default="")
    quality: Mapped[float] = mapped_column(Float, default=0.0)
    """Prior usefulness, 0..1."""

    source_hash: Mapped[str] = mapped_column(SHA256)
    source_root: Mapped[str | None] = mapped_column(Text)
    """The imported folder it came from; None when it was written in the editor."""
    source_path: Mapped[str | None] = mapped_column(Text)
    """Its path in that folder, with forward slashes."""
    imported_hash: Mapped[str | None] = mapped_column(SHA256)
    """source_hash at the last import or sync: tells a changed file from an article edited since.
    None where there is no file: it never had one, or both sides let it go."""
    import_key: Mapped[str | None] = mapped_column(SHA256)
    """Hash of the file, the import's options and the renderer: the same again means no work."""

    revision: Mapped[int] = mapped_column(Integer, default=0)
    """Number of the revision that this row shows."""
    draft_revision: Mapped[int | None] = mapped_column(Integer)
    """Number of a newer revision that is not published yet."""
    draft_base: Mapped[int | None] = mapped_column(Integer)
    """Number of the revision that was shown when the draft was begun, or last merged with what is
    shown; another one is shown by now when it differs from `revision`."""
    indexed: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether the outbox last asked to put (True) or remove (False) this article."""

    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    review_by: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    """When its content last changed; shown to visitors."""
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # The long columns stand last: SQLite reads a row from its start, and the lists and checks that
    # run all the time then never touch them.
    html: Mapped[str] = mapped_column(Text, default="")
    """Clean HTML, safe to print as it is."""
    sections: Mapped[list[dict[str, Any]]] = mapped_column(STRINGS, default=list)
    """[{"path": [...], "anchor": "", "text": ""}], as `search.document.Section`."""
    headings: Mapped[list[dict[str, Any]]] = mapped_column(STRINGS, default=list)
    """[{"level": 2, "text": "", "anchor": ""}], for the table of contents."""
    links: Mapped[dict[str, str | None]] = mapped_column(JSON, default=dict)
    """Each link and image of the source, and the address it got; None for one that leads nowhere.
    When an address changes, html is stale."""
    source: Mapped[str] = mapped_column(Text)
    """The Markdown file with its front matter; encoded as UTF-8 it is the file byte for byte."""

    revisions: Mapped[list[Revision]] = relationship(
        back_populates="article", cascade="all, delete-orphan", order_by="Revision.number"
    )
    media: Mapped[list[ArticleMedia]] = relationship(cascade="all, delete-orphan")
    """The stored files that `html` shows or links to."""

    @property
    def document_id(self) -> str:
        """Its name in the search index."""
        return f"{self.article_id}@{self.locale}"

    @property
    def is_gone(self) -> bool:
        """Archived or deleted: an editor or the folder put it away."""
        return self.status == "archived" or self.deleted_at is not None

    @classmethod
    def visible(cls, now: datetime) -> ColumnElement[bool]:
        """SQL condition: published at `now`, whoever asks. Audience is a separate question."""
        return is_published(cls, now)

    def is_visible(self, now: datetime) -> bool:
        """The same condition as `visible`, on a loaded row."""
        return (
            self.status == "published"
            and self.deleted_at is None
            and (self.publish_at is None or self.publish_at <= now)
            and (self.expires_at is None or self.expires_at > now)
        )


def is_published(columns: Any, now: Any) -> ColumnElement[bool]:
    """SQL condition of `Article.visible`, for `columns` of the table or the class.

    `now`: a moment, or the parameter that will hold it.
    """
    return and_(
        columns.status == "published",
        columns.deleted_at.is_(None),
        or_(columns.publish_at.is_(None), columns.publish_at <= now),
        or_(columns.expires_at.is_(None), columns.expires_at > now),
    )


class Revision(Base):
    """One saved state of an article's source: who, when, what. Never changed afterwards."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("article_pk", "number"),
        CheckConstraint("origin IN ('editor', 'import', 'git', 'merge')", name="origin"),
        # Finds the text of a hash: what the folder and the database last agreed on.
        Index(None, "article_pk", "source_hash"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_pk: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 ... within the article."""
    source: Mapped[str] = mapped_column(Text)
    source_hash: Mapped[str] = mapped_column(SHA256)
    author: Mapped[str] = mapped_column(Text, default="")
    author_email: Mapped[str] = mapped_column(Text, default="")
    origin: Mapped[str] = mapped_column(String(16), default="editor")
    """One of ORIGINS: by whom or what it came to be."""
    based_on: Mapped[int | None] = mapped_column(Integer)
    """Number of the revision that its author began with."""
    git_commit: Mapped[str | None] = mapped_column(String(64))
    """Name of the commit that it came with."""
    note: Mapped[str] = mapped_column(Text, default="")
    """What changed, in the author's words."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    article: Mapped[Article] = relationship(back_populates="revisions")
