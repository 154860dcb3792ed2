"""Questions for a person, and a help desk's signed word on what became of them."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from app.models import Ticket, TicketOutcome
from app.problems import BadRequestData, NotSigned
from app.tickets import (
    REPLAY_SECONDS,
    NewTicket,
    check_signature,
    open_ticket,
    read_outcome,
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
        numbers = [open_ticket(session, NewTicket(**GOOD)) for _ in range(20)]
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
        assert (response.status_code, response.get_json()) == (202, {"ticket_id": ticket_id})
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
