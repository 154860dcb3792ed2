"""Users, their passwords, invitations and sessions, and what the audit log says of them."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts import sign_in as sign_in_module
from app.accounts.audit import COMMAND_LINE, Actor, list_deeds
from app.accounts.invitations import VALID, InvitationGone, accept_invitation, find_invited, invite
from app.accounts.passwords import WeakPassword, check_strength, hash_password, is_right
from app.accounts.sessions import (
    IDLE,
    LONGEST,
    close_other_sessions,
    find_session,
    list_sessions,
    open_session,
)
from app.accounts.sign_in import (
    MOST_OF_ACCOUNT,
    MOST_OF_CLIENT,
    SignInRefused,
    sign_in,
)
from app.accounts.throttling import WINDOW, TooManyAttempts
from app.accounts.users import (
    BadUser,
    LastOwner,
    UserExists,
    add_user,
    disable_user,
    enable_user,
    find_user,
    may_act_as,
    set_password,
    set_role,
)
from app.models import ROLES, SignInFailure, User, UserSession

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
PASSWORD = "green kettle on the roof"


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session


@pytest.fixture
def owner(session):
    return make(session, "kim@example.com", "owner")


def make(session, email, role="reader", password=PASSWORD):
    return add_user(session, email=email, name="", role=role, password=password, actor=COMMAND_LINE)


def attempt(session, email="kim@example.com", password=PASSWORD, client="192.0.2.1", at=NOW):
    return sign_in(
        session, email=email, password=password, client=client, secret="a secret", now=at
    )


def test_a_role_may_do_what_those_before_it_may():
    for place, role in enumerate(ROLES):
        assert [wanted for wanted in ROLES if may_act_as(role, wanted)] == list(ROLES[: place + 1])


def test_an_account_is_found_whatever_the_case_of_its_address(session, owner):
    assert find_user(session, " Kim@Example.COM ").id == owner.id
    with pytest.raises(UserExists):
        make(session, "KIM@example.com")


@pytest.mark.parametrize("email", ["", "kim", "kim@", "a b@example.com", "x" * 400 + "@a.com"])
def test_what_is_no_address_makes_no_account(session, email):
    with pytest.raises(BadUser):
        make(session, email)


@pytest.mark.parametrize(
    "password", ["short", "x" * 201, "aaaaaaaaaaaaaaaa", "kim@example.com", "kimkimkimkim1"]
)
def test_a_password_that_can_be_guessed_is_refused(password):
    with pytest.raises(WeakPassword):
        check_strength(password, "kim@example.com")


@pytest.mark.parametrize("password", [PASSWORD, "초록 주전자가 지붕 위에 있다", "x7!Lq0-vTr29"])
def test_long_passwords_in_any_language_are_taken(password):
    check_strength(password, "kim@example.com")


def test_a_password_is_kept_as_an_argon2id_hash_that_differs_each_time(session, owner):
    assert owner.password_hash.startswith("$argon2id$")
    assert hash_password(PASSWORD) != owner.password_hash
    assert is_right(PASSWORD, owner.password_hash)
    assert not is_right(PASSWORD + "!", owner.password_hash)
    assert not is_right(PASSWORD, None)


def test_guessing_a_kept_password_costs_what_rfc_9106_recommends(costly_hasher):
    assert "$m=65536,t=3,p=4$" in costly_hasher().hash(PASSWORD)


def test_the_last_owner_stays(session, owner):
    with pytest.raises(LastOwner):
        disable_user(session, owner, actor=COMMAND_LINE, now=NOW)
    session.rollback()
    with pytest.raises(LastOwner):
        set_role(session, owner, "admin", actor=COMMAND_LINE)
    session.rollback()
    make(session, "lee@example.com", "owner")
    set_role(session, owner, "admin", actor=COMMAND_LINE)
    assert find_user(session, "kim@example.com").role == "admin"


def test_who_signs_in_gets_a_new_session_and_the_old_one_of_the_browser_ends(session, owner):
    first = open_session(session, owner, now=NOW)
    second = open_session(session, owner, replaces=first, now=NOW)
    assert first != second
    assert find_session(session, first, now=NOW) is None
    assert find_session(session, second, now=NOW)[0].id == owner.id


def test_the_database_holds_no_token(session, owner):
    token = open_session(session, owner, now=NOW)
    kept = session.query(UserSession).one()
    assert token not in (kept.token_hash, kept.user_id)
    assert len(kept.token_hash) == 64


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(session, owner):
    token = open_session(session, owner, now=NOW)
    assert find_session(session, token, now=NOW + IDLE) is None
    moment = NOW
    while moment < NOW + LONGEST - IDLE / 2:
        assert find_session(session, token, now=moment)
        moment += IDLE / 2
    assert find_session(session, token, now=NOW + LONGEST) is None


def test_a_disabled_account_is_signed_out_at_once_and_cannot_sign_in(session, owner):
    user = make(session, "lee@example.com")
    token = open_session(session, user, now=NOW)
    disable_user(session, user, actor=Actor.of(owner), now=NOW)
    assert find_session(session, token, now=NOW) is None
    with pytest.raises(SignInRefused):
        attempt(session, "lee@example.com")
    enable_user(session, user, actor=Actor.of(owner))
    assert attempt(session, "lee@example.com").id == user.id
    assert find_session(session, token, now=NOW) is None


def test_a_new_password_ends_every_session_and_link(session, owner):
    token = open_session(session, owner, now=NOW)
    link = invite(session, owner, actor=COMMAND_LINE, now=NOW)
    set_password(session, owner, "another kettle entirely", actor=Actor.of(owner))
    assert find_session(session, token, now=NOW) is None
    with pytest.raises(InvitationGone):
        find_invited(session, link, now=NOW)


def test_other_sessions_are_ended_and_this_one_is_not(session, owner):
    tokens = [open_session(session, owner, now=NOW) for _ in range(3)]
    mine = find_session(session, tokens[0], now=NOW)[1]
    close_other_sessions(session, owner, but=mine.token_hash)
    assert [each.token_hash for each in list_sessions(session, owner, now=NOW)] == [mine.token_hash]


def test_a_link_works_once(session):
    user = make(session, "lee@example.com", password=None)
    link = invite(session, user, actor=COMMAND_LINE, now=NOW)
    with pytest.raises(WeakPassword):
        accept_invitation(session, link, name="Lee", password="short", now=NOW)
    accept_invitation(session, link, name="Lee", password=PASSWORD, now=NOW)
    assert attempt(session, "lee@example.com").name == "Lee"
    with pytest.raises(InvitationGone):
        accept_invitation(session, link, name="Lee", password=PASSWORD + "2", now=NOW)


def test_a_link_ends_with_its_time_with_the_next_link_and_with_the_account(session, owner):
    user = make(session, "lee@example.com", password=None)
    old = invite(session, user, actor=COMMAND_LINE, now=NOW)
    link = invite(session, user, actor=COMMAND_LINE, now=NOW)
    find_invited(session, link, now=NOW)
    for token, moment in ((old, NOW), (link, NOW + VALID), ("", NOW), ("guess", NOW)):
        with pytest.raises(InvitationGone):
            find_invited(session, token, now=moment)
    disable_user(session, user, actor=COMMAND_LINE, now=NOW)
    with pytest.raises(InvitationGone):
        find_invited(session, link, now=NOW)


def test_nobody_signs_in_without_a_password_of_their_own(session):
    make(session, "lee@example.com", password=None)
    with pytest.raises(SignInRefused):
        attempt(session, "lee@example.com", "")


@pytest.mark.parametrize("email", ["kim@example.com", "nobody@example.com"])
def test_guessing_is_stopped_alike_for_addresses_that_exist_and_that_do_not(session, owner, email):
    for _ in range(MOST_OF_ACCOUNT):
        with pytest.raises(SignInRefused) as refused:
            attempt(session, email, "a guess, and a wrong one")
    assert email not in str(refused.value)
    with pytest.raises(TooManyAttempts):
        attempt(session, email, PASSWORD, client="198.51.100.9")


def test_the_owner_signs_in_again_when_the_guessing_is_over(session, owner):
    for _ in range(MOST_OF_ACCOUNT):
        with pytest.raises(SignInRefused):
            attempt(session, password="wrong")
    with pytest.raises(TooManyAttempts):
        attempt(session, at=NOW + WINDOW - timedelta(seconds=1))
    assert attempt(session, at=NOW + WINDOW).id == owner.id


def test_one_client_cannot_try_many_addresses(session, monkeypatch):
    monkeypatch.setattr(sign_in_module, "is_right", lambda *_: False)
    for number in range(MOST_OF_CLIENT):
        with pytest.raises(SignInRefused):
            attempt(session, f"user{number}@example.com")
    with pytest.raises(TooManyAttempts):
        attempt(session, "one-more@example.com")


def test_as_much_work_is_done_for_an_address_without_account(session, owner, monkeypatch):
    looked_at = []
    monkeypatch.setattr(
        sign_in_module, "is_right", lambda password, kept: bool(looked_at.append(kept))
    )
    for email in ("kim@example.com", "nobody@example.com"):
        with pytest.raises(SignInRefused):
            attempt(session, email)
    assert looked_at == [owner.password_hash, None]


def test_attempts_at_the_same_time_are_all_counted(sessions, session, owner, monkeypatch):
    """Each is written down before its password is looked at: none of them slips through."""
    tried = []

    def try_again(*_):
        if len(tried) < MOST_OF_ACCOUNT + 3:
            tried.append(1)
            with sessions() as other, pytest.raises((SignInRefused, TooManyAttempts)):
                attempt(other)
        return False

    monkeypatch.setattr(sign_in_module, "is_right", try_again)
    with pytest.raises(SignInRefused):
        attempt(session)
    assert len(tried) == MOST_OF_ACCOUNT


def test_a_right_password_leaves_no_failure_behind_and_old_ones_are_forgotten(session, owner):
    with pytest.raises(SignInRefused):
        attempt(session, password="wrong")
    attempt(session, at=NOW + WINDOW + timedelta(seconds=1))
    assert session.query(SignInFailure).count() == 0


def test_no_address_is_kept_of_who_fails(session, owner):
    with pytest.raises(SignInRefused):
        attempt(session, password="wrong")
    kept = {row.subject for row in session.query(SignInFailure)}
    assert len(kept) == 2
    assert not any("kim" in subject or "192" in subject for subject in kept)


def test_the_audit_log_says_who_did_what_and_no_secret(session, owner):
    user = make(session, "lee@example.com", "writer")
    set_role(session, user, "reviewer", actor=Actor.of(owner))
    set_password(session, user, "another kettle entirely", actor=Actor.of(owner))
    deeds = list_deeds(session, subject=f"user:{user.id}")
    assert [(deed.actor, deed.action) for deed in deeds] == [
        ("kim@example.com", "user.password"),
        ("kim@example.com", "user.role"),
        ("command line", "user.add"),
    ]
    assert deeds[1].details == {"before": "writer", "after": "reviewer"}
    assert "kettle" not in "".join(str(deed.details) for deed in deeds)


def test_what_was_refused_is_in_no_log(session, owner):
    with pytest.raises(LastOwner):
        disable_user(session, owner, actor=COMMAND_LINE, now=NOW)
    session.rollback()
    assert [deed.action for deed in list_deeds(session)] == ["user.add"]
    assert session.get(User, owner.id).disabled_at is None
