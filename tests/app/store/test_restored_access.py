"""A restore opens no door that was closed since, and sends nothing a second time."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from app.accounts.audit import COMMAND_LINE
from app.accounts.users import disable_user, find_user
from app.backup import backup
from app.models import (
    ApiToken,
    EditorialAction,
    Invitation,
    Letter,
    LetterItem,
    PasswordReset,
    PendingSignIn,
    RecoveryCode,
    SecondFactor,
    SiteKey,
    Ticket,
    TicketDelivery,
    User,
    UserGrant,
    UserSession,
    utc_now,
)
from app.notifications.gathering import gather_letters
from app.restoring import restore
from app.settings import Settings
from tests.store_helpers import publish_source

NOW = utc_now()
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def change(sessions):
    def change(work):
        with sessions() as session:
            made = work(session)
            session.commit()
            return made

    return change


@pytest.fixture
def kept(tmp_path, settings):
    """Makes a backup of everything there is, and restores it."""

    class Kept:
        file = tmp_path / "kept.tar.gz"

        def make(self):
            backup(self.file, settings=settings)

        def restore(self, into=settings):
            return restore(self.file, settings=into)

    return Kept()


def staff(session, *names):
    for name in names:
        session.add(User(email=f"{name}@example.com", name=name, role="writer"))
    session.flush()


def user(session, name):
    return find_user(session, f"{name}@example.com")


def test_nobody_is_signed_in_and_no_link_to_staff_works_after_a_restore(change, kept, sessions):
    def open_doors(session):
        staff(session, "kim")
        kim = user(session, "kim").id
        due = {"user_id": kim, "expires_at": LATER}
        session.add(UserSession(token_hash="1" * 64, **due))
        session.add(Invitation(token_hash="2" * 64, **due))
        session.add(PendingSignIn(token_hash="3" * 64, **due))
        session.add(PasswordReset(subject="s", body="{link}", next_at=NOW, **due))

    change(open_doors)
    kept.make()
    change(lambda session: disable_user(session, user(session, "kim"), actor=COMMAND_LINE, now=NOW))
    report = kept.restore()
    with sessions() as session:
        for table in (UserSession, Invitation, PendingSignIn, PasswordReset):
            assert session.scalar(select(func.count()).select_from(table)) == 0, table
    assert report.differences == ("kim@example.com was disabled, and is not any more.",)


def test_every_account_and_token_that_differs_is_named(change, kept):
    def before(session):
        staff(session, "app", "gone", "limit", "pass", "role", "same", "token")
        for name in ("pass", "same"):
            user(session, name).password_hash = "old"
        token = user(session, "token")
        made = ApiToken(
            user_id=token.id,
            name="robot",
            token_hash="a" * 64,
            scopes=["articles:read"],
            created_by="x",
            expires_at=LATER,
        )
        session.add(made)
        session.add(SiteKey(key="k1", name="Shop", secret="old"))

    def since(session):
        app, limit = user(session, "app"), user(session, "limit")
        session.add(SecondFactor(user_id=app.id, sealed_secret="s", confirmed_at=NOW))
        session.add(RecoveryCode(user_id=app.id, code_hash="c" * 64))
        session.add(UserGrant(user_id=limit.id, role="writer", locale="ko"))
        user(session, "pass").password_hash = "new"
        user(session, "role").role = "reader"
        session.delete(session.scalars(select(ApiToken)).one())
        session.delete(user(session, "gone"))
        session.get_one(SiteKey, "k1").secret = "new"
        staff(session, "young")
        session.add(
            ApiToken(
                user_id=user(session, "same").id,
                name="late",
                token_hash="b" * 64,
                scopes=[],
                created_by="x",
                expires_at=LATER,
            )
        )

    change(before)
    kept.make()
    change(since)
    assert kept.restore().differences == (
        "app@example.com has the authenticator app and the recovery codes of the backup again.",
        "gone@example.com is there again, with the role writer.",
        "limit@example.com is limited to the categories and languages of the backup again.",
        "pass@example.com has the password of the backup again.",
        "role@example.com had the role reader, and has writer again.",
        "young@example.com is gone.",
        "The API token 'robot' of token@example.com is there again.",
        "The API token 'late' of same@example.com is gone.",
        "The site 'Shop' (k1) has the secret of the backup again.",
    )
    assert kept.restore().differences == ()


def test_where_there_was_no_database_nobody_is_compared(change, kept, tmp_path):
    change(lambda session: staff(session, "kim"))
    kept.make()
    assert kept.restore(into=Settings(var_dir=tmp_path / "fresh")).differences is None


def test_a_database_of_an_older_version_still_says_what_the_index_holds(
    change, kept, sessions, settings
):
    kept.make()

    def since(session):
        publish_source(session, article_id="later", locale="en", source="# Later", author="Kim")
        session.execute(text("UPDATE articles SET indexed = 1"))
        session.execute(text("DROP TABLE api_tokens"))

    change(since)
    assert kept.restore().differences is None
    with sessions() as session:
        found = session.execute(text("SELECT document_id, action FROM outbox")).all()
    assert [tuple(row) for row in found] == [("later@en", "remove")]


def deliver(session, number, channel="mail", **values):
    ticket = session.get(Ticket, number)
    if ticket is None:
        session.add(Ticket(id=number, email="a@example.com", body="x"))
        session.flush()
    session.add(TicketDelivery(ticket_id=number, channel=channel, **values))


def test_a_ticket_that_was_delivered_since_the_backup_is_not_delivered_again(
    change, kept, sessions
):
    def before(session):
        for number in ("done", "given-up", "waiting", "erased"):
            deliver(session, number)
        deliver(session, "done", "webhook")

    def since(session):
        for row in session.scalars(select(TicketDelivery)):
            if (row.ticket_id, row.channel) == ("done", "mail"):
                row.state, row.delivered_at, row.attempts = "delivered", NOW, 2
                session.get_one(Ticket, "done").reference = "HD-7"
            if row.ticket_id == "given-up":
                row.state, row.fault = "dead", "refused"
        session.delete(session.get_one(Ticket, "erased"))

    change(before)
    kept.make()
    change(since)
    kept.restore()
    with sessions() as session:
        rows = session.scalars(select(TicketDelivery)).all()
        found = {(row.ticket_id, row.channel): row for row in rows}
        assert {name: row.state for name, row in found.items()} == {
            ("done", "mail"): "delivered",
            ("done", "webhook"): "waiting",
            ("given-up", "mail"): "dead",
            ("waiting", "mail"): "waiting",
            ("erased", "mail"): "waiting",
        }
        assert found["done", "mail"].delivered_at == NOW
        assert found["given-up", "mail"].fault == "refused"
        assert session.get_one(Ticket, "done").reference == "HD-7"


def test_staff_are_told_nothing_a_second_time_after_a_restore(change, kept, sessions):
    change(lambda session: staff(session, "kim"))
    publish = {"article_id": "a", "locale": "en", "source": "# A\n", "author": "Kim"}
    change(lambda session: publish_source(session, **publish))
    gather_letters(sessions, ("email",), "en", NOW)

    def waiting(session):
        action = session.scalars(select(EditorialAction)).first()
        letter = Letter(
            user_id=user(session, "kim").id, way="email", article_id="a", locale="en", next_at=NOW
        )
        letter.items.append(LetterItem(action_id=action.id, topic="review"))
        session.add(letter)
        session.add(
            EditorialAction(
                action="submit", article_id="a", locale="en", actor="Lee", actor_id="user:99"
            )
        )

    change(waiting)
    kept.make()
    kept.restore()
    assert gather_letters(sessions, ("email",), "en", utc_now()) == 0
    with sessions() as session:
        assert session.scalar(select(func.count(Letter.id))) == 0
        assert session.scalar(select(func.count()).select_from(LetterItem)) == 0
