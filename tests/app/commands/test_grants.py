"""`kb grant`: given, listed, taken away."""

import json

import pytest
from click.testing import CliRunner

from app.cli import main
from app.migrating import upgrade
from app.settings import Settings


@pytest.fixture
def run(tmp_path):
    upgrade(Settings(var_dir=tmp_path))

    def run(*arguments):
        return CliRunner().invoke(main, arguments, env={"KB_VAR_DIR": str(tmp_path)})

    run("user", "invite", "kim@example.com")
    run("user", "invite", "lee@example.com", "--role", "publisher")
    return run


def test_grants_are_given_listed_and_taken_away(run):
    made = run("grant", "add", "lee@example.com", "writer", "--category", "pay", "--locale", "ko")
    assert (made.exit_code, "writer  pay, ko" in made.stdout) == (0, True)
    assert "No article stands in this category yet." in made.stderr
    assert "no article stands" in run("grant", "list").stdout
    wide = run("grant", "add", "lee@example.com", "reader")
    assert wide.stderr == ""
    listed = json.loads(run("grant", "list", "lee@example.com", "--json").stdout)
    named = ("role", "category", "locale", "is_empty")
    assert [tuple(each[name] for name in named) for each in listed] == [
        ("reader", "", "", False),
        ("writer", "pay", "ko", True),
    ]
    assert run("grant", "remove", str(listed[0]["id"])).exit_code == 0
    assert run("grant", "list").stdout.count("lee@example.com") == 1
    assert run("grant", "list", "kim@example.com").stdout == ""


def test_an_owner_is_not_narrowed(run):
    done = run("grant", "add", "kim@example.com", "reader")
    assert (done.exit_code, "everywhere" in done.stderr) == (1, True)
