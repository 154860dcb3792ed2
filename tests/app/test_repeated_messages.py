"""A message that is sent more than once, by a second click or because the answer was lost."""

import io
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.attachments import Attachment
from app.db import create_database_engine, session_factory
from app.migrating import upgrade
from app.models import Ticket, TicketDelivery, TicketSession
from app.settings import Settings
from app.tickets import SAME_MESSAGE, NewTicket, open_ticket

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
FORM = {"email": "kim@example.com", "subject": "Refund", "body": "Where is it?"}
MESSAGE = NewTicket(**FORM, session="visit")
PICTURE = Attachment("shot.png", "image/png", b"pixels")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def both(request, tmp_path):
    """A session factory on each kind of database."""
    given = {"KB_VAR_DIR": str(tmp_path / "var")}
    if request.param == "postgresql":
        given["KB_DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    settings = Settings.from_env(given)
    upgrade(settings)
    engine = create_database_engine(settings)
    yield session_factory(engine)
    engine.dispose()


@pytest.fixture
def send(sessions):
    """Opens a ticket so long after the first; its id."""

    def send(message=MESSAGE, later=timedelta(), **given):
        with sessions() as session:
            return open_ticket(session, message, channels=["webhook"], now=NOW + later, **given)

    return send


def count(sessions, table):
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_a_message_that_is_sent_again_is_the_one_that_is_there(sessions, send):
    first = send(files=[PICTURE])
    again = send(later=timedelta(minutes=9), files=[replace(PICTURE, name="copy.png")])
    assert again == first
    assert (count(sessions, Ticket), count(sessions, TicketDelivery)) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"email": "lee@example.com"},
        {"subject": "refund"},
        {"body": "Where is it now?"},
        {"session": "of somebody else"},
        {"session": None},
        {"site": "shop"},
        {"identity": "customer 7"},
    ],
)
def test_what_differs_is_another_message(send, change):
    first = send()
    assert send(replace(MESSAGE, **change)) != first


def test_other_files_make_another_message(send):
    other = replace(PICTURE, data=b"other pixels")
    assert len({send(), send(files=[PICTURE]), send(files=[other]), send(files=[other] * 2)}) == 4


def test_the_same_words_after_a_while_are_another_message(send):
    assert send() != send(later=SAME_MESSAGE + timedelta(seconds=1))


def test_a_message_repeated_past_midnight_belongs_to_the_visit_it_names(send):
    assert send() == send(replace(MESSAGE, session="next day", earlier_sessions=("visit",)))


def test_a_message_sent_before_the_scripts_came_takes_the_visit_of_its_repetition(sessions, send):
    first = send(replace(MESSAGE, session=None))
    assert send(replace(MESSAGE, earlier_sessions=("yesterday",))) == first
    with sessions() as session:
        assert session.get(Ticket, first).session == "visit"
        assert session.scalars(select(TicketSession.session)).all() == ["yesterday"]


def test_of_messages_sent_at_once_one_is_kept(both):
    start, numbers = threading.Barrier(4), []

    def send():
        with both() as session:
            session.scalars(select(Ticket)).all()  # as a page reads what it shows
            start.wait()
            numbers.append(open_ticket(session, MESSAGE, files=[PICTURE], channels=["webhook"]))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 4
    assert (len(set(numbers)), count(both, Ticket)) == (1, 1)


def test_form_and_api_answer_a_repetition_as_they_did_the_message(client, sessions):
    answers = [client.post("/api/v1/tickets", json=FORM) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()
    sent = [
        client.post("/en/contact", data=FORM | {"attachment": (io.BytesIO(b"log"), "a.log")})
        for _ in range(3)
    ]
    assert {answer.status_code for answer in sent} == {303}
    assert len({answer.headers["Location"] for answer in sent}) == 1
    assert count(sessions, Ticket) == 2
    cookie = client.get_cookie("kotae_requests").value
    assert len(cookie.split(".")) == 1
