"""The web application over a real SQLite database and a fake index, with a small help center."""

import dataclasses

import pytest

from app import create_app
from app.db import create_database_engine, session_factory
from app.models import Base
from app.settings import Settings
from tests.fake_index import FakeIndex
from tests.help_center import hits_of_help_center, small_help_center


@pytest.fixture
def settings(tmp_path):
    return Settings(var_dir=tmp_path, outcomes_secret="shared secret", rate_tickets="1000/minute")


@pytest.fixture
def sessions(settings):
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    factory = session_factory(engine)
    with factory.begin() as session:
        session.add_all(small_help_center())
    yield factory
    engine.dispose()


@pytest.fixture
def index():
    return FakeIndex(hits_of_help_center())


@pytest.fixture
def make_client(settings, index):
    """Builds clients; keyword arguments replace settings."""
    engines = []

    def make(**changes):
        app = create_app(dataclasses.replace(settings, **changes), index=index)
        engines.append(app.extensions["kotae"].sessions.kw["bind"])
        app.testing = False
        return app.test_client()

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def client(sessions, make_client):
    return make_client()
