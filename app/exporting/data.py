"""Everything as one JSON file and a folder of attachments, for programs."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.exporting.folder import ExportReport
from app.exporting.whole import ExportRefused, refuse_occupied, write_whole
from app.media import media_path
from app.models import Article, Category, Media, MediaFile, Redirect
from app.settings import Settings
from search.document import Progress, no_progress

FORMAT = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""


def export_data(
    directory: Path,
    *,
    session_factory: sessionmaker[Session],
    settings: Settings,
    progress: Progress = no_progress,
) -> ExportReport:
    """Write `articles.json`, every article and category whoever may read it, and `media/`.

    Deleted and archived articles stay out. `directory` must be absent or empty; it appears whole
    or not at all. Raises ExportRefused.
    """
    refuse_occupied(directory)
    with session_factory() as session:
        articles = _articles(session)
        categories = _categories(session)
        files = dict(_media(session, settings))
    media = len(files)
    data = {"format": FORMAT, "articles": articles, "categories": categories}
    text = json.dumps(data, ensure_ascii=False, indent=1)
    files["articles.json"] = text.encode("utf-8")
    write_whole(directory, files, progress)
    return ExportReport(len(articles), len(categories), media)


def _articles(session: Session) -> list[dict[str, Any]]:
    old: dict[int, list[str]] = {}
    for row in session.scalars(select(Redirect).order_by(Redirect.path)):
        old.setdefault(row.article_pk, []).append(row.path)
    shown = select(Article).where(Article.status != "archived", Article.deleted_at.is_(None))
    ordered = shown.order_by(Article.article_id, Article.locale)
    return [_article(article, old.get(article.id, [])) for article in session.scalars(ordered)]


def _article(article: Article, redirects: list[str]) -> dict[str, Any]:
    return {
        "id": article.article_id,
        "locale": article.locale,
        "title": article.title,
        "status": article.status,
        "audience": article.audience,
        "category": article.category,
        "questions": article.questions,
        "tags": article.tags,
        "products": article.products,
        "owner": article.owner,
        "publish_at": _moment(article.publish_at),
        "expires_at": _moment(article.expires_at),
        "review_by": _moment(article.review_by),
        "created_at": _moment(article.created_at),
        "updated_at": _moment(article.updated_at),
        "published_at": _moment(article.published_at),
        "redirect_from": redirects,
        "source": article.source,
        "html": article.html,
        "links": article.links,
    }


def _categories(session: Session) -> list[dict[str, Any]]:
    ordered = select(Category).order_by(Category.slug, Category.locale)
    return [
        {
            "slug": row.slug,
            "locale": row.locale,
            "title": row.title,
            "description": row.description,
            "icon": row.icon,
            "order": row.position,
        }
        for row in session.scalars(ordered)
    ]


def _media(session: Session, settings: Settings) -> list[tuple[str, bytes | Path]]:
    """Under the path that `links` and `html` have: media/<sha256>/<name>."""
    found: list[tuple[str, bytes | Path]] = []
    for file in session.scalars(select(MediaFile).join(Media, Media.sha256 == MediaFile.sha256)):
        stored = media_path(settings.media_dir, file.sha256)
        if not stored.is_file():
            raise ExportRefused(f"{file.source_path} is missing: {stored} was deleted.")
        found.append((f"media/{file.sha256}/{PurePosixPath(file.source_path).name}", stored))
    return found


def _moment(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()
