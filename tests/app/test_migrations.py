"""The migrations: up, down, up again, and equal to the mapped classes, on both databases."""

import json
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from app import migrating
from app.db import create_database_engine
from app.models import Base
from app.settings import Settings


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def settings(request, tmp_path):
    if request.param == "sqlite":
        return Settings(var_dir=tmp_path)
    url = request.getfixturevalue("postgresql_url")
    return Settings.from_env({"KB_VAR_DIR": str(tmp_path), "KB_DATABASE_URL": url})


@pytest.fixture
def engine(settings):
    engine = create_database_engine(settings)
    yield engine
    engine.dispose()


def table_names(engine):
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_migrating_up_down_and_up_again_gives_the_same_tables(settings, engine):
    migrating.upgrade(settings)
    first = table_names(engine)
    assert first == set(Base.metadata.tables)
    migrating.downgrade(settings, "base")
    assert table_names(engine) == set()
    migrating.upgrade(settings)
    assert table_names(engine) == first


def test_the_migrated_schema_is_what_the_mapped_classes_say(settings, engine):
    migrating.upgrade(settings)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_check_constraints_are_migrated_too(settings, engine):
    migrating.upgrade(settings)
    for name, table in Base.metadata.tables.items():
        declared = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        found = {check["name"] for check in inspect(engine).get_check_constraints(name)}
        assert declared == found


def test_migrating_twice_changes_nothing(settings, engine):
    migrating.upgrade(settings)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO media (sha256, media_type, size, created_at) VALUES "
                "('aa', 'image/png', 1, '2026-01-01 00:00:00')"
            )
        )
    migrating.upgrade(settings)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM media")).scalar() == 1
        assert migrating.current_revision(connection) == migrating.head_revision()


def test_who_took_part_in_an_experiment_is_kept_under_its_share(settings, engine):
    migrating.upgrade(settings, "0008")
    with engine.begin() as connection:
        for number, (name, percent) in enumerate([("a", 10), ("a", 20), ("b", 5)]):
            connection.execute(
                text("INSERT INTO experiments VALUES (:id, :name, :percent, :at, NULL)"),
                {"id": number, "name": name, "percent": percent, "at": f"2026-01-0{number + 1}"},
            )
        connection.execute(
            text(
                "INSERT INTO participants (experiment, visitor, arm, episodes, tickets, closed) "
                "VALUES ('a', 'v', 'control', 1, 0, false), ('gone', 'v', 'control', 1, 0, false)"
            )
        )
    migrating.upgrade(settings)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT experiment FROM participants ORDER BY experiment"))
        assert kept.scalars().all() == ["a/20", "gone"]
        # Arms are drawn anew, so what ran is over.
        running = text("SELECT count(*) FROM experiments WHERE ended_at IS NULL")
        assert connection.execute(running).scalar() == 0


def test_pictures_of_articles_that_are_there_already_are_known(settings, engine):
    """Or the pictures of every article would be gone until it is next changed."""
    migrating.upgrade(settings, "0011")
    address = f"/media/{'ab' * 32}/a.png"
    links = {"a.png": address, "b.png": address, "c.md": "/en/articles/c", "d": None}
    with engine.begin() as connection:
        columns = {"article_id": "a", "locale": "en", "title": "A", "source": "", "pages": ""}
        columns |= {"status": "draft", "audience": "public", "category": "", "owner": ""}
        columns |= {name: "[]" for name in ("questions", "tags", "products", "sections")}
        columns |= {"headings": "[]", "html": "", "source_hash": "0" * 64, "quality": 0}
        columns |= {"revision": 1, "links": json.dumps(links), "indexed": False}
        columns |= {"created_at": "2026-01-01", "updated_at": "2026-01-01"}
        names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        connection.execute(text(f"INSERT INTO articles ({names}) VALUES ({values})"), columns)
        empty = columns | {"locale": "ko", "links": "{}"}
        connection.execute(text(f"INSERT INTO articles ({names}) VALUES ({values})"), empty)
    migrating.upgrade(settings)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT sha256 FROM article_media")).all() == [("ab" * 32,)]


def test_what_was_recorded_before_renames_follows_its_article(settings, engine):
    migrating.upgrade(settings, "0012")
    deeds = [
        (1, "translate-by-machine", "a", "ko", {}),
        (2, "create", "a", "en", {}),
        (3, "rename", "b", "ko", {"old": "a"}),
        (4, "save", "b", "ko", {}),
        (5, "rename", "c", "ko", {"old": "b"}),
        (6, "create", "a", "ko", {}),  # another article under the name that was free again
        (7, "rename", "c", "ko", {"old": "c", "old_path": "ko/c.md"}),
    ]
    with engine.begin() as connection:
        for number, action, article_id, locale, detail in deeds:
            connection.execute(
                text(
                    "INSERT INTO editorial_actions "
                    "(id, actor, actor_id, action, article_id, locale, detail, at) "
                    "VALUES (:id, 'Kim', '', :action, :name, :locale, :detail, '2026-01-01')"
                ),
                {"id": number, "action": action, "name": article_id, "locale": locale}
                | {"detail": json.dumps(detail)},
            )
    migrating.upgrade(settings)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT article_id FROM editorial_actions ORDER BY id"))
        assert rows.scalars().all() == ["c", "a", "c", "c", "c", "a", "c"]


def test_a_failed_migration_leaves_the_schema_as_it_was(settings, engine, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("power cut")

    # The first index comes after the first table, so something was done that must be undone.
    monkeypatch.setattr("alembic.op.create_index", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        migrating.upgrade(settings)
    assert table_names(engine) == set()


def test_an_empty_database_is_said_to_need_migrating(settings, engine):
    expected = pytest.raises(migrating.MigrationNeeded, match="kb migrate")
    with engine.connect() as connection, expected:
        migrating.require_current(connection)


def test_a_database_of_a_newer_version_is_refused(settings, engine):
    migrating.upgrade(settings)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrating.SchemaTooNew, match="9999"):
        migrating.upgrade(settings)
    with engine.connect() as connection, pytest.raises(migrating.SchemaTooNew):
        migrating.require_current(connection)


def test_migrations_import_nothing_of_the_application():
    folder = Path(__file__).resolve().parents[2] / "migrations"
    for path in folder.rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        imports = [line for line in lines if line.startswith(("import ", "from "))]
        assert not [line for line in imports if line.split()[1].split(".")[0] in {"app", "search"}]
