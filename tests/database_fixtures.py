"""Databases made once a run and copied: a copy takes a millisecond, making one a tenth of a second.

Every test that asks has a file of its own, so that nothing it writes reaches another test.
"""

from __future__ import annotations

import shutil

import pytest

from app.db import create_database_engine, session_factory
from app.migrating import upgrade
from app.models import Base
from app.settings import Settings
from tests.help_center import small_help_center


@pytest.fixture(scope="session")
def migrated_var(tmp_path_factory):
    """A var folder with an empty migrated database; copy it, do not change it."""
    settings = Settings(var_dir=tmp_path_factory.mktemp("migrated") / "var")
    upgrade(settings)
    return settings.var_dir


@pytest.fixture(scope="session")
def help_center_var(tmp_path_factory):
    """A var folder with the small help center; copy it, do not change it."""
    settings = Settings(var_dir=tmp_path_factory.mktemp("help_center") / "var")
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    with session_factory(engine).begin() as session:
        session.add_all(small_help_center())
    # The last connection to close writes the log into the file, so that the file is everything.
    engine.dispose()
    return settings.var_dir


@pytest.fixture(scope="session")
def make_migrated(migrated_var):
    """Gives a var folder an empty migrated database: `settings = make_migrated(settings)`."""

    def make(settings):
        shutil.copytree(migrated_var, settings.var_dir, dirs_exist_ok=True)
        return settings

    return make
