"""The command line: what is printed, exit codes, errors in one line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app import cli
from app.assembly import open_index
from app.settings import Settings
from tests.store_helpers import PNG, read_tree, write_tree
from tests.tiny_embedder import TinyEmbedder

REPOSITORY = Path(__file__).resolve().parents[3]
FILES = {
    "en/pay/refund.md": "---\nquestions: [how do I get my money back]\n---\n# Get a refund\n\n"
    "Your money arrives within five days after we have the parcel.\n",
    "en/account/reset.md": "# Reset your password\n\nOpen the sign-in page and press Forgot.\n",
    "ko/pay/refund.md": "# 환불 받기\n\n돈은 5일 안에 돌아옵니다.\n",
    "en/pay/cat.png": PNG,
}


@pytest.fixture
def kb(tmp_path, monkeypatch):
    """Runs a command with settings of its own, the model replaced by a small one."""
    monkeypatch.setattr("app.assembly.open_embedder", lambda settings: TinyEmbedder())
    environment = {
        "KB_VAR_DIR": str(tmp_path / "var"),
        "KB_ARTICLES_DIR": str(tmp_path / "in"),
        "KB_DATABASE_URL": "",
    }

    def run(*arguments, code=0, **variables):
        runner = CliRunner()
        result = runner.invoke(cli.main, arguments, env=environment | variables)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def imported(tmp_path, kb):
    root = write_tree(tmp_path / "in", FILES)
    kb("import", str(root))
    return root


def recorded(kb):
    """(who, what, about what) of the audit log, the newest first."""
    deeds = json.loads(kb("user", "log", "--json").stdout)
    return [(deed["actor"], deed["action"], deed["subject"]) for deed in deeds]


def test_what_leaves_or_replaces_everything_is_in_the_audit_log(tmp_path, kb, imported):
    kept, out = tmp_path / "kept.tar.gz", tmp_path / "out"
    assert recorded(kb) == []
    kb("backup", str(kept))
    kb("export", str(out), "--format", "json")
    assert recorded(kb) == [
        ("command line", "articles.export", f"folder:{out}"),
        ("command line", "backup.make", f"file:{kept}"),
    ]
    kb("backup", str(kept), code=1)  # is there already
    assert len(recorded(kb)) == 2
    kb("restore", str(kept), "--yes")
    assert recorded(kb) == [("command line", "backup.restore", f"file:{kept}")]


def every_command(group=cli.main, path=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name), command


@pytest.mark.parametrize("path", [path for path, _ in every_command()], ids=" ".join)
def test_every_command_and_option_says_what_it_does(path, kb):
    command = dict(every_command())[path]
    assert command.help
    assert kb(*path, "--help").output.startswith("Usage: ")
    helped = [option for option in command.params if isinstance(option, click.Option)]
    unexplained = {option.name for option in helped if not option.help}
    assert unexplained <= {"limit", "page", "port", "workers", "mode", "endpoint"}


def test_the_commands_of_the_contract_exist(kb):
    shown = kb("--help").output
    for name in (
        *("serve", "import", "export", "reindex", "backup", "restore"),
        *("doctor", "search", "suggest", "evaluate", "report"),
    ):
        assert re.search(rf"^  {name} ", shown, re.MULTILINE)


def test_an_import_prints_its_counts_and_can_be_searched(tmp_path, kb):
    root = write_tree(tmp_path / "in", FILES)
    shown = kb("import", str(root)).stdout
    assert shown == (
        "created 3, updated 0, unchanged 0, retired 0, attachments 1, failed 0, warnings 0\n"
    )
    answers = json.loads(kb("search", "money back", "--json").stdout)
    assert answers["items"][0]["article_id"] == "pay/refund"
    assert set(answers) == {
        *("query_id", "items", "no_answer", "degraded", "contact_url", "took_ms"),
        *("total", "facets", "did_you_mean"),
    }


def test_a_bad_file_is_named_on_stderr_and_the_exit_code_is_1(tmp_path, kb):
    root = write_tree(tmp_path / "in", FILES | {"en/bad.md": b"\xff", "en/tool.py": "x"})
    result = kb("import", str(root), code=1)
    assert result.stdout.startswith("created 3,")
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("kb: warning: en/tool.py: ")
    assert lines[1].startswith("kb: error: en/bad.md: ")
    assert lines[1].endswith("[bad-encoding]")


def test_an_import_as_json_is_one_object_with_every_problem(tmp_path, kb):
    root = write_tree(tmp_path / "in", FILES | {"en/bad.md": b"\xff"})
    report = json.loads(kb("import", str(root), "--json", code=1).stdout)
    assert report["created"] == 3
    assert [problem["path"] for problem in report["failed"]] == ["en/bad.md"]


def test_without_indexing_the_outbox_waits_for_reindex(tmp_path, kb):
    root = write_tree(tmp_path / "in", FILES)
    kb("import", str(root), "--no-index")
    assert json.loads(kb("suggest", "refund", "--json").stdout)["items"] == []
    assert json.loads(kb("reindex", "--json").stdout)["documents"] == 3
    assert json.loads(kb("suggest", "refund", "--json").stdout)["items"]


def test_suggest_prints_the_contract_and_nothing_else(kb, imported):
    answers = json.loads(kb("suggest", "how do i get my mon", "--json").stdout)
    assert set(answers) == {
        *("query_id", "items", "no_answer", "degraded", "contact_url", "took_ms"),
    }
    first = answers["items"][0]
    assert first["article_id"] == "pay/refund"
    assert first["url"].startswith("/en/articles/pay/refund")


def test_answers_for_people_show_title_score_and_address(kb, imported):
    shown = kb("search", "reset password", "--locale", "en").stdout
    assert "Reset your password" in shown
    assert "/en/articles/account/reset" in shown


def test_a_rebuild_makes_a_new_generation(kb, imported):
    first = json.loads(kb("reindex", "--json").stdout)
    second = json.loads(kb("reindex", "--all", "--json").stdout)
    assert second["documents"] == first["documents"] == 3
    assert second["generation"] != first["generation"]


@pytest.mark.parametrize("command", ["search", "suggest"])
def test_an_answer_is_explained_where_that_is_asked_for(kb, imported, command):
    plain = json.loads(kb(command, "reset your password", "--json").stdout)["items"][0]
    assert "explain" not in plain
    item = json.loads(kb(command, "reset your password", "--json", "--explain").stdout)["items"][0]
    told = item["explain"]
    assert told["words"]["rank"] == 1
    assert told["meaning"]["score"] > 0
    assert (told["keys"]["rank"] is None) == (command == "search")
    assert told["terms"] == ["reset", "your", "password"]
    assert told["fused"] > told["floor"]
    assert item["score"] == round(told["score"], 4)


@pytest.mark.parametrize("command", ["search", "suggest"])
def test_an_explanation_is_printed_for_people(kb, imported, command):
    assert "floor" not in kb(command, "reset your password").stdout
    shown = kb(command, "reset your password", "--explain").stdout
    assert re.search(r"^ +keywords +0\.\d{3} {2}rank 1$", shown, re.MULTILINE)
    assert re.search(r"^ +fused +\d\.\d{3} >= floor 0\.\d{3}$", shown, re.MULTILINE)
    assert re.search(r"^ +terms +reset your password$", shown, re.MULTILINE)


def test_pruning_takes_an_article_out_of_search(kb, imported):
    (imported / "en/account/reset.md").unlink()
    assert "retired 1" in kb("import", str(imported), "--prune").stdout
    answers = json.loads(kb("search", "reset password", "--json").stdout)
    assert "account/reset" not in {item["article_id"] for item in answers["items"]}


def test_an_export_gives_the_folder_back(tmp_path, kb, imported):
    shown = kb("export", str(tmp_path / "out")).stdout
    assert shown.endswith("articles 3, categories 0, media 1\n")
    assert read_tree(tmp_path / "out") == read_tree(imported)
    refused = kb("export", str(tmp_path / "out"), code=1)
    assert refused.stderr.startswith("kb: error: ")
    assert len(refused.stderr.splitlines()) == 1


def test_a_backup_can_be_restored_and_is_indexed(tmp_path, kb, imported):
    file = str(tmp_path / "kept.tar.gz")
    assert "1 attachments" in kb("backup", file).stdout
    (imported / "en/account/reset.md").unlink()
    kb("import", str(imported), "--prune")
    assert "3 articles" in kb("restore", file, "--yes").stdout
    answers = json.loads(kb("search", "reset password", "--json").stdout)
    assert answers["items"][0]["article_id"] == "account/reset"
    assert kb("backup", file, code=1).stderr.startswith("kb: error: ")


def test_a_restore_says_whose_access_is_as_it_was_again(tmp_path, kb):
    kb("migrate")
    kb("user", "invite", "lee@example.com")
    kb("user", "invite", "kim@example.com", "--role", "writer")
    file = str(tmp_path / "kept.tar.gz")
    kb("backup", file)
    assert "kb: warning" not in kb("restore", file, "--yes").stderr
    kb("user", "role", "kim@example.com", "reader")
    said = "kim@example.com had the role reader, and has writer again."
    result = kb("restore", file, "--json")
    assert f"kb: warning: {said}\n" in result.stderr
    assert json.loads(result.stdout) == {"articles": 0, "media": 0, "access": [said]}
    (deed, *_) = json.loads(kb("user", "log", "--json").stdout)
    assert (deed["action"], deed["details"]) == ("backup.restore", {"access": [said]})


def test_a_restore_asks_first(tmp_path, kb, imported):
    kb("backup", str(tmp_path / "kept.tar.gz"))
    result = kb("restore", str(tmp_path / "kept.tar.gz"), code=1)
    assert "replaces every article" in result.stderr


def test_the_report_counts_and_without_a_holdout_claims_nothing(kb, imported):
    shown = kb("report", "deflection").stdout
    assert re.search(r"^helpful +0$", shown, re.MULTILINE)
    assert "whether tickets were avoided is not known" in shown
    report = json.loads(kb("report", "deflection", "--since", "2026-01-02", "--json").stdout)
    assert report["since"] == "2026-01-02T00:00:00+00:00"
    assert report["events"]["solved"] == 0
    assert report["holdout"] is None
    assert report["shares"]["confirmed"] == {"count": 0, "of": 0, "rate": None}


def test_the_doctor_is_content_with_a_good_installation(kb, imported):
    result = kb("doctor")
    assert not [line for line in result.stdout.splitlines() if line.startswith("fail")]
    checks = json.loads(kb("doctor", "--json").stdout)["checks"]
    assert {"python", "database", "index", "model"} <= {check["name"] for check in checks}


def test_the_doctor_ends_with_1_where_something_must_be_mended(kb):
    assert "kb migrate" in kb("doctor", code=1).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "x"],
        ["suggest", "x"],
        ["reindex"],
        ["export", "out"],
        ["report", "deflection"],
    ],
)
def test_a_database_that_is_not_migrated_is_named_in_one_line(kb, arguments):
    assert kb(*arguments, code=1).stderr == (
        "kb: error: The database is not migrated; run `kb migrate`.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "variables", "part"),
    [
        (["migrate"], {"KB_DATABASE_URL": "mysql://x/y"}, "KB_DATABASE_URL"),
        (["migrate"], {"KB_VAR_DIR": "/dev/null/x"}, "/dev/null/x"),
        (["import", ".", "--locale", "klingonese"], {}, "klingonese"),
        (
            ["migrate"],
            {"KB_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
            "127.0.0.1",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line_without_a_traceback(kb, arguments, variables, part):
    result = kb(*arguments, code=1, **variables)
    assert result.stderr.startswith("kb: error: ")
    assert part in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["import"], ["import", "/nowhere"], ["search"], ["search", "x", "--limit", "0"]],
)
def test_wrong_usage_ends_with_2(kb, arguments):
    assert "Error" in kb(*arguments, code=2).stderr


def test_progress_with_the_time_left_is_drawn_on_stderr_when_asked_for(tmp_path, kb):
    root = write_tree(tmp_path / "in", FILES)
    result = kb("import", str(root), "--progress", "--json")
    json.loads(result.stdout)
    assert re.search(r"Rendering: 100%.*3/3 \[\d\d:\d\d<\d\d:\d\d", result.stderr)


def test_no_progress_is_drawn_into_a_file(tmp_path, kb):
    assert kb("import", str(write_tree(tmp_path / "in", FILES))).stderr == ""


def test_the_commands_are_those_of_flask_too(kb, imported, tmp_path):
    environment = os.environ | {
        "KB_VAR_DIR": str(tmp_path / "var"),
        "KB_EMBEDDING_MODEL": "none",
        "PYTHONPATH": str(REPOSITORY),
    }
    shown = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "report", "deflection", "--json"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=60,
    )
    assert json.loads(shown.stdout)["tickets"] == 0, shown.stderr


def test_an_exported_model_never_overwrites(tmp_path, kb):
    (tmp_path / "var/models/BAAI/bge-m3").mkdir(parents=True)
    refused = kb("model", "export", "BAAI/bge-m3", code=1)
    assert "models/BAAI/bge-m3 exists" in refused.stderr
    assert "--to" in refused.stderr


def test_registering_the_commands_with_flask_imports_none_of_them():
    program = (
        "import sys, flask, app.cli\n"
        "made = flask.Flask('x')\n"
        "app.cli.register_commands(made)\n"
        "assert set(app.cli.COMMANDS) <= set(made.cli.commands)\n"
        "print([name for name in sys.modules if name.startswith('app.commands')])\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, timeout=60
    )
    assert shown.stdout == "[]\n", shown.stderr


def test_serving_prepares_everything_and_then_serves(tmp_path, kb, monkeypatch):
    write_tree(tmp_path / "in", FILES | {"en/bad.md": b"\xff"})
    served = []

    def serve(settings, **options):
        index = open_index(settings, TinyEmbedder())
        served.append((options, index.state().documents))
        index.close()

    monkeypatch.setattr("app.commands.serving.run", serve)
    monkeypatch.setattr("app.commands.serving.require_free_port", lambda host, port: None)
    result = kb("serve", "--port", "8123", "--workers", "3")
    assert served == [({"host": "127.0.0.1", "port": 8123, "workers": 3}, 3)]
    assert "created 3" in result.stderr
    assert "kb: error: en/bad.md" in result.stderr
    assert (Settings(var_dir=tmp_path / "var").var_dir / "secret_key").is_file()
    kb("serve", "--no-import")
    assert len(served) == 2
