"""The database: one engine a process, one session a unit of work."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, Engine, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import KotaeError
from app.private_folders import make_private_folder
from app.settings import Settings

BUSY_SECONDS = 10.0
"""How long a writer waits for another one before it gives up."""

# Any fixed number will do: it only has to be the same in every process of one database.
WRITER_LOCK = 5_061_905

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    # Safe with WAL: a power cut can lose the last commits, never the file.
    "PRAGMA synchronous = NORMAL",
    f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}",
)


class DatabaseUnavailable(KotaeError):
    """The database cannot be opened or reached; the message says which one and why."""

    code = "database-unavailable"
    status = 503


def create_database_engine(settings: Settings) -> Engine:
    """An engine for `settings.database_url`; nothing is connected to yet.

    For SQLite the folder of the file is made. Raises DatabaseUnavailable when it cannot be.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return create_engine(
        url, pool_pre_ping=True, connect_args={"connect_timeout": 5}, hide_parameters=True
    )


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Makes sessions whose objects stay readable after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


def begin_writing(session: Session, about: str = "") -> None:
    """Take the writers' turn now, so that what `session` reads stays true until it commits.

    Call it before the first read. Other writers wait; readers do not. With `about`, only those
    who name the same thing need to wait; SQLite knows no such difference.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("BEGIN IMMEDIATE"))
    else:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _lock_of(about)})


def insert_new(session: Session, table: type[Any]) -> Any:
    """An INSERT into a mapped class's table that passes over rows whose key is there already."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def _lock_of(about: str) -> int:
    """The number of a lock, of the 64 bits that PostgreSQL has for it."""
    if not about:
        return WRITER_LOCK
    digest = hashlib.sha256(about.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _sqlite_engine(url: URL) -> Engine:
    folder = Path(url.database or "").parent
    try:
        make_private_folder(folder)
    except OSError as error:
        raise DatabaseUnavailable(f"The folder {folder} cannot be made: {error}.") from error
    # Errors name the statement, not its values: those of a ticket have no place in a log.
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _make_private(
    _dialect: Dialect, _record: ConnectionPoolEntry, arguments: list[Any], _options: dict[str, Any]
) -> None:
    """Make a new file readable by its owner only: it will hold visitors' addresses and messages.

    SQLite gives its own files beside it the same rights. One that exists keeps its own, and is
    not even opened: closing it would take away the locks that this process's other connections
    hold, and the next process to close its own would delete the log that they still read
    (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """
    file = Path(arguments[0])
    if not file.exists():
        with contextlib.suppress(OSError):  # SQLite says what is wrong, and better
            file.touch(mode=0o600, exist_ok=False)


def _set_pragmas(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
    finally:
        cursor.close()
