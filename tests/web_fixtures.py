"""The web application over a real SQLite database and a fake index, with a small help center."""

import dataclasses
import functools
import shutil

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from werkzeug.routing import Rule

from app import create_app
from app.db import create_database_engine, session_factory
from app.settings import Settings
from app.views import assets
from tests.fake_index import FakeIndex
from tests.help_center import hits_of_help_center


class CompiledTemplates(BytecodeCache):
    """The code of templates, kept for as long as their source stays the same."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, bucket):
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self.kept[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def made_once():
    """What depends on the source alone is made once a run, not once for each application that a
    test assembles: the code of templates, what builds a route's addresses, packed files.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": CompiledTemplates()})
        patch.setattr(assets, "_make_asset", functools.cache(assets._make_asset))
        patch.setattr(Rule, "_compile_builder", _keep_builders(Rule._compile_builder))
        yield


def _keep_builders(compile_builder):
    kept = {}

    def find_or_compile(rule, append_unknown=True):
        defaults = tuple(sorted((rule.defaults or {}).items()))
        key = (tuple(rule._trace), defaults, append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    return find_or_compile


@pytest.fixture
def settings(tmp_path):
    return Settings(var_dir=tmp_path, outcomes_secret="shared secret", rate_tickets="1000/minute")


@pytest.fixture
def sessions(settings, help_center_var):
    shutil.copytree(help_center_var, settings.var_dir, dirs_exist_ok=True)
    engine = create_database_engine(settings)
    yield session_factory(engine)
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
