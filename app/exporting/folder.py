"""Writing articles back as a folder of Markdown, byte for byte where nothing changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.content import read_content
from app.exporting.whole import ExportRefused, refuse_occupied, safe_path, write_whole
from app.front_matter import parse_source, with_fields
from app.importing.report import FileProblem
from app.media import media_path
from app.models import Article, Category, MediaFile
from app.settings import Settings
from search.document import Progress, no_progress


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote."""

    articles: int
    categories: int
    media: int
    left_out: tuple[FileProblem, ...] = ()
    """Old addresses of a static site that can be no file of it, each with its article."""


@dataclass(frozen=True, slots=True)
class _File:
    """One file to be written. `claims` are paths in order of preference."""

    claims: tuple[str, ...]
    content: bytes | Path
    kind: str


def export_folder(
    directory: Path,
    *,
    session_factory: sessionmaker[Session],
    settings: Settings,
    progress: Progress = no_progress,
) -> ExportReport:
    """Write every article that is not retired, its category files and attachments.

    A file gets the path it was imported from; where several imported folders claim one path, each
    is put below its language; an article written in the editor gets `<locale>/<id>.md`.
    `directory` must be absent or empty; it appears whole or not at all.
    Raises ExportRefused.
    """
    refuse_occupied(directory)
    with session_factory() as session:
        placed = _place(_list_files(session, settings))
    write_whole(directory, {path: file.content for path, file in placed.items()}, progress)
    kinds = [file.kind for file in placed.values()]
    return ExportReport(kinds.count("article"), kinds.count("category"), kinds.count("media"))


def _list_files(session: Session, settings: Settings) -> Iterator[_File]:
    shown = select(Article).where(Article.status != "archived", Article.deleted_at.is_(None))
    for article in session.scalars(shown.order_by(Article.id)):
        own = f"{article.locale}/{article.article_id}.md"
        path = article.source_path
        imported = (path, f"{article.locale}/{path}") if path else ()
        yield _File((*imported, own), _text(article), "article")
    named = select(Category).where(Category.source.is_not(None)).order_by(Category.id)
    for category in session.scalars(named):
        path = category.source_path or f"{category.locale}/{category.slug}/_category.md"
        claims = (path, f"{category.locale}/{path}")
        yield _File(claims, (category.source or "").encode("utf-8"), "category")
    for media in session.scalars(select(MediaFile).order_by(MediaFile.id)):
        stored = media_path(settings.media_dir, media.sha256)
        if not stored.is_file():
            raise ExportRefused(f"{media.source_path} is missing: {stored} was deleted.")
        yield _File((media.source_path, f"{media.sha256[:8]}/{media.source_path}"), stored, "media")


def _text(article: Article) -> bytes:
    """The article's file. One that is not published says so: imported again, it would be."""
    raw = article.source.encode("utf-8")
    if article.status == "published" or read_content(raw).status != "published":
        return raw
    return with_fields(parse_source(raw), {"status": "draft"}).encode("utf-8")


def _place(files: Iterable[_File]) -> dict[str, _File]:
    """Give every file a path: its first claim, or for all who dispute it the next one."""
    waiting = list(files)
    placed: dict[str, _File] = {}
    for turn in range(max((len(file.claims) for file in waiting), default=0)):
        claims: dict[str, list[_File]] = defaultdict(list)
        for file in waiting:
            claims[file.claims[min(turn, len(file.claims) - 1)]].append(file)
        waiting = []
        for path, claimants in claims.items():
            if path not in placed and len({file.content for file in claimants}) == 1:
                placed[safe_path(path)] = claimants[0]
            else:
                waiting += claimants
    if waiting:
        path = waiting[0].claims[-1]
        raise ExportRefused(f"Several files claim {path}; give the articles different ids.")
    return placed
