"""Both sides of a sync as they are: the files of the folder, the articles of the site."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.editing.revisions import revision_with_hash
from app.front_matter import parse_source
from app.importing.parsing import ParsedFile, Reading, name_of, parse_files, read_hash
from app.importing.tree import Tree, TreeFile, describe_path
from app.models import Article
from search.document import Progress

Name = tuple[str, str]
"""An article's id and locale."""


@dataclass(frozen=True, slots=True)
class FileState:
    """One Markdown file."""

    file: TreeFile
    hash: str | None
    """SHA-256; None for one that cannot be read."""
    name: Name | None
    """What it calls itself; None where that was not looked at, or cannot be."""
    is_hidden: bool = False
    """Whether the folder cannot even be asked for it: nothing is to be done then."""

    @property
    def path(self) -> str:
        """In the folder, with forward slashes."""
        return self.file.path


@dataclass(frozen=True, slots=True)
class SiteState:
    """One article."""

    pk: int
    name: Name
    title: str
    path: str | None
    """Its file; None for one that has none in this folder."""
    base: str | None
    """SHA-256 of the text on which both sides last agreed; None where they never did."""
    hash: str
    """SHA-256 of the text that is shown."""
    revision: int
    presence: str
    """`shown`: belongs into the folder; `withheld`: an unfinished text that does not say so, which
    as a file would be published; `gone`: archived or deleted."""
    is_put_away: bool
    """Gone, and by an editor."""

    @property
    def is_changed(self) -> bool:
        """Whether the site has another text than was agreed on."""
        return self.hash != self.base


@dataclass(frozen=True, slots=True)
class Sides:
    """What a sync decides on."""

    files: Mapping[str, FileState]
    """By path."""
    articles: Sequence[SiteState]
    likeness: Callable[[SiteState, FileState], float] = lambda _article, _file: 0.0
    """Share of lines that an article and a file have in common."""
    name_at_base: Callable[[SiteState], Name | None] = lambda _article: None
    """What the text called itself on which both sides last agreed; None where that is not known."""


def look(session: Session, tree: Tree, reading: Reading, progress: Progress) -> Sides:
    """Read both sides; nothing is written. The session must stay open while it is decided."""
    articles = _load_articles(session, str(tree.root))
    known = _bases_by_path(articles)
    hashes: dict[str, str | None] = {}
    for done, file in enumerate(tree.articles, start=1):
        hashes[file.path] = read_hash(tree.root / file.path)
        progress("Looking at files", done, len(tree.articles))
    asked = [file for file in tree.articles if known.get(file.path) != {hashes[file.path]}]
    # On a first sync there is nothing that a file's name could belong to.
    names = _read_names(reading, asked) if articles else {}
    hidden = tree.hidden_among(path for path in known if path not in hashes)
    files = [FileState(describe_path(path), None, None, is_hidden=True) for path in sorted(hidden)]
    files += [FileState(each, hashes[each.path], names.get(each.path)) for each in tree.articles]
    return Sides(
        files={file.path: file for file in files},
        articles=articles,
        likeness=partial(_likeness, session, tree.root),
        name_at_base=partial(_name_at_base, session, reading),
    )


def _bases_by_path(articles: Iterable[SiteState]) -> Mapping[str, Set[str | None]]:
    bases: dict[str, set[str | None]] = defaultdict(set)
    for article in articles:
        if article.path is not None:
            bases[article.path].add(article.base)
    return bases


def _name_at_base(session: Session, reading: Reading, article: SiteState) -> Name | None:
    if article.base is None or article.path is None:
        return None
    row = session.get_one(Article, article.pk)
    agreed = revision_with_hash(session, row, article.base)
    if agreed is None:
        return None
    return name_of(reading, describe_path(article.path), agreed.source.encode("utf-8"))


def _likeness(session: Session, root: Path, article: SiteState, file: FileState) -> float:
    if article.base is None:
        return 0.0  # it agreed on no file with the folder, and so has lost none
    stored = session.scalar(select(Article.source).where(Article.id == article.pk)) or ""
    try:
        text = (root / file.path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return 0.0
    # Whatever ends them: an editor or git may have converted the ends with the rename.
    lines, others = Counter(stored.splitlines()), Counter(text.splitlines())
    return 2 * (lines & others).total() / max(1, lines.total() + others.total())


def _read_names(reading: Reading, files: Sequence[TreeFile]) -> dict[str, Name]:
    outcomes = parse_files(reading, files)
    return {each.file.path: each.name for each in outcomes if isinstance(each, ParsedFile)}


def _load_articles(session: Session, root: str) -> list[SiteState]:
    columns = (
        *(Article.id, Article.article_id, Article.locale, Article.title, Article.status),
        *(Article.deleted_at, Article.source_root, Article.source_path, Article.imported_hash),
        *(Article.import_key, Article.source_hash, Article.revision),
        case((Article.status.in_(["draft", "review"]), Article.source)).label("unfinished"),
    )
    rows = session.execute(select(*columns).order_by(Article.id)).all()
    states = []
    for row in rows:
        is_ours = row.source_root == root
        if not is_ours and _is_anothers(row.source_root, row.source_path):
            continue
        is_gone = row.status == "archived" or row.deleted_at is not None
        states.append(
            SiteState(
                pk=row.id,
                name=(row.article_id, row.locale),
                title=row.title,
                path=row.source_path if is_ours else None,
                base=row.imported_hash,
                hash=row.source_hash,
                revision=row.revision,
                presence="gone" if is_gone else _presence(row.unfinished),
                is_put_away=is_gone and row.import_key is not None,
            )
        )
    return states


def _is_anothers(root: str | None, path: str | None) -> bool:
    """Whether the article belongs to another folder, which still has its file."""
    return root is not None and path is not None and Path(root, path).is_file()


def _presence(unfinished: str | None) -> str:
    if unfinished is None:
        return "shown"
    said = str(parse_source(unfinished.encode("utf-8")).meta.get("status", "")).strip().lower()
    return "shown" if said in {"draft", "review"} else "withheld"
