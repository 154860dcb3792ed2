"""Bringing a database to the schema that this version of the program needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

import migrations
from app.db import WRITER_LOCK, DatabaseUnavailable, create_database_engine
from app.errors import KotaeError
from app.settings import Settings


class SchemaTooNew(KotaeError):
    """The database was migrated by a newer version of the program."""

    code = "schema-too-new"
    status = 503


class MigrationNeeded(KotaeError):
    """The database has no schema yet, or an older one."""

    code = "migration-needed"
    status = 503


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Migrate up to `revision`; nothing happens when it is there already.

    All steps are one transaction: a crash leaves the schema as it was. A second process waits.
    Raises SchemaTooNew, DatabaseUnavailable.
    """
    with _schema_connection(settings) as connection:
        _refuse_newer(connection)
        command.upgrade(_config(connection), revision)


def downgrade(settings: Settings, revision: str) -> None:
    """Migrate down to `revision` ("base" for an empty database), in one transaction."""
    with _schema_connection(settings) as connection:
        command.downgrade(_config(connection), revision)


def current_revision(connection: Connection) -> str | None:
    """The schema revision of the database; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The schema revision that this version of the program needs."""
    head = ScriptDirectory(_script_folder()).get_current_head()
    if head is None:
        raise RuntimeError("the migrations folder is empty: the installation is incomplete")
    return head


def require_current(connection: Connection) -> None:
    """Raise MigrationNeeded or SchemaTooNew unless the schema is the one needed."""
    _refuse_newer(connection)
    if current_revision(connection) != head_revision():
        raise MigrationNeeded("The database is not migrated; run `kb migrate`.")


def _refuse_newer(connection: Connection) -> None:
    current = current_revision(connection)
    known = {script.revision for script in ScriptDirectory(_script_folder()).walk_revisions()}
    if current is not None and current not in known:
        raise SchemaTooNew(
            f"The database has schema {current}, which this version does not know; "
            "install the version that wrote it or restore a backup."
        )


@contextmanager
def _schema_connection(settings: Settings) -> Iterator[Connection]:
    engine = create_database_engine(settings)
    try:
        with engine.connect() as connection:
            _begin(connection)
            yield connection
            connection.commit()
    except DBAPIError as error:
        raise DatabaseUnavailable(
            f"The database {engine.url.render_as_string()} cannot be migrated: {error.orig}."
        ) from error
    finally:
        engine.dispose()


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # Recreating a table must not cascade into its children; the pragma is ignored inside
        # a transaction, and it ends with this connection.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.commit()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", _script_folder().replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _script_folder() -> str:
    return str(Path(migrations.__path__[0]))
