"""What Kotae writes is for the user who runs it, whichever part comes first."""

import os
import stat
from pathlib import Path

import pytest

from app.db import create_database_engine
from app.importing import import_folder
from app.indexing import indexing_turn
from app.media import store_media
from app.private_folders import is_open_to_others, make_private_folder
from app.server import _shared_metrics
from app.settings import Settings
from app.signing import signing_key


@pytest.fixture(autouse=True)
def generous_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def rights_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_every_folder_that_is_missing_is_made_private(tmp_path):
    make_private_folder(tmp_path / "a/b/c")
    assert [rights_of(tmp_path / path) for path in ("a", "a/b", "a/b/c")] == [0o700] * 3
    make_private_folder(tmp_path / "a/b/c")


def test_a_folder_that_exists_keeps_its_rights(tmp_path):
    (tmp_path / "shared").mkdir(mode=0o755)
    make_private_folder(tmp_path / "shared/own")
    assert (rights_of(tmp_path / "shared"), rights_of(tmp_path / "shared/own")) == (0o755, 0o700)
    make_private_folder(tmp_path / "shared")
    assert rights_of(tmp_path / "shared") == 0o755


@pytest.mark.parametrize("path", ["file", "file/below"])
def test_a_file_in_the_way_is_an_error(tmp_path, path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        make_private_folder(tmp_path / path)


@pytest.mark.parametrize(
    ("rights", "is_open"), [(0o700, False), (0o600, False), (0o710, True), (0o604, True)]
)
def test_whatever_others_are_granted_counts_as_open(tmp_path, rights, is_open):
    (tmp_path / "x").touch()
    (tmp_path / "x").chmod(rights)
    assert is_open_to_others(tmp_path / "x") is is_open


def _index(settings):
    with indexing_turn(settings):
        pass


def _measure(settings):
    with _shared_metrics(settings):
        pass


def _import(settings):
    folder = settings.var_dir.parent / "in"
    folder.mkdir()
    # The database is made elsewhere first: it is not what is looked at here.
    import_folder(folder, session_factory=_no_database, settings=settings)


def _no_database():
    raise LookupError


def _keep_media(settings):
    store_media(Path(__file__), settings.media_dir)


@pytest.mark.parametrize(
    "write", [create_database_engine, signing_key, _index, _measure, _import, _keep_media]
)
def test_whoever_makes_the_folder_of_everything_makes_it_private(tmp_path, monkeypatch, write):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    settings = Settings(var_dir=tmp_path / "var")
    try:
        write(settings)
    except LookupError:
        assert write is _import
    assert rights_of(settings.var_dir) == 0o700
