"""`kb import-from` from the command line, out of an archive."""

import json
import zipfile

import pytest
from click.testing import CliRunner

from app.cli import main
from tests.app.importing_from.exports import ZENDESK, png, write


@pytest.fixture
def kb(tmp_path, monkeypatch):
    monkeypatch.setenv("KB_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KB_ARTICLES_DIR", str(tmp_path / "articles"))

    def run(*arguments):
        return CliRunner().invoke(main, ["import-from", *map(str, arguments)])

    return run


def archive(tmp_path, files):
    folder = write(tmp_path / "export", files)
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name in files:
            packed.write(folder / name, name)
    return path


def test_an_archive_becomes_articles_and_what_is_lost_is_said(tmp_path, kb):
    result = kb("zendesk", archive(tmp_path, ZENDESK), "--only-write")
    assert result.exit_code == 0, result.output
    assert "articles 3, unchanged 0, attachments 2; not carried over 5, failed 0" in result.stdout
    assert "gone.pdf is not in the export" in result.stderr
    assert (tmp_path / "articles/en/orders/returns/send-it-back.md").is_file()
    (deed,) = json.loads(CliRunner().invoke(main, ["user", "log", "--json"]).stdout)
    assert (deed["actor"], deed["action"]) == ("command line", "articles.import-from")
    assert deed["subject"] == f"source:{tmp_path / 'export.zip'}"
    assert deed["details"] == {"service": "zendesk", "articles": 3, "attachments": 2, "failed": 0}


def test_a_picture_that_means_harm_is_named_and_the_article_comes(tmp_path, kb):
    bomb = ZENDESK | {"attachments/7/box.png": png(9000, 9000)}
    result = kb("zendesk", archive(tmp_path, bomb), "--only-write", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["articles"], report["import"]) == (3, None)
    assert [problem["code"] for problem in report["failed"]] == ["bad-picture"]
    assert "9000 x 9000" in result.stderr


def test_what_is_no_export_is_refused_in_one_line(tmp_path, kb):
    result = kb("freshdesk", write(tmp_path / "x", {"a.json": "[]"}))
    assert result.exit_code == 1
    assert "holds no articles of freshdesk" in result.stderr
