"""`kb user`: from the first link to a disabled account."""

import json

import pytest
from click.testing import CliRunner

from app.accounts.invitations import InvitationGone, find_invited
from app.accounts.second_factor import begin_enrolment
from app.accounts.users import find_user
from app.cli import main
from app.db import create_database_engine, session_factory
from app.migrating import upgrade
from app.models import SecondFactor, utc_now
from app.settings import Settings


@pytest.fixture
def run(tmp_path):
    upgrade(Settings(var_dir=tmp_path))

    def run(*arguments, **options):
        env = {"KB_VAR_DIR": str(tmp_path), "KB_BASE_URL": "https://help.example.com"}
        return CliRunner().invoke(main, ["user", *arguments], env=env, **options)

    return run


def users(run):
    return {each["email"]: each for each in json.loads(run("list", "--json").stdout)}


def test_the_first_one_invited_is_the_owner_and_the_next_a_reader(run, tmp_path):
    link = run("invite", "kim@example.com").stdout.strip()
    run("invite", "lee@example.com")
    assert {email: each["role"] for email, each in users(run).items()} == {
        "kim@example.com": "owner",
        "lee@example.com": "reader",
    }
    site, _, token = link.rpartition("/")
    assert site == "https://help.example.com/set-up"
    engine = create_database_engine(Settings(var_dir=tmp_path))
    with session_factory(engine)() as session:
        assert find_invited(session, token, now=utc_now()).email == "kim@example.com"
    engine.dispose()


def test_a_password_comes_from_standard_input_and_a_weak_one_is_refused(run):
    done = run("add", "kim@example.com", "--role", "owner", "--password-stdin", input="short\n")
    assert (done.exit_code, users(run)) == (1, {})
    assert "characters" in done.stderr
    run("add", "kim@example.com", "--password-stdin", input="green kettle on the roof\n")
    assert users(run)["kim@example.com"]["has_password"]


def test_an_account_is_disabled_enabled_and_given_a_role(run):
    run("invite", "kim@example.com")
    run("invite", "lee@example.com", "--role", "writer", "--name", "Lee")
    assert "disabled" in run("disable", "lee@example.com").stdout
    assert users(run)["lee@example.com"]["disabled"]
    assert "invited" in run("enable", "lee@example.com").stdout
    assert run("role", "lee@example.com", "publisher").exit_code == 0
    assert users(run)["lee@example.com"]["role"] == "publisher"
    refused = run("disable", "kim@example.com")
    assert refused.exit_code == 1
    assert "only owner" in refused.stderr
    log = [line["action"] for line in json.loads(run("log", "--json").stdout)]
    assert log[:3] == ["user.role", "user.enable", "user.disable"]


def test_an_account_gets_another_address_and_the_links_to_the_old_one_end(run, tmp_path):
    link = run("invite", "kim@example.com").stdout.strip()
    run("invite", "lee@example.com")
    assert (
        "kim.married@example.com"
        in run("email", "Kim@example.com", "Kim.Married@example.com").stdout
    )
    assert sorted(users(run)) == ["kim.married@example.com", "lee@example.com"]
    engine = create_database_engine(Settings(var_dir=tmp_path))
    with session_factory(engine)() as session, pytest.raises(InvitationGone):
        find_invited(session, link.rpartition("/")[2], now=utc_now())
    engine.dispose()
    [deed, *_] = json.loads(run("log", "--json").stdout)
    assert (deed["action"], deed["details"]["before"]) == ("user.email", "kim@example.com")
    taken = run("email", "kim.married@example.com", "lee@example.com")
    assert (taken.exit_code, "already" in taken.stderr) == (1, True)
    assert run("email", "kim.married@example.com", "nowhere").exit_code == 1
    assert run("email", "nobody@example.com", "x@example.com").exit_code == 1
    assert run("email", "lee@example.com", "LEE@example.com").exit_code == 0
    assert sorted(users(run)) == ["kim.married@example.com", "lee@example.com"]


def test_a_lost_authenticator_app_is_taken_away(run, tmp_path):
    run("invite", "kim@example.com")
    engine = create_database_engine(Settings(var_dir=tmp_path))
    with session_factory(engine)() as session:
        user = find_user(session, "kim@example.com")
        begin_enrolment(session, user, secret="a key", now=utc_now())
        assert run("reset-app", "kim@example.com").exit_code == 0
        assert session.query(SecondFactor).count() == 0
    engine.dispose()
    again = run("reset-app", "kim@example.com")
    assert (again.exit_code, "no authenticator app" in again.stderr) == (1, True)


def test_who_is_unknown_is_named(run):
    done = run("password", "nobody@example.com", "--password-stdin", input="x\n")
    assert done.exit_code == 1
    assert "nobody@example.com" in done.stderr
