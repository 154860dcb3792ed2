"""What the database holds of earlier imports, as far as a new one needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Article, Redirect

_Name = tuple[str, str]

_COLUMNS = (
    Article.article_id,
    Article.locale,
    Article.status,
    Article.deleted_at,
    Article.audience,
    Article.source_hash,
    Article.imported_hash,
    Article.source_root,
    Article.source_path,
    Article.import_key,
    Article.links,
)


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """One stored article, without its text."""

    article_id: str
    locale: str
    is_published: bool
    is_retired: bool
    audience: str
    source_hash: str
    imported_hash: str | None
    root: str | None
    path: str | None
    import_key: str | None
    links: Mapping[str, str | None]

    @property
    def name(self) -> _Name:
        """Its id and locale."""
        return self.article_id, self.locale

    def keeps_edit(self, source_hash: str) -> bool:
        """Whether it was edited here since it was imported, and its file, of this hash, was not."""
        is_edited = self.imported_hash is not None and self.source_hash != self.imported_hash
        return is_edited and self.imported_hash == source_hash


@dataclass(frozen=True, slots=True)
class Known:
    """All stored articles and old addresses."""

    articles: Mapping[_Name, KnownArticle]
    redirects: Mapping[str, str]
    """Old address -> article id."""
    _by_key: Mapping[str, KnownArticle] = field(default_factory=dict)

    def unchanged(self, root: str, import_key: str) -> KnownArticle | None:
        """The article that the same file gave before, unless an import retired it since.

        One that an editor archived or deleted keeps its key: the same file does not bring it back.
        """
        known = self._by_key.get(import_key)
        return known if known and known.root == root else None

    def of_root(self, root: str) -> Iterable[KnownArticle]:
        """Articles that came from an import of `root`."""
        return (article for article in self.articles.values() if article.root == root)

    def owner_elsewhere(self, name: _Name, root: str) -> str | None:
        """Who else keeps an article of this name: a description for people, or None.

        A folder that was moved owns nothing any more: only a file that still exists counts.
        """
        known = self.articles.get(name)
        if known is None or known.root == root or known.is_retired:
            return None
        if known.root is None or known.path is None:
            return "an article written in the editor"
        file = Path(known.root, known.path)
        return str(file) if file.is_file() else None


def load_known(session: Session) -> Known:
    """Read what is stored; texts are left in the database."""
    articles = [_known(row) for row in session.execute(select(*_COLUMNS))]
    redirects = session.execute(
        select(Redirect.path, Article.article_id).join(Redirect.article).order_by(Redirect.id)
    )
    return Known(
        articles={article.name: article for article in articles},
        redirects={path: article_id for path, article_id in redirects},
        _by_key={article.import_key: article for article in articles if article.import_key},
    )


def _known(row: Any) -> KnownArticle:
    is_retired = row.status == "archived" or row.deleted_at is not None
    return KnownArticle(
        article_id=row.article_id,
        locale=row.locale,
        is_published=row.status == "published" and not is_retired,
        is_retired=is_retired,
        audience=row.audience,
        source_hash=row.source_hash,
        imported_hash=row.imported_hash,
        root=row.source_root,
        path=row.source_path,
        import_key=row.import_key,
        links=row.links,
    )
