"""A forgotten password: the mail, its link, and that nobody learns who has an account."""

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.api_tokens import TokenWish, list_tokens, make_token
from app.accounts.audit import COMMAND_LINE, list_deeds
from app.accounts.invitations import InvitationGone, find_invited, invite
from app.accounts.password_reset import (
    MOST_OF_ADDRESS,
    MOST_OF_CLIENT,
    VALID,
    Letter,
    ResetGone,
    find_reset,
    request_reset,
    reset_password,
    send_due_resets,
)
from app.accounts.passwords import WeakPassword, is_right
from app.accounts.sessions import find_session, open_session
from app.accounts.sign_in import MOST_OF_ACCOUNT, SignInRefused, sign_in
from app.accounts.throttling import WINDOW, TooManyAttempts
from app.accounts.users import add_user, disable_user, find_user
from app.models import PasswordReset, SignInFailure
from app.ticket_delivery.mail_server import MailServer

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KEY = "k" * 40
SITE = "https://help.example.com"
PASSWORD = "green kettle on the roof"
OTHER = "another kettle entirely"
LETTER = Letter("새 비밀번호", "Choose one:\n\n{link}")


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session


@pytest.fixture
def user(session):
    return make(session, "kim@example.com")


@pytest.fixture
def carry(sessions, mails):
    """Sends what is due at a moment; returns the mails that arrived."""

    def carry(at=NOW):
        before = len(mails.mails)
        server = MailServer(mails.url, sender="help@example.com")
        send_due_resets(sessions, server, SITE, clock=lambda: at)
        return [
            email.message_from_bytes(m, policy=email.policy.default) for m in mails.mails[before:]
        ]

    return carry


def make(session, address, password=PASSWORD, role="owner"):
    return add_user(
        session, email=address, name="", role=role, password=password, actor=COMMAND_LINE
    )


def ask(session, address="kim@example.com", client="192.0.2.1", at=NOW):
    request_reset(session, email=address, client=client, letter=LETTER, secret=KEY, now=at)


def token_of(mail):
    found = re.search(rf"{SITE}/sign-in/new-password/([\w-]+)", mail.get_content())
    return found[1]


def enter(session, password, at=NOW):
    return sign_in(
        session, email="kim@example.com", password=password, client="c", secret=KEY, now=at
    )


def test_a_mail_leads_to_a_new_password(session, user, carry):
    ask(session, " Kim@Example.com ")
    (mail,) = carry()
    assert (mail["To"], mail["From"]) == ("kim@example.com", "help@example.com")
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("새 비밀번호", "auto-generated")
    token = token_of(mail)
    assert find_reset(session, token, now=NOW).id == user.id
    reset_password(session, token, OTHER, secret=KEY, now=NOW)
    assert enter(session, OTHER).id == user.id
    with pytest.raises(SignInRefused):
        enter(session, PASSWORD)


def test_a_link_works_once_and_for_half_an_hour(session, user, carry):
    ask(session)
    ask(session)
    first, second = map(token_of, carry())
    with pytest.raises(ResetGone):
        find_reset(session, first, now=NOW + VALID)
    with pytest.raises(WeakPassword):
        reset_password(session, first, "short", secret=KEY, now=NOW)
    reset_password(session, first, OTHER, secret=KEY, now=NOW + VALID - SECOND)
    for gone in (first, second, "", "guess"):
        with pytest.raises(ResetGone):
            reset_password(session, gone, PASSWORD, secret=KEY, now=NOW)
    assert is_right(OTHER, find_user(session, "kim@example.com").password_hash)


def test_a_new_password_ends_sessions_links_and_tokens_and_is_noted(session, user, carry):
    cookie = open_session(session, user, now=NOW)
    link = invite(session, user, actor=COMMAND_LINE, now=NOW)
    ask(session)
    wish = TokenWish("bot", ("articles:read",), 90)
    make_token(session, user, wish, actor=COMMAND_LINE, now=NOW)
    token = token_of(*carry())
    reset_password(session, token, OTHER, secret=KEY, now=NOW)
    assert find_session(session, cookie, now=NOW) is None
    assert list_tokens(session, user) == []
    with pytest.raises(InvitationGone):
        find_invited(session, link, now=NOW)
    deeds = list_deeds(session, subject=f"user:{user.id}")
    assert [(deed.actor, deed.action) for deed in deeds][:3] == [
        ("kim@example.com", "user.password"),
        ("kim@example.com", "user.reset"),
        ("not signed in", "user.ask-reset"),
    ]


def test_who_locked_themselves_out_gets_in_with_the_new_password(session, user, carry):
    for _ in range(MOST_OF_ACCOUNT):
        with pytest.raises(SignInRefused):
            enter(session, "forgotten")
    ask(session)
    reset_password(session, token_of(*carry()), OTHER, secret=KEY, now=NOW)
    assert enter(session, OTHER).id == user.id


@pytest.mark.parametrize(
    "address", ["nobody@example.com", "invited@example.com", "off@example.com"]
)
def test_no_mail_goes_to_who_has_no_password_here(session, user, carry, address):
    make(session, "invited@example.com", password=None)
    disable_user(session, make(session, "off@example.com"), actor=COMMAND_LINE, now=NOW)
    ask(session, address)
    assert carry() == []
    assert session.query(PasswordReset).count() == 0


def test_as_much_is_written_for_an_address_without_account(session, user):
    counts = []
    for address in ("kim@example.com", "nobody@example.com"):
        ask(session, address)
        counts.append((session.query(PasswordReset).count(), session.query(SignInFailure).count()))
    assert counts == [(1, 2), (2, 4)]
    assert "nobody" not in str([vars(row) for row in session.query(PasswordReset)])


@pytest.mark.parametrize("address", ["kim@example.com", "nobody@example.com"])
def test_few_mails_are_sent_to_one_address_whether_it_has_an_account(session, user, address):
    for number in range(MOST_OF_ADDRESS):
        ask(session, address, client=f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        ask(session, address, client="192.0.2.99")
    ask(session, address, at=NOW + WINDOW)


def test_one_client_cannot_ask_for_many_addresses(session):
    for number in range(MOST_OF_CLIENT):
        ask(session, f"user{number}@example.com")
    with pytest.raises(TooManyAttempts):
        ask(session, "one-more@example.com")


def test_asking_for_mails_locks_nobody_out(session, user):
    for _ in range(MOST_OF_ADDRESS):
        ask(session)
    assert enter(session, PASSWORD).id == user.id


def test_the_database_never_holds_a_link(session, user, carry):
    ask(session)
    assert session.query(PasswordReset).one().token_hash is None
    token = token_of(*carry())
    session.expire_all()
    kept = session.query(PasswordReset).one()
    assert token not in (kept.token_hash, kept.body)
    assert kept.next_at is None


def test_a_mail_that_did_not_arrive_is_sent_again_with_another_link(session, user, carry, mails):
    ask(session)
    mails.refusal = "451 later"
    assert carry() == []
    assert carry() == []  # not at once again
    mails.refusal = ""
    (mail,) = carry(NOW + timedelta(minutes=1))
    assert find_reset(session, token_of(mail), now=NOW + timedelta(minutes=1)).id == user.id
    assert carry(NOW + timedelta(minutes=10)) == []


def test_a_mail_that_is_refused_is_not_sent_again(session, user, carry, mails):
    ask(session)
    mails.refusal = "550 no such box"
    carry()
    mails.refusal = ""
    assert carry(NOW + timedelta(minutes=10)) == []


def test_a_mail_whose_worker_died_is_sent_by_another(session, sessions, user, carry):
    class Dies:
        sender = "help@example.com"

        def send(self, message):
            raise KeyboardInterrupt

    ask(session)
    with pytest.raises(KeyboardInterrupt):
        send_due_resets(sessions, Dies(), SITE, clock=lambda: NOW)
    assert carry() == []
    assert len(carry(NOW + timedelta(minutes=3))) == 1


def test_one_mail_that_cannot_be_written_keeps_no_other_waiting(session, user, carry):
    user = make(session, "lee@example.com")
    user.email = "a\u2028b@example.com"
    session.commit()
    ask(session, user.email)
    ask(session)
    assert [mail["To"] for mail in carry()] == ["kim@example.com"]
    assert carry(NOW + timedelta(minutes=10)) == []


def test_old_requests_are_forgotten(session, user, carry):
    ask(session)
    carry()
    ask(session, "nobody@example.com")
    carry(NOW + VALID)
    assert session.query(PasswordReset).count() == 0
