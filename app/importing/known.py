"""What the database holds of earlier imports, as far as a new one needs to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content import read_content
from app.errors import KotaeError
from app.importing.tree import describe_path
from app.models import Article, Redirect, Revision
from app.naming import default_article_id

_Name = tuple[str, str]

_COLUMNS = (
    Article.id,
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
    agreed_id: str | None = None
    """The id of the file's text at its last import or sync; None where nothing was edited since."""

    @property
    def is_edited(self) -> bool:
        """Whether it has another text than its file had."""
        return self.imported_hash is not None and self.source_hash != self.imported_hash

    @property
    def is_renamed(self) -> bool:
        """Whether it was given another id here, which its file does not know."""
        return self.agreed_id not in {None, self.article_id}

    def was_called(self, name: _Name) -> bool:
        """Whether its file calls itself `name`: not where the folder itself let go of it."""
        was_let_go = self.is_retired and self.import_key is None
        return not was_let_go and (self.agreed_id, self.locale) == name

    @property
    def name(self) -> _Name:
        """Its id and locale."""
        return self.article_id, self.locale

    def keeps_edit(self, source_hash: str) -> bool:
        """Whether it was edited here since it was imported, and its file, of this hash, was not."""
        return self.is_edited and self.imported_hash == source_hash


@dataclass(frozen=True, slots=True)
class Known:
    """All stored articles and old addresses."""

    articles: Mapping[_Name, KnownArticle]
    redirects: Mapping[str, str]
    """Old address -> article id."""
    _by_key: Mapping[str, KnownArticle] = field(default_factory=dict)
    _renamed: Sequence[KnownArticle] = ()

    def unchanged(self, root: str, import_key: str) -> KnownArticle | None:
        """The article that the same file gave before, unless an import retired it since.

        One that an editor archived or deleted keeps its key: the same file does not bring it back.
        """
        known = self._by_key.get(import_key)
        return known if known and known.root == root else None

    def renamed_from(self, root: str, path: str, name: _Name) -> KnownArticle | None:
        """The article that the file at `path`, which calls itself `name`, has another name as here.

        A file that was moved meanwhile, alone or with its folder, is known by its name.
        """
        theirs = [each for each in self._renamed if not each.is_retired or each.was_called(name)]
        at_path = (each for each in theirs if (each.root, each.path) == (root, path))
        article = next(at_path, None)
        if article is None and name not in self.articles:
            moved = (each for each in theirs if each.was_called(name) and not _has_file(each))
            article = next(moved, None)
        return article if article is not None and article.name != name else None

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
    agreed = dict(_agreed_ids(session))
    articles = [_known(row, agreed.get(row.id)) for row in session.execute(select(*_COLUMNS))]
    redirects = session.execute(
        select(Redirect.path, Article.article_id).join(Redirect.article).order_by(Redirect.id)
    )
    return Known(
        articles={article.name: article for article in articles},
        redirects={path: article_id for path, article_id in redirects},
        _by_key={article.import_key: article for article in articles if article.import_key},
        _renamed=[article for article in articles if article.is_renamed],
    )


def _agreed_ids(session: Session) -> Iterator[tuple[int, str]]:
    """What the files of edited articles called themselves, by the articles' keys."""
    agreed = (Revision.article_pk == Article.id) & (Revision.source_hash == Article.imported_hash)
    rows = (
        select(Article.id, Article.source_path, Revision.source)
        .join(Revision, agreed)
        .where(Article.source_hash != Article.imported_hash, Article.source_path.is_not(None))
    )
    for pk, path, source in session.execute(rows.execution_options(yield_per=200)):
        try:
            named = read_content(source.encode("utf-8")).article_id
        except KotaeError:
            continue  # read by stricter rules than when it was stored
        yield pk, named or default_article_id(describe_path(path or "").inner)


def _has_file(article: KnownArticle) -> bool:
    return Path(article.root or "", article.path or "").is_file()


def _known(row: Any, agreed_id: str | None) -> KnownArticle:
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
        agreed_id=agreed_id,
    )
