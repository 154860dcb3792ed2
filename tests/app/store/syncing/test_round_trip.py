"""Nothing is lost: real folders come back byte for byte, whatever both sides do."""

import os
import random
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.exporting import export_folder
from app.models import Article
from tests.app.store.syncing.edit_sequences import EDITS, LIVES, play
from tests.store_helpers import read_tree


@pytest.mark.slow
@pytest.mark.parametrize("name", ["arduino_help", "astro_docs", "fastapi_docs"])
def test_every_file_of_a_corpus_is_the_same_after_import_sync_and_export(
    tmp_path, pair, import_corpus, name
):
    folder, var, report = import_corpus(name)
    assert report.failed == ()
    shutil.copytree(var, pair.settings.var_dir, dirs_exist_ok=True)
    pair.root = folder / "articles"
    files = pair.files()
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
    with pair.sessions() as session:
        row = session.scalar(select(Article).where(Article.source_path == path))
        name, source = (row.article_id, row.locale), row.source
    pair.publish(name[0], source + "\nAnd one line more.\n", locale=name[1])


@settings(
    max_examples=int(os.environ.get("KB_EDIT_SEQUENCES", "40")),
    # The suite plays the same ones each time; ./scripts/edit_sequences looks for new ones.
    derandomize="KB_EDIT_SEQUENCES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(edits=st.lists(EDITS, min_size=1, max_size=14))
def test_whatever_both_sides_do_nothing_is_lost(tmp_path_factory, migrated_var, edits):
    play(tmp_path_factory.mktemp("pair"), migrated_var, edits)


@settings(
    max_examples=int(os.environ.get("KB_EDIT_SEQUENCES", "40")),
    # The suite plays the same ones each time; ./scripts/edit_sequences looks for new ones.
    derandomize="KB_EDIT_SEQUENCES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(edits=st.lists(LIVES, min_size=4, max_size=14))
def test_whatever_both_sides_do_no_import_brings_back_what_was_put_away(
    tmp_path_factory, migrated_var, edits
):
    play(tmp_path_factory.mktemp("pair"), migrated_var, edits)
