"""The link table of what is stored: everything an edited article may link to."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.linking import LinkTable
from app.models import Article, MediaFile, Redirect

_COLUMNS = (
    Article.article_id,
    Article.locale,
    Article.audience,
    Article.source_root,
    Article.source_path,
)


def load_link_table(session: Session, root: str | None) -> LinkTable:
    """What an article that came from the folder `root` (None: from the editor) may link to."""
    published = (Article.status == "published", Article.deleted_at.is_(None))
    rows = session.execute(select(*_COLUMNS).where(*published)).all()
    audiences: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        audiences[row.article_id][row.locale] = row.audience
    # What was added on the site has a name of its own, and its article may have no folder yet.
    files = select(MediaFile.source_path, MediaFile.sha256).where(
        or_(MediaFile.source_root == root, MediaFile.from_site)
    )
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
