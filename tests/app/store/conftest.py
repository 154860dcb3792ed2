"""A migrated database in a temporary folder, and an index that remembers what it was told."""

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.db import create_database_engine, session_factory
from app.importing import import_folder
from app.models import Article
from app.settings import Settings
from tests.store_helpers import RecordingIndex

SHARED = Path(os.environ.get("KB_SHARED_DIR") or Path(__file__).resolve().parents[4] / "shared")


@pytest.fixture(scope="session")
def import_corpus(tmp_path_factory, make_migrated):
    """Imports real documentation, each only once: `folder, var, report = import_corpus("name")`.

    The folder is as it was when it was imported, whatever a test did there before. The var folder
    is to be copied, not to be changed.
    """
    done = {}

    def run(name):
        corpus, folder = SHARED / "corpora" / name, tmp_path_factory.getbasetemp() / name
        if not corpus.is_dir():
            pytest.skip("the shared corpora are not on this machine")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(corpus, folder)
        if name not in done:
            settings = make_migrated(Settings(var_dir=tmp_path_factory.mktemp("corpus") / "var"))
            engine = create_database_engine(settings)
            sessions = session_factory(engine)
            report = import_folder(folder, session_factory=sessions, settings=settings)
            engine.dispose()
            done[name] = settings.var_dir, report
        return folder, *done[name]

    return run


@pytest.fixture
def settings(tmp_path, make_migrated):
    return make_migrated(Settings(var_dir=tmp_path / "var", articles_dir=tmp_path / "articles"))


@pytest.fixture
def engine(settings):
    engine = create_database_engine(settings)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine):
    return session_factory(engine)


@pytest.fixture
def index():
    return RecordingIndex()


@pytest.fixture
def run_import(settings, sessions):
    """Imports a folder into the database of the test."""

    def run(root, **options):
        return import_folder(root, session_factory=sessions, settings=settings, **options)

    return run


@pytest.fixture
def find(sessions):
    """The stored article of an id, loaded; None where there is none."""

    def find(article_id, locale="en"):
        with sessions() as session:
            return session.scalar(
                select(Article)
                .where(Article.article_id == article_id, Article.locale == locale)
                .options(selectinload(Article.revisions))
            )

    return find
