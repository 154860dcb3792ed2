"""`kb sync` and `kb conflicts` from the command line."""

import json

import pytest
from click.testing import CliRunner

from app.cli import main
from app.db import create_database_engine, session_factory
from app.settings import Settings
from tests.store_helpers import publish_source, write_tree

TEXT = "# A\n\none\n"


@pytest.fixture
def kb(tmp_path, monkeypatch):
    monkeypatch.setenv("KB_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KB_ARTICLES_DIR", str(tmp_path / "articles"))
    write_tree(tmp_path / "articles", {"en/a.md": TEXT})

    def run(*arguments):
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    return run


def publish(source):
    engine = create_database_engine(Settings.from_env())
    with session_factory(engine)() as session:
        publish_source(session, article_id="a", locale="en", source=source)
    engine.dispose()


def sync(kb, *options):
    return kb("sync", "--no-index", *options)


def test_the_folder_of_the_settings_is_synced(kb, tmp_path):
    assert sync(kb).output == "create 1\n"
    assert sync(kb).output == "both sides are the same\n"
    publish("# A\n\ntwo\n")
    assert sync(kb).output == "push 1\n"
    assert (tmp_path / "articles/en/a.md").read_text() == "# A\n\ntwo\n"


def test_a_dry_run_prints_the_plan(kb, tmp_path):
    sync(kb)
    publish("# A\n\ntwo\n")
    result = sync(kb, "--dry-run")
    assert result.output.splitlines() == [
        "push      en/a.md: changed on the site: the file is written",
        "push 1",
    ]
    assert (tmp_path / "articles/en/a.md").read_text() == TEXT


def test_a_conflict_is_shown_and_resolved(kb, tmp_path):
    file = tmp_path / "articles/en/a.md"
    sync(kb)
    publish("# A\n\nsite\n")
    file.write_text("# A\n\nfolder\n")
    result = sync(kb)
    assert result.exit_code == 1
    assert "en/a.md: both sides changed the same lines" in result.stderr
    (conflict,) = json.loads(kb("conflicts", "list", "--json").output)
    assert (conflict["path"], conflict["kind"]) == ("en/a.md", "folder")
    shown = kb("conflicts", "show", str(conflict["id"])).output
    assert shown == ("# A\n\n<<<<<<< folder or draft\nfolder\n=======\nsite\n>>>>>>> site\n")
    assert kb("conflicts", "resolve", str(conflict["id"])).exit_code == 1
    kb("conflicts", "resolve", str(conflict["id"]), "--take", "site")
    assert kb("conflicts", "list").output == ""
    assert sync(kb).exit_code == 0
    assert file.read_text() == "# A\n\nsite\n"
    assert "no such conflict" in kb("conflicts", "show", "99").stderr


def test_a_text_made_of_both_is_taken_from_a_file(kb, tmp_path):
    sync(kb)
    publish("# A\n\nsite\n")
    (tmp_path / "articles/en/a.md").write_text("# A\n\nfolder\n")
    sync(kb)
    (tmp_path / "both.md").write_text("# A\n\nsite and folder\n")
    (conflict,) = json.loads(kb("conflicts", "list", "--json").output)
    kb("conflicts", "resolve", str(conflict["id"]), "--file", str(tmp_path / "both.md"))
    report = json.loads(sync(kb, "--json").output)
    assert (report["counts"], report["conflicts"]) == ({"push": 1}, [])
    assert (tmp_path / "articles/en/a.md").read_text() == "# A\n\nsite and folder\n"
