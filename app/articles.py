"""What editors do with one article: save, publish, schedule, unpublish. Each commits."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content import ArticleContent, check_article_id, read_content, render_content
from app.db import begin_writing
from app.errors import KotaeError
from app.front_matter import parse_source, with_fields
from app.linking import LinkTable, Origin
from app.locales import normalise_locale
from app.models import Article, MediaFile, Redirect, Revision, utc_now
from app.naming import slugify_path
from app.outbox import note_change
from app.publishing import (
    add_redirects,
    add_revision,
    forget_redirects,
    last_revisions,
    mark_published,
    write_fields,
    write_rendering,
)
from app.reading import ArticleNotFound

_LINK_COLUMNS = (
    Article.article_id,
    Article.locale,
    Article.audience,
    Article.source_root,
    Article.source_path,
)


class BadSchedule(KotaeError):
    """An article would expire before it is published."""

    code = "bad-schedule"
    status = 422


def save_draft(
    session: Session,
    *,
    article_id: str,
    locale: str,
    source: str,
    author: str,
    note: str = "",
) -> Article:
    """Keep `source` (Markdown with front matter) as a new revision; readers see nothing of it yet.

    Makes the article where there is none. Raises BadArticleId, BadLocale, and what is wrong with
    the source.
    """
    content = read_content(source.encode("utf-8"))
    begin_writing(session)
    article = _find(session, article_id, locale) or _create(session, article_id, locale, content)
    now = utc_now()
    number = _append(session, article, content, author, note, now)
    if article.status == "published":
        article.draft_revision = number
    else:
        _show(session, article, content, number, now)
    session.commit()
    return article


def publish(
    session: Session, *, article_id: str, locale: str, author: str, note: str = ""
) -> Article:
    """Show readers the newest revision, from its `publish_at` on, until its `expires_at`.

    Raises ArticleNotFound.
    """
    begin_writing(session)
    article = _require(session, article_id, locale)
    now = utc_now()
    if article.draft_revision is not None:
        content = _revision_content(session, article, article.draft_revision)
        _show(session, article, content, article.draft_revision, now)
    _publish(session, article, now)
    session.commit()
    return article


def publish_source(
    session: Session,
    *,
    article_id: str,
    locale: str,
    source: str,
    author: str,
    note: str = "",
) -> Article:
    """Keep `source` as a new revision and publish it at once. Raises as `save_draft`."""
    content = read_content(source.encode("utf-8"))
    begin_writing(session)
    article = _find(session, article_id, locale) or _create(session, article_id, locale, content)
    now = utc_now()
    number = _append(session, article, content, author, note, now)
    _show(session, article, content, number, now)
    _publish(session, article, now)
    session.commit()
    return article


def schedule(
    session: Session,
    *,
    article_id: str,
    locale: str,
    author: str,
    publish_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Article:
    """Publish an article for a stretch of time; None takes that end of it away.

    The times are written into the front matter, as everything else about an article.
    Raises ArticleNotFound, BadSchedule.
    """
    if publish_at is not None and expires_at is not None and expires_at <= publish_at:
        raise BadSchedule("The article would expire before it is published; swap the two times.")
    article = _require(session, article_id, locale)
    source = article.source
    if article.draft_revision is not None:
        source = _revision_content(session, article, article.draft_revision).source
    session.rollback()
    changed = with_fields(
        parse_source(source.encode("utf-8")), {"publish_at": publish_at, "expires_at": expires_at}
    )
    note = "Scheduled"
    return publish_source(
        session, article_id=article_id, locale=locale, source=changed, author=author, note=note
    )


def unpublish(session: Session, *, article_id: str, locale: str) -> Article:
    """Take an article from readers' sight; it becomes a draft. Raises ArticleNotFound."""
    begin_writing(session)
    article = _require(session, article_id, locale)
    article.status = "draft"
    if article.draft_revision is not None:
        number = article.draft_revision
        content = _revision_content(session, article, number)
        _show(session, article, content, number, utc_now())
    note_change(session, article, utc_now())
    session.commit()
    return article


def load_link_table(session: Session, root: str | None) -> LinkTable:
    """What an article that came from the folder `root` (None: from the editor) may link to."""
    published = (Article.status == "published", Article.deleted_at.is_(None))
    rows = session.execute(select(*_LINK_COLUMNS).where(*published)).all()
    audiences: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        audiences[row.article_id][row.locale] = row.audience
    files = select(MediaFile.source_path, MediaFile.sha256).where(MediaFile.source_root == root)
    moved = select(Redirect.path, Article.article_id).join(Redirect.article).where(*published)
    return LinkTable(
        paths={
            row.source_path: (row.article_id, row.locale)
            for row in rows
            if row.source_path and row.source_root == root
        },
        audiences=dict(audiences),
        redirects={path: article_id for path, article_id in session.execute(moved)},
        media={path: sha256 for path, sha256 in session.execute(files)},
    )


def _find(session: Session, article_id: str, locale: str) -> Article | None:
    return session.scalar(
        select(Article).where(
            Article.article_id == article_id, Article.locale == normalise_locale(locale)
        )
    )


def _require(session: Session, article_id: str, locale: str) -> Article:
    article = _find(session, article_id, locale)
    if article is None:
        raise ArticleNotFound(f"There is no article {article_id!r} in {locale}.")
    return article


def _create(session: Session, article_id: str, locale: str, content: ArticleContent) -> Article:
    article = Article(article_id=check_article_id(article_id), locale=normalise_locale(locale))
    article.status = "draft"
    write_fields(article, content)
    session.add(article)
    session.flush()
    return article


def _append(
    session: Session,
    article: Article,
    content: ArticleContent,
    author: str,
    note: str,
    now: datetime,
) -> int:
    """Append a revision and return its number."""
    number = last_revisions(session, [article.id]).get(article.id, 0) + 1
    add_revision(session, article, content, number=number, author=author, note=note, now=now)
    return number


def _revision_content(session: Session, article: Article, number: int) -> ArticleContent:
    source = session.scalars(
        select(Revision.source).where(Revision.article_pk == article.id, Revision.number == number)
    ).one()
    return read_content(source.encode("utf-8"))


def _show(
    session: Session, article: Article, content: ArticleContent, number: int, now: datetime
) -> None:
    """Make the row show a revision."""
    origin = Origin(
        article.source_path or f"{article.locale}/{article.article_id}.md",
        article.locale,
        content.audience,
    )
    table = load_link_table(session, article.source_root)
    write_fields(article, content)
    write_rendering(article, render_content(content, origin, table))
    forget_redirects(session, [article.id])
    add_redirects(session, article, content.redirect_from)
    if content.category is not None:
        article.category = slugify_path(content.category)
    article.revision, article.draft_revision = number, None
    article.updated_at = now


def _publish(session: Session, article: Article, now: datetime) -> None:
    mark_published(article, "published", now)
    note_change(session, article, now)
