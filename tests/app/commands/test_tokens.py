"""`kb token`: made, listed, revoked."""

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

    run("user", "invite", "kim@example.com", "--role", "publisher")
    return run


def add(run, *scopes):
    named = [part for scope in scopes for part in ("--scope", scope)]
    return run("token", "add", "kim@example.com", "--name", "Bot", *named)


def test_a_token_is_printed_once_and_listed_without_its_text(run):
    made = add(run, "articles:read", "notices:write")
    assert made.exit_code == 0
    text = made.stdout.strip()
    (listed,) = json.loads(run("token", "list", "--json").stdout)
    assert text.startswith("kotae_")
    assert text not in str(listed)
    assert (listed["email"], listed["created_by"]) == ("kim@example.com", "command line")
    assert listed["scopes"] == ["articles:read", "notices:write"]
    assert "not used" in run("token", "list").stdout


def test_a_token_that_may_too_much_is_refused(run):
    done = add(run, "metrics:read")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "articles:read" in done.stderr


def test_a_token_is_revoked_by_its_number(run):
    add(run, "articles:read")
    assert run("token", "revoke", "1").exit_code == 0
    assert json.loads(run("token", "list", "--json").stdout) == []
    assert run("token", "revoke", "1").exit_code == 1
