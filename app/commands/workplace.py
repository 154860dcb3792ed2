"""What a command works with: the settings, the database, the index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.audit import COMMAND_LINE, LONGEST_SUBJECT, note_deed
from app.accounts.users import find_user
from app.db import DatabaseUnavailable, begin_writing, create_database_engine, session_factory
from app.migrating import require_current, upgrade
from app.models import User
from app.settings import Settings

if TYPE_CHECKING:
    from search.index import SearchIndex


@dataclass(frozen=True, slots=True)
class Workplace:
    """The parts that most commands need."""

    settings: Settings
    sessions: sessionmaker[Session]


@contextmanager
def open_workplace(*, migrate: bool = False) -> Iterator[Workplace]:
    """Read the settings and open the database, migrated first where `migrate` says so.

    Raises SettingsError, DatabaseUnavailable, MigrationNeeded, SchemaTooNew.
    """
    settings = Settings.from_env()
    if migrate:
        upgrade(settings)
    engine = create_database_engine(settings)
    try:
        _check(engine)
        yield Workplace(settings, session_factory(engine))
    finally:
        engine.dispose()


def record(place: Workplace, action: str, subject: str, **details: object) -> None:
    """Write what was done from the command line into the audit log, and commit."""
    with place.sessions() as session:
        begin_writing(session)
        note_deed(session, COMMAND_LINE, action, subject[:LONGEST_SUBJECT], **details)
        session.commit()


@contextmanager
def open_session() -> Iterator[Session]:
    """A session with the database, for commands that need nothing else.

    Raises what `open_workplace` raises.
    """
    with open_workplace() as place, place.sessions() as session:
        yield session


@contextmanager
def open_account(email: str) -> Iterator[tuple[Session, User]]:
    """A session with the database, and the account of an address.

    Raises BadUser, UserNotFound, and what `open_workplace` raises.
    """
    with open_session() as session:
        yield session, find_user(session, email)


@contextmanager
def open_search(settings: Settings) -> Iterator[SearchIndex]:
    """The search index with its model, as the server has them."""
    # The engine takes most of a second to import; commands that do not search are spared it.
    from app.assembly import open_embedder, open_index

    index = open_index(settings, open_embedder(settings))
    try:
        yield index
    finally:
        index.close()


def _check(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            require_current(connection)
    except DBAPIError as error:
        shown = engine.url.render_as_string()
        raise DatabaseUnavailable(f"The database {shown} does not answer: {error.orig}.") from error
