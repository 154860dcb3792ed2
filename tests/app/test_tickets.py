"""Questions for a person, and a help desk's signed word on what became of them."""

import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.deflection.people import hash_address
from app.deflection.tracking import update_episodes
from app.models import (
    EpisodeRecord,
    Event,
    PersonSession,
    Ticket,
    TicketOutcome,
    TicketSession,
    utc_now,
)
from app.problems import BadRequestData, NotSigned
from app.ticket_outcomes import read_outcome
from app.tickets import (
    REPLAY_SECONDS,
    NewTicket,
    check_signature,
    open_ticket,
    read_ticket,
    sign,
)

GOOD = {"email": "kim@example.com", "subject": "Refund", "body": "Where is it?"}
NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))


@pytest.fixture
def ticket_id(sessions):
    with sessions() as session:
        return open_ticket(session, NewTicket(**GOOD, session="visit"))


def report(client, body, *, secret="shared secret", stamp=None, signature=None):
    raw = json.dumps(body).encode()
    stamp = stamp or str(int(datetime.now(UTC).timestamp()))
    headers = {"Kotae-Timestamp": stamp, "Kotae-Signature": signature or sign(secret, stamp, raw)}
    return client.post("/api/v1/tickets/outcomes", data=raw, headers=headers)


def outcome(ticket_id, **changes):
    return {
        "id": "delivery-1",
        "ticket_id": ticket_id,
        "reference": "ZD-77",
        "outcome": "solved",
        "at": "2026-01-31T09:30:00Z",
        "data": {"agent": "Lee"},
    } | changes


@pytest.mark.parametrize(
    "email", ["a@b.co", "first.last+tag@mail.example.com", "김@예시.한국", "x'y@ex-ample.org"]
)
def test_an_address_mail_can_be_sent_to_is_accepted(email):
    assert read_ticket(GOOD | {"email": email}).email == email


@pytest.mark.parametrize(
    "email",
    [
        "",
        "kim",
        "kim@",
        "@example.com",
        "kim@example",
        "kim@.com",
        "kim@example..com",
        "a b@example.com",
        "a\u2028@example.com",
        "a\u3000b@example.com",
        "a@b.co, c@d.co",
        "a@b.co\nBcc: c@d.co",
        "<a@b.co>",
        "a@b.co\x00",
        "\ud800@b.co",
        "a" * 65 + "@b.co",
        "a@" + "b" * 320 + ".co",
    ],
)
def test_an_address_mail_cannot_be_sent_to_is_refused(email):
    with pytest.raises(BadRequestData) as raised:
        read_ticket(GOOD | {"email": email})
    assert [problem.field for problem in raised.value.problems] == ["email"]


def test_what_is_too_large_is_refused():
    too_large = {
        "subject": "s" * 201,
        "body": "b" * 20_001,
        "page": "p" * 2001,
        "custom": {"x": "c" * 8000},
    }
    with pytest.raises(BadRequestData) as raised:
        read_ticket(GOOD | too_large)
    assert {problem.field: problem.code for problem in raised.value.problems} == dict.fromkeys(
        too_large, "too-long"
    )


def test_numbers_of_tickets_can_neither_be_guessed_nor_counted(sessions):
    with sessions() as session:
        numbers = [
            open_ticket(session, NewTicket(**GOOD | {"body": str(number)})) for number in range(20)
        ]
    assert len(set(numbers)) == 20
    assert all(len(number) == 16 for number in numbers)
    assert numbers != sorted(numbers)


def test_a_signature_is_hmac_sha256_over_timestamp_dot_body():
    expected = hmac.new(b"key", b"1769851800.{}", hashlib.sha256).hexdigest()
    assert sign("key", "1769851800", b"{}") == f"sha256={expected}"


@pytest.mark.parametrize("seconds", [-REPLAY_SECONDS, 0, REPLAY_SECONDS])
def test_a_recent_signed_request_is_accepted(seconds):
    stamp = str(int(NOW.timestamp()) + seconds)
    check_signature("key", stamp, sign("key", stamp, b"{}"), b"{}", now=NOW)


@pytest.mark.parametrize(
    ("secret", "stamp", "signature", "body"),
    [
        ("", STAMP, sign("", STAMP, b"{}"), b"{}"),
        ("key", STAMP, sign("other", STAMP, b"{}"), b"{}"),
        ("key", STAMP, sign("key", STAMP, b"{}"), b"{} "),
        ("key", STAMP, sign("key", STAMP, b"{}").upper(), b"{}"),
        ("key", STAMP, "", b"{}"),
        ("key", STAMP, "sha256=é", b"{}"),
        ("key", "", sign("key", "", b"{}"), b"{}"),
        ("key", "now", sign("key", "now", b"{}"), b"{}"),
        ("key", "9" * 5000, sign("key", "9" * 5000, b"{}"), b"{}"),
        *(
            ("key", stamp, sign("key", stamp, b"{}"), b"{}")
            for stamp in (str(int(STAMP) - 301), str(int(STAMP) + 301))
        ),
    ],
)
def test_a_request_that_is_not_signed_now_by_the_help_desk_is_refused(
    secret, stamp, signature, body
):
    with pytest.raises(NotSigned):
        check_signature(secret, stamp, signature, body, now=NOW)


def test_an_outcome_puts_the_help_desks_number_on_the_ticket(client, sessions, ticket_id):
    for _ in range(2):
        response = report(client, outcome(ticket_id))
        assert response.status_code == 202
        assert response.get_json() == {"ticket_id": ticket_id, "sessions": 1}
    with sessions() as session:
        assert session.get(Ticket, ticket_id).reference == "ZD-77"
        (stored,) = session.query(TicketOutcome).all()
    assert (stored.id, stored.outcome, stored.session) == ("delivery-1", "solved", "visit")
    assert stored.data == {"agent": "Lee"}


def test_an_unsigned_outcome_changes_nothing(client, sessions, ticket_id):
    response = report(client, outcome(ticket_id), secret="guessed")
    assert (response.status_code, response.get_json()["code"]) == (401, "not-signed")
    with sessions() as session:
        assert session.get(Ticket, ticket_id).reference is None


def test_outcomes_are_refused_where_no_secret_is_set(sessions, make_client, ticket_id):
    client = make_client(outcomes_secret="")
    assert report(client, outcome(ticket_id), secret="").status_code == 401


def test_an_outcome_of_an_unknown_ticket_is_not_found(client):
    response = report(client, outcome("0" * 16))
    assert (response.status_code, response.get_json()["code"]) == (404, "ticket-not-found")


def test_a_bad_outcome_names_its_fields():
    with pytest.raises(BadRequestData) as raised:
        read_outcome(b'{"outcome": "lost", "at": 1, "data": []}')
    assert {problem.field: problem.code for problem in raised.value.problems} == {
        "id": "missing",
        "ticket_id": "missing",
        "outcome": "unknown",
        "at": "malformed",
        "data": "wrong-type",
    }


DAY = timedelta(days=1)
WINDOW = 3 * DAY


@pytest.fixture
def looked(sessions):
    """Stores that somebody looked for help in a session so long ago, and opened an article."""

    def looked(visit, ago):
        at = utc_now() - ago
        with sessions.begin() as session:
            for kind, article in (("suggest_shown", None), ("result_opened", "refund")):
                session.add(
                    Event(
                        id=str(uuid.uuid4()),
                        session=visit,
                        type=kind,
                        at=at,
                        received_at=at,
                        occurred_at=at,
                        article_id=article,
                    )
                )

    return looked


@pytest.fixture
def became(sessions):
    """What became of each session's episode."""

    def became():
        update_episodes(sessions, window=WINDOW, now=utc_now())
        with sessions() as session:
            rows = session.execute(select(EpisodeRecord.visitor, EpisodeRecord.outcome))
            return {row.visitor: row.outcome for row in rows}

    return became


def test_a_ticket_refutes_what_was_found_in_earlier_sessions_within_the_window(
    client, looked, became
):
    for visit, days in (("yesterday", 1), ("last week", 6), ("a stranger", 1)):
        looked(visit, days * DAY)
    assert became() == {"yesterday": "pending", "last week": "self_served", "a stranger": "pending"}
    earlier = ["yesterday", "last week"]
    answer = client.post(
        "/api/v1/tickets", json=GOOD | {"session": "today", "earlier_sessions": earlier}
    )
    assert answer.status_code == 201
    assert became() == {
        "yesterday": "failed",
        "last week": "self_served",
        "a stranger": "pending",
        "today": "direct",
    }


def test_the_contact_form_names_earlier_sessions_too(client, sessions, looked, became):
    looked("yesterday", DAY)
    form = GOOD | {"session": "today", "earlier_sessions": "yesterday before"}
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert client.post("/en/contact", data=form, headers=headers).status_code == 303
    assert became()["yesterday"] == "failed"
    with sessions() as session:
        linked = set(session.scalars(select(TicketSession.session)))
    assert linked == {"yesterday", "before"}


@pytest.mark.parametrize(
    ("value", "code"),
    [("yesterday", "wrong-type"), ([7], "wrong-type"), ([""], "out-of-range"),
     (["s"] * 11, "too-long"), (["s" * 65], "out-of-range")],
)  # fmt: skip
def test_earlier_sessions_are_a_short_list_of_names(value, code):
    with pytest.raises(BadRequestData) as raised:
        read_ticket(GOOD | {"earlier_sessions": value})
    assert [(p.field, p.code) for p in raised.value.problems] == [("earlier_sessions", code)]


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_days_of_who_asks_not_to_be_tracked_are_not_tied_together(client, sessions, header):
    ticket = GOOD | {"session": "today", "earlier_sessions": ["yesterday"], "visitor": "v" * 20}
    assert client.post("/api/v1/tickets", json=ticket, headers={header: "1"}).status_code == 201
    with sessions() as session:
        assert session.scalars(select(TicketSession)).all() == []
        assert session.scalars(select(PersonSession)).all() == []


def elsewhere(**changes):
    """A ticket opened by telephone, half an hour ago."""
    at = (utc_now() - DAY / 48).isoformat()
    return {"id": "call-1", "outcome": "created", "reference": "ZD-9", "at": at} | changes


def test_a_ticket_opened_elsewhere_is_matched_by_session(client, looked, became):
    looked("visit", DAY)
    answer = report(client, elsewhere(session="visit"))
    assert answer.get_json() == {"ticket_id": None, "sessions": 1}
    assert became() == {"visit": "failed"}


def test_a_ticket_opened_elsewhere_is_matched_by_a_hashed_address(client, sessions, looked, became):
    looked("first", 2 * DAY)
    looked("second", DAY)
    client.post("/api/v1/tickets", json=GOOD | {"session": "sent", "earlier_sessions": ["first"]})
    digest = hash_address("shared secret", " KIM@example.com")
    assert digest == hmac.new(b"shared secret", b"kim@example.com", hashlib.sha256).hexdigest()
    with sessions.begin() as session:
        session.add(PersonSession(person=digest, session="second", at=utc_now() - DAY))
    answer = report(client, elsewhere(email_hash=digest))
    assert answer.get_json()["sessions"] == 3
    assert became() == {"first": "failed", "second": "failed", "sent": "direct"}
    with sessions() as session:
        kept = set(session.scalars(select(PersonSession.person)))
        assert kept == {digest}
        assert "kim" not in str(session.scalars(select(TicketOutcome.data)).all())


def test_the_hash_of_another_address_matches_nobody(client, looked, became):
    looked("visit", DAY)
    client.post("/api/v1/tickets", json=GOOD | {"session": "other"})
    digest = hash_address("shared secret", "lee@example.com")
    assert report(client, elsewhere(email_hash=digest)).get_json()["sessions"] == 0
    assert became()["visit"] == "pending"


def event_of(visit, identity):
    event = {"id": str(uuid.uuid4()), "type": "suggest_shown", "at": utc_now().isoformat()}
    return {"session": visit, "events": [event], "identity": identity}


def test_a_ticket_opened_elsewhere_is_matched_by_a_signed_identity(sessions, make_client, became):
    client = make_client(identity_secret="site secret")
    signed = hmac.new(b"site secret", b"customer 7", hashlib.sha256).hexdigest()
    identity = {"id": "customer 7", "hash": signed}
    assert client.post("/api/v1/events", json=event_of("visit", identity)).status_code == 202
    answer = report(client, elsewhere(customer="customer 7", at=utc_now().isoformat()))
    assert answer.get_json()["sessions"] == 1
    assert became() == {"visit": "failed"}
    with sessions() as session:
        (person,) = session.scalars(select(PersonSession.person))
    assert person not in {"customer 7", signed}


@pytest.mark.parametrize("secret", ["site secret", ""])
def test_an_identity_that_is_not_signed_is_refused_and_nothing_stored(
    sessions, make_client, secret
):
    client = make_client(identity_secret=secret)
    forged = hmac.new(b"guessed", b"customer 7", hashlib.sha256).hexdigest()
    answer = client.post(
        "/api/v1/events", json=event_of("visit", {"id": "customer 7", "hash": forged})
    )
    assert (answer.status_code, answer.get_json()["code"]) == (401, "not-signed")
    with sessions() as session:
        assert session.scalars(select(Event)).all() == []


def test_a_ticket_opened_elsewhere_that_was_spam_counts_no_more(client, sessions, looked, became):
    digest = hash_address("shared secret", "kim@example.com")
    for visit in ("one", "two"):
        looked(visit, 4 * DAY)
        with sessions.begin() as session:
            session.add(PersonSession(person=digest, session=visit, at=utc_now() - 4 * DAY))
    at = (utc_now() - 3 * DAY).isoformat()
    report(client, elsewhere(email_hash=digest, at=at))
    assert became() == {"one": "failed", "two": "failed"}
    # What was told an hour ago is no news any more; the word that it was spam is.
    with sessions.begin() as session:
        session.execute(update(TicketSession).values(received_at=utc_now() - DAY))
        session.execute(update(Event).values(received_at=utc_now() - DAY))
    late = elsewhere(id="call-2", outcome="spam")
    assert report(client, late).get_json() == {"ticket_id": None, "sessions": 1}
    assert became() == {"one": "self_served", "two": "self_served"}


def test_a_reference_nobody_reported_is_not_found(client):
    answer = report(client, elsewhere(outcome="solved"))
    assert (answer.status_code, answer.get_json()["code"]) == (404, "ticket-not-found")


@pytest.mark.parametrize("missing", [{}, {"email_hash": "kim@example.com"}])
def test_a_ticket_opened_elsewhere_must_say_whose(client, missing):
    answer = report(client, elsewhere(**missing))
    assert answer.status_code == 400


def test_a_delivery_that_comes_again_counts_once_and_another_under_its_id_is_refused(
    client, sessions, ticket_id
):
    for _ in range(2):
        assert report(client, outcome(ticket_id)).status_code == 202
    answer = report(client, outcome(ticket_id, outcome="spam"))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "outcome-conflict")
    with sessions() as session:
        assert session.scalars(select(TicketOutcome.outcome)).all() == ["solved"]


def test_a_request_that_was_overheard_is_refused_when_it_comes_late(client, ticket_id):
    stamp = str(int(datetime.now(UTC).timestamp()) - REPLAY_SECONDS - 5)
    answer = report(client, outcome(ticket_id), stamp=stamp)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "not-signed")
