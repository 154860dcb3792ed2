"""Putting a backup back: everything is verified first, then it takes effect at once."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.backup import CALIBRATION, DATABASE, FORMAT, MANIFEST, sqlite_path
from app.db import create_database_engine, session_factory
from app.errors import KotaeError
from app.indexing import indexing_turn
from app.media import store_media
from app.migrating import upgrade
from app.models import Article, OutboxEntry, utc_now
from app.private_folders import make_private_folder
from app.restored_access import Access, close_doors, find_differences, read_access
from app.restored_deliveries import Outcomes, drop_letters, read_outcomes, settle_deliveries
from app.settings import Settings
from search.calibration import Calibration, CalibrationError
from search.document import Progress, no_progress

T = TypeVar("T")

_MEMBER = re.compile(
    r"(manifest|calibration)\.json|database\.sqlite3|media/[0-9a-f]{2}/[0-9a-f]{64}"
)
_MOST_MANIFEST_BYTES = 64 * 1024 * 1024
_TURN_SECONDS = 60.0
_CHUNK = 1024 * 1024
# What reading raises depends on where an archive is damaged or how it was forged.
_UNREADABLE = (
    OSError, EOFError, tarfile.TarError, zlib.error, ValueError, KeyError, TypeError,
    OverflowError, RecursionError,
)  # fmt: skip


class RestoreRefused(KotaeError):
    """The file is no usable backup; nothing was changed."""

    code = "restore-refused"
    status = 422


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a restore brought back."""

    articles: int
    """Published at this moment."""
    media: int
    differences: tuple[str, ...] | None
    """Whose access is not as it was just before; None where there was nothing to compare with."""


def restore(file: Path, *, settings: Settings, progress: Progress = no_progress) -> RestoreReport:
    """Replace the database by that of a backup and add its media; a server may go on running.

    The archive is unpacked beside, checked against its manifest, and migrated; only then one
    transaction swaps the contents. The outbox then holds what the index must learn. A calibration
    in it takes the place of the present one; a running server goes by it from its next start.
    Nobody is signed in afterwards, no link that was sent to staff works, and nothing is sent again.
    Raises RestoreRefused, BackupRefused (for PostgreSQL), IndexerBusy.
    """
    target = sqlite_path(settings, "pg_restore")
    make_private_folder(settings.var_dir)
    with tempfile.TemporaryDirectory(dir=settings.var_dir, prefix=".restore-") as folder:
        unpacked = Path(folder)
        media = _unpack(file, unpacked, progress)
        _check_database(unpacked / DATABASE)
        _check_calibration(unpacked / CALIBRATION)
        upgrade(Settings(database_url=f"sqlite:///{unpacked / DATABASE}"))
        for done, path in enumerate(media, start=1):
            store_media(path, settings.media_dir)
            progress("Copying attachments", done, len(media))
        with indexing_turn(settings, timeout=_TURN_SECONDS):
            indexed = _read_present(settings, target, _indexed_names) or set()
            articles = _fill_outbox(unpacked / DATABASE, indexed)
            before = _read_present(settings, target, read_access)
            outcomes = _read_present(settings, target, read_outcomes) or {}
            differences = _settle(unpacked / DATABASE, before, outcomes)
            _swap(unpacked / DATABASE, target)
        if (unpacked / CALIBRATION).is_file():
            (unpacked / CALIBRATION).replace(settings.calibration_file)
    return RestoreReport(articles, len(media), differences)


def _unpack(file: Path, folder: Path, progress: Progress) -> list[Path]:
    """Unpack into `folder` and return the media's paths."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            manifest = _read_manifest(archive)
            media = []
            for done, entry in enumerate(manifest, start=1):
                path = _unpack_member(archive, entry, folder)
                if path.name not in (DATABASE, CALIBRATION):
                    media.append(path)
                progress("Unpacking", done, len(manifest))
            if archive.next() is not None:
                raise RestoreRefused(f"{file} holds more than its manifest says.")
    except _UNREADABLE as error:
        raise RestoreRefused(f"{file} is not a whole backup: {error}.") from error
    if not (folder / DATABASE).is_file():
        raise RestoreRefused(f"{file} holds no database.")
    return media


def _next_member(archive: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    member = archive.next()
    if member is None:
        raise RestoreRefused(f"The backup ends before {name}.")
    if not member.isreg() or member.name != name or not _MEMBER.fullmatch(name):
        raise RestoreRefused(f"The backup holds {member.name!r} where {name!r} should be.")
    return member


def _read_manifest(archive: tarfile.TarFile) -> list[dict[str, Any]]:
    member = _next_member(archive, MANIFEST)
    stream = archive.extractfile(member)
    if stream is None or member.size > _MOST_MANIFEST_BYTES:
        raise RestoreRefused("The backup's manifest cannot be read.")
    manifest = json.loads(stream.read())
    if manifest["format"] != FORMAT:
        raise RestoreRefused(f"The backup has format {manifest['format']}; only {FORMAT} is known.")
    return list(manifest["files"])


def _unpack_member(archive: tarfile.TarFile, entry: dict[str, Any], folder: Path) -> Path:
    name, size, expected = str(entry["name"]), int(entry["size"]), str(entry["sha256"])
    member = _next_member(archive, name)
    stream = archive.extractfile(member)
    if stream is None or member.size != size:
        raise RestoreRefused(f"{name} in the backup has another size than its manifest says.")
    # The name matched _MEMBER, and its last part is unique to the content.
    target = folder / name.rpartition("/")[2]
    digest = hashlib.sha256()
    with target.open("xb") as file:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != expected or name.startswith("media/") and expected != target.name:
        raise RestoreRefused(f"{name} in the backup is damaged: its SHA-256 differs.")
    return target


def _check_database(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise RestoreRefused(f"The database in the backup cannot be used: {error}.") from error
    if found != "ok":
        raise RestoreRefused(f"The database in the backup is damaged: {found}.")


def _check_calibration(path: Path) -> None:
    try:
        Calibration.read(path)
    except CalibrationError as error:
        raise RestoreRefused(f"The calibration in the backup cannot be used: {error}") from error


def _read_present(settings: Settings, target: Path, read: Callable[[Session], T]) -> T | None:
    """What the database that is about to be replaced says; None where it cannot say it."""
    if not target.is_file():
        return None
    engine = create_database_engine(settings)
    try:
        with session_factory(engine)() as session:
            return read(session)
    except DBAPIError:
        return None  # one of an older version, without tables, or damaged: why one restores
    finally:
        engine.dispose()


def _indexed_names(session: Session) -> set[str]:
    """Documents that the index may hold now."""
    rows = session.execute(select(Article.article_id, Article.locale).where(Article.indexed))
    return {f"{article_id}@{locale}" for article_id, locale in rows}


def _fill_outbox(database: Path, indexed: set[str]) -> int:
    """Ask for all that is published, and for the removal of what is not; returns the former."""
    now = utc_now()
    with _opened(database) as session:
        session.query(OutboxEntry).delete()
        shown = set()
        for article in session.scalars(select(Article)):
            article.indexed = article.is_visible(now)
            if article.indexed:
                shown.add(article.document_id)
        for action, names in (("put", shown), ("remove", indexed - shown)):
            session.add_all(
                OutboxEntry(document_id=name, action=action, created_at=now)
                for name in sorted(names)
            )
        session.commit()
    return len(shown)


def _settle(database: Path, before: Access | None, outcomes: Outcomes) -> tuple[str, ...] | None:
    """Close what was open, and drop what was sent; returns whose access differs."""
    with _opened(database) as session:
        close_doors(session)
        drop_letters(session)
        settle_deliveries(session, outcomes)
        session.commit()
        return None if before is None else find_differences(before, read_access(session))


@contextmanager
def _opened(database: Path) -> Iterator[Any]:
    engine = create_database_engine(Settings(database_url=f"sqlite:///{database}"))
    try:
        with session_factory(engine)() as session:
            yield session
    finally:
        engine.dispose()


def _swap(source: Path, target: Path) -> None:
    """Copy page by page into the live file, as one transaction: whoever has it open sees either."""
    make_private_folder(target.parent)
    if not target.exists():
        target.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(source)) as new,
            closing(sqlite3.connect(target, timeout=30)) as live,
        ):
            new.backup(live)
            live.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise RestoreRefused(f"{target} cannot be replaced: {error}.") from error
