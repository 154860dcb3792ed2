"""The database: pragmas, moments in UTC, writers that take turns; on SQLite and PostgreSQL."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from app.db import (
    DatabaseUnavailable,
    begin_writing,
    create_database_engine,
    session_factory,
)
from app.migrating import upgrade
from app.models import Article, Event, Redirect, Revision, utc_now
from app.settings import Settings
from tests.store_helpers import stored_article


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def both(request, tmp_path):
    """A session factory on each kind of database."""
    if request.param == "sqlite":
        settings = Settings(var_dir=tmp_path / "var")
    else:
        url = request.getfixturevalue("postgresql_url")
        settings = Settings.from_env({"KB_VAR_DIR": str(tmp_path), "KB_DATABASE_URL": url})
    upgrade(settings)
    engine = create_database_engine(settings)
    yield session_factory(engine)
    engine.dispose()


def test_sqlite_runs_with_a_write_ahead_log_foreign_keys_and_patience(engine):
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 1,
        "busy_timeout": 10_000,
    }


WRITE_AND_LEAVE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("CREATE TABLE of_another_process (name TEXT)")
connection.close()
"""


def test_a_new_connection_does_not_take_the_locks_of_those_before(settings, engine):
    # Without its lock, another process that comes and goes would believe to be the last one, and
    # delete the log from which the first connection goes on reading: it would see the past.
    database = settings.var_dir / "kotae.sqlite3"
    with engine.connect() as first:
        first.execute(text("SELECT * FROM articles")).all()
        first.rollback()
        with engine.connect() as second:
            second.execute(text("SELECT * FROM articles")).all()
        command = [sys.executable, "-c", WRITE_AND_LEAVE, str(database)]
        subprocess.run(command, check=True, timeout=60)
        assert database.with_name("kotae.sqlite3-wal").exists()
        seen = first.execute(text("SELECT name FROM sqlite_master")).scalars().all()
    assert "of_another_process" in seen


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "var").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(DatabaseUnavailable, match="var"):
        create_database_engine(Settings(var_dir=tmp_path / "var" / "deeper"))


def test_a_moment_comes_back_aware_and_equal_whatever_its_zone(both):
    moment = datetime(2026, 3, 1, 8, 30, 15, 123456, tzinfo=timezone(timedelta(hours=9)))
    with both() as session:
        session.add(stored_article("a", publish_at=moment))
        session.commit()
    with both() as session:
        found = session.scalars(select(Article.publish_at)).one()
    assert found == moment
    assert found.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(both):
    with both() as session:
        session.add(stored_article("a", publish_at=datetime(2026, 3, 1)))
        with pytest.raises(StatementError, match="time zone"):
            session.flush()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, True),
        ({"status": "draft"}, False),
        ({"status": "archived"}, False),
        ({"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)}, False),
        ({"publish_at": datetime(2026, 6, 1, tzinfo=UTC)}, True),
        ({"publish_at": datetime(2026, 6, 1, 0, 0, 1, tzinfo=UTC)}, False),
        ({"expires_at": datetime(2026, 6, 1, tzinfo=UTC)}, False),
        ({"expires_at": datetime(2026, 6, 1, 0, 0, 1, tzinfo=UTC)}, True),
    ],
)
def test_visibility_in_sql_and_on_a_row_are_the_same(both, values, expected):
    now = datetime(2026, 6, 1, tzinfo=UTC)
    with both() as session:
        session.add(stored_article("a", **values))
        session.commit()
        article = session.scalars(select(Article)).one()
        assert article.is_visible(now) is expected
        assert (
            session.scalar(select(Article.id).where(Article.visible(now))) is not None
        ) is expected


def test_two_articles_cannot_share_id_and_language(both):
    with both() as session:
        session.add_all([stored_article("a"), stored_article("a")])
        with pytest.raises(IntegrityError):
            session.flush()


def test_an_unknown_status_is_refused_by_the_database(both):
    with both() as session:
        session.add(stored_article("a", status="lost"))
        with pytest.raises(IntegrityError):
            session.flush()


def test_deleting_an_article_deletes_its_revisions_and_redirects(both):
    with both() as session:
        article = stored_article("a")
        session.add(article)
        session.flush()
        session.add(Revision(article_pk=article.id, number=1, source="", source_hash=""))
        session.add(Redirect(article_pk=article.id, path="/old"))
        session.commit()
        session.execute(text("DELETE FROM articles"))
        session.commit()
        assert session.scalars(select(Revision)).all() == []
        assert session.scalars(select(Redirect)).all() == []


def test_any_json_value_comes_back_as_it_was(both):
    values = [None, 0, False, "좋아요", {"a": [1, 2.5, None]}, []]
    with both() as session:
        for number, value in enumerate(values):
            session.add(
                Event(id=str(number), session="s", type="helpful", at=utc_now(), value=value)
            )
        session.commit()
    with both() as session:
        found = session.scalars(select(Event.value).order_by(Event.id)).all()
    assert found == values


def test_whoever_began_writing_reads_what_stays_true_until_the_commit(both):
    """Four threads count one number up; a read before the turn would lose some."""
    with both() as session:
        session.add(stored_article("counter", revision=0))
        session.commit()

    def count_up():
        for _ in range(10):
            with both() as session:
                begin_writing(session)
                session.scalars(select(Article)).one().revision += 1
                session.commit()

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with both() as session:
        assert session.scalars(select(Article.revision)).one() == 40
