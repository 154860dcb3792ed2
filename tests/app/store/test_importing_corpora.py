"""Importing real documentation: every file of three public help centers goes in."""

import shutil

import pytest
from sqlalchemy import func, select

from app.models import Article
from tests.store_helpers import read_tree

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["arduino_help", "astro_docs", "fastapi_docs"])
def test_every_file_of_a_corpus_goes_in_and_comes_out_byte_for_byte(
    tmp_path, import_corpus, run_import, sessions, settings, name
):
    from app.exporting import export_folder

    folder, var, report = import_corpus(name)
    shutil.copytree(var, settings.var_dir, dirs_exist_ok=True)
    files = read_tree(folder / "articles")
    assert report.failed == ()
    assert report.created == len(files)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Article)) == len(files)
        empty = select(Article.source_path).where(Article.html == "")
        assert session.scalars(empty).all() == []
    export_folder(tmp_path / "out", session_factory=sessions, settings=settings)
    assert read_tree(tmp_path / "out") == files
    assert run_import(folder).unchanged == len(files)
