"""Importing real documentation: every file of three public help centers goes in."""

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.models import Article
from tests.store_helpers import read_tree

SHARED = Path(os.environ.get("KB_SHARED_DIR") or Path(__file__).resolve().parents[4] / "shared")
CORPORA = SHARED / "corpora"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPORA.is_dir(), reason="the shared corpora are not on this machine"),
]


@pytest.mark.parametrize("name", ["arduino_help", "astro_docs", "fastapi_docs"])
def test_every_file_of_a_corpus_goes_in_and_comes_out_byte_for_byte(
    tmp_path, run_import, sessions, settings, name
):
    from app.exporting import export_folder

    files = read_tree(CORPORA / name / "articles")
    report = run_import(CORPORA / name)
    assert report.failed == ()
    assert report.created == len(files)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Article)) == len(files)
        empty = select(Article.source_path).where(Article.html == "")
        assert session.scalars(empty).all() == []
    export_folder(tmp_path / "out", session_factory=sessions, settings=settings)
    assert read_tree(tmp_path / "out") == files
    assert run_import(CORPORA / name).unchanged == len(files)
