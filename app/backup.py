"""One file with everything that cannot be made again: the database, the media, the calibration.

The search index, the embedding cache and models are derived; the secret key stays where it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from app.db import create_database_engine, session_factory
from app.errors import KotaeError
from app.media import media_path
from app.migrating import current_revision, require_current
from app.models import Media, utc_now
from app.settings import Settings
from search.calibration import Calibration, CalibrationError
from search.document import Progress, no_progress

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database.sqlite3"
CALIBRATION = "calibration.json"


class BackupRefused(KotaeError):
    """The backup cannot be made; no file was left behind."""

    code = "backup-refused"
    status = 422


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds."""

    media: int
    missing: tuple[str, ...]
    """SHA-256 of media that the database names and the disk does not hold."""
    size: int
    """Bytes of the file."""


def backup(file: Path, *, settings: Settings, progress: Progress = no_progress) -> BackupReport:
    """Write a backup while the server runs; `file` appears whole or not at all.

    Raises BackupRefused for PostgreSQL, for a file that exists, and when the disk refuses.
    """
    source = sqlite_path(settings, "pg_dump")
    if file.exists():
        raise BackupRefused(f"{file} exists; name another file.")
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".kotae-backup-") as folder:
            copy = Path(folder) / DATABASE
            _copy_database(source, copy)
            report = _write_archive(draft, copy, settings, progress)
        # A hard link, not a rename: it refuses a file that appeared meanwhile.
        file.hardlink_to(draft)
    except OSError as error:
        raise BackupRefused(f"{file} cannot be written: {error}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return report


def sqlite_path(settings: Settings, tool: str) -> Path:
    """The database's file. Raises BackupRefused for PostgreSQL, naming the `tool` to use."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        raise BackupRefused(
            f"The database is PostgreSQL; use {tool} for it and copy {settings.media_dir} beside."
        )
    return Path(url.database)


def describe(name: str, path: Path) -> dict[str, Any]:
    """One line of the manifest: a file's name in the archive, size in bytes, and SHA-256."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"name": name, "size": path.stat().st_size, "sha256": digest}


def _copy_database(source: Path, target: Path) -> None:
    if not source.is_file():
        raise BackupRefused(f"There is no database at {source} yet.")
    try:
        # The online backup copies a consistent state while others read and write.
        with (
            closing(sqlite3.connect(source, timeout=10)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
    except sqlite3.Error as error:
        raise BackupRefused(f"The database {source} cannot be read: {error}.") from error


def _write_archive(draft: Path, copy: Path, settings: Settings, progress: Progress) -> BackupReport:
    engine = create_database_engine(Settings(database_url=f"sqlite:///{copy}"))
    try:
        with engine.connect() as connection:
            require_current(connection)
            revision = current_revision(connection)
        hashes = _media_hashes(session_factory(engine))
    finally:
        engine.dispose()
    paths = {f"media/{name[:2]}/{name}": media_path(settings.media_dir, name) for name in hashes}
    missing = [path.name for path in paths.values() if not path.is_file()]
    found = {name: path for name, path in paths.items() if path.is_file()}
    members = {DATABASE: copy} | _calibration(settings) | found
    manifest = {
        "format": FORMAT,
        "schema": revision,
        "created_at": utc_now().isoformat(),
        "files": [describe(name, path) for name, path in members.items()],
    }
    # It holds visitors' addresses and messages: nobody but its owner may read it.
    draft.touch(mode=0o600, exist_ok=False)
    with tarfile.open(draft, "w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as archive:
        _add_text(archive, MANIFEST, json.dumps(manifest, indent=1))
        for done, (name, path) in enumerate(members.items(), start=1):
            archive.add(path, name, recursive=False, filter=_anonymous)
            progress("Packing", done, len(members))
    return BackupReport(len(found), tuple(missing), draft.stat().st_size)


def _calibration(settings: Settings) -> dict[str, Path]:
    """The operator's own calibration, where there is one: finding it took their judgements.

    A file that is none is left out, as search passes it over; `kb doctor` speaks of it.
    """
    file = settings.calibration_file
    try:
        return {CALIBRATION: file} if Calibration.read(file) else {}
    except CalibrationError:
        return {}


def _media_hashes(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Media.sha256).order_by(Media.sha256)))


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode("utf-8")
    member = tarfile.TarInfo(name)
    member.size, member.mtime = len(data), int(utc_now().timestamp())
    archive.addfile(_anonymous(member), io.BytesIO(data))


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who made the file on which machine; only its owner may read what is unpacked."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
