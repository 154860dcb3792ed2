"""Nothing is lost: real folders come back byte for byte, whatever both sides do."""

import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.exporting import export_folder
from app.migrating import upgrade
from app.settings import Settings
from tests.app.store.syncing.edit_sequences import EDITS, play
from tests.store_helpers import read_tree

SHARED = Path(os.environ.get("KB_SHARED_DIR") or Path(__file__).resolve().parents[5] / "shared")
CORPORA = SHARED / "corpora"


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the shared corpora are not on this machine")
@pytest.mark.parametrize("name", ["arduino_help", "astro_docs", "fastapi_docs"])
def test_every_file_of_a_corpus_is_the_same_after_import_sync_and_export(
    tmp_path, pair, run_import, name
):
    shutil.copytree(CORPORA / name / "articles", pair.root, dirs_exist_ok=True)
    files = pair.files()
    assert run_import(pair.root).failed == ()
    assert pair.sync().counts == {}
    assert pair.files() == files
    paths = sorted(path for path in files if path.endswith((".md", ".mdx")))
    edited = random.Random(1).sample(paths, 5)
    for path in edited:
        _edit_on_site(pair, path)
    assert pair.sync().counts == {"push": 5}
    after = pair.files()
    assert {path for path in files if files[path] != after[path]} == set(edited)
    export_folder(tmp_path / "out", session_factory=pair.sessions, settings=pair.settings)
    assert read_tree(tmp_path / "out") == after


def _edit_on_site(pair, path):
    from sqlalchemy import select

    from app.models import Article

    with pair.sessions() as session:
        row = session.scalar(select(Article).where(Article.source_path == path))
        name, source = (row.article_id, row.locale), row.source
    pair.publish(name[0], source + "\nAnd one line more.\n", locale=name[1])


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("migrated")
    upgrade(Settings(var_dir=folder / "var"))
    return folder / "var"


@settings(
    max_examples=int(os.environ.get("KB_EDIT_SEQUENCES", "40")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(edits=st.lists(EDITS, min_size=1, max_size=14))
def test_whatever_both_sides_do_nothing_is_lost(tmp_path_factory, migrated, edits):
    play(tmp_path_factory.mktemp("pair"), migrated, edits)
