"""Writing articles back as a folder of Markdown, byte for byte where nothing changed."""

from __future__ import annotations

import secrets
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.errors import KotaeError
from app.media import media_path
from app.models import Article, Category, MediaFile
from app.settings import Settings
from search.document import Progress, no_progress


class ExportRefused(KotaeError):
    """The folder cannot be written; nothing was."""

    code = "export-refused"
    status = 422


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote."""

    articles: int
    categories: int
    media: int


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
    _refuse_occupied(directory)
    with session_factory() as session:
        placed = _place(_list_files(session, settings))
    draft = directory.with_name(f".{directory.name}.{secrets.token_hex(4)}")
    try:
        _write_all(draft, placed, progress)
        if directory.exists():
            directory.rmdir()
        draft.rename(directory)
    except OSError as error:
        raise ExportRefused(f"{directory} cannot be written: {error}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    kinds = [file.kind for file in placed.values()]
    return ExportReport(kinds.count("article"), kinds.count("category"), kinds.count("media"))


def _refuse_occupied(directory: Path) -> None:
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise ExportRefused(f"{directory} is not a folder; name another one.")
    if directory.is_dir() and any(directory.iterdir()):
        raise ExportRefused(f"{directory} is not empty; name an empty or a new folder.")


def _list_files(session: Session, settings: Settings) -> Iterator[_File]:
    shown = select(Article).where(Article.status != "archived", Article.deleted_at.is_(None))
    for article in session.scalars(shown.order_by(Article.id)):
        own = f"{article.locale}/{article.article_id}.md"
        path = article.source_path
        imported = (path, f"{article.locale}/{path}") if path else ()
        yield _File((*imported, own), article.source.encode("utf-8"), "article")
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
                placed[_safe(path)] = claimants[0]
            else:
                waiting += claimants
    if waiting:
        path = waiting[0].claims[-1]
        raise ExportRefused(f"Several files claim {path}; give the articles different ids.")
    return placed


def _safe(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise ExportRefused(f"The path {path!r} leads out of the folder; it cannot be exported.")
    return path


def _write_all(draft: Path, placed: dict[str, _File], progress: Progress) -> None:
    draft.mkdir(parents=True)
    for done, (path, file) in enumerate(sorted(placed.items()), start=1):
        target = draft / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(file.content, Path):
            shutil.copyfile(file.content, target)
        else:
            target.write_bytes(file.content)
        progress("Writing", done, len(placed))
