"""Requests as their sender follows them: by a signed address only, and with every reply."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.models import Ticket
from app.requests import (
    RequestClosed,
    RequestNotFound,
    add_reply,
    check_key,
    close_request,
    find_request,
    list_open_requests,
    request_key,
)
from app.ticket_outcomes import Outcome, record_outcome
from app.tickets import sign

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORM = {"email": "kim@example.com", "subject": "Where is it?", "body": "My parcel\n<b>late</b>"}


@pytest.fixture
def ticket(sessions):
    with sessions.begin() as session:
        session.add(Ticket(id="t1", email="kim@example.com", subject="s", body="first"))
    return "t1"


def test_a_key_fits_one_request_and_one_secret():
    key = request_key("secret", "t1")
    assert len(key) == 40
    check_key("secret", "t1", key)
    for secret, number, given in (
        ("secret", "t2", key),
        ("other", "t1", key),
        ("secret", "t1", key[:-1]),
        ("secret", "t1", ""),
        ("secret", "t1", "é"),
    ):
        with pytest.raises(RequestNotFound):
            check_key(secret, number, given)


def outcome(name, what, minutes, **data):
    return Outcome(name, "t1", "", what, NOW + timedelta(minutes=minutes), data)


def test_a_request_stands_as_the_help_desk_said_last(sessions, ticket):
    with sessions() as session:
        assert find_request(session, ticket).state == "new"
        for number, (what, state) in enumerate(
            [
                ("created", "open"),
                ("replied", "answered"),
                ("solved", "solved"),
                ("reopened", "open"),
                ("merged", "closed"),
            ]
        ):
            record_outcome(session, outcome(f"o{number}", what, number))
            assert find_request(session, ticket).state == state


def test_a_help_desks_reply_is_read_once_however_often_it_is_delivered(sessions, ticket):
    with sessions() as session:
        for _ in range(2):
            record_outcome(session, outcome("o1", "replied", 1, reply=" On its way. "))
        letters = find_request(session, ticket).letters
    assert [(each.body, each.from_us) for each in letters] == [
        ("first", False),
        ("On its way.", True),
    ]


def test_replies_change_how_it_stands(sessions, ticket):
    with sessions() as session:
        assert add_reply(session, ticket, "Soon.", from_us=True, now=NOW).state == "answered"
        assert list_open_requests(session) == []
        assert add_reply(session, ticket, "Still not.", from_us=False, now=NOW).state == "open"
        assert [each.id for each in list_open_requests(session)] == [ticket]
        assert close_request(session, ticket, solved=True).state == "solved"
        assert add_reply(session, ticket, "No!", from_us=False, now=NOW).state == "open"
        assert close_request(session, ticket, solved=False).state == "closed"
        with pytest.raises(RequestClosed):
            add_reply(session, ticket, "x", from_us=False, now=NOW)
        with pytest.raises(RequestNotFound):
            add_reply(session, "t9", "x", from_us=False, now=NOW)


def send(client):
    """Send the form; the address of the request's page."""
    done = client.post("/ko/contact", data=FORM)
    text = client.get(done.location).get_data(as_text=True)
    start = text.index('href="/ko/requests/') + 6
    return text[start : text.index('"', start)].replace("&amp;", "&")


def test_the_confirmation_leads_to_the_request(client):
    text = client.get(send(client)).get_data(as_text=True)
    assert "Where is it?" in text
    assert "My parcel\n&lt;b&gt;late&lt;/b&gt;" in text
    assert "접수됨" in text
    assert "kim@example.com" not in text


def test_a_request_is_shown_to_nobody_without_its_key(client):
    address = send(client)
    path, _, key = address.partition("?key=")
    for wrong in ("", "?key=", f"?key={key[::-1]}", "?key=%00"):
        response = client.get(path + wrong)
        assert response.status_code == 404
        assert "Where is it?" not in response.get_data(as_text=True)
    assert client.post(path, data={"body": "x"}).status_code == 404


def test_a_request_is_kept_by_no_cache_and_named_to_no_other_site(client):
    headers = client.get(send(client)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


def test_its_sender_can_add_something(client):
    address = send(client)
    done = client.post(address, data={"body": "It came."})
    assert done.status_code == 303
    text = client.get(done.location).get_data(as_text=True)
    assert "It came." in text
    assert 'role="status"' in text
    empty = client.post(address, data={"body": " "})
    assert empty.status_code == 422
    assert 'aria-describedby="body-fault"' in empty.get_data(as_text=True)


def test_a_browser_lists_what_it_sent_until_it_is_told_to_forget(client):
    address = send(client)
    cookie = client.get_cookie("kotae_requests")
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    assert address.replace("&", "&amp;") in client.get("/ko/requests").get_data(as_text=True)
    client.post("/ko/requests/forget")
    assert "Where is it?" not in client.get("/ko/requests").get_data(as_text=True)
    assert client.get(address).status_code == 200


def test_a_forged_cookie_shows_nothing(client, make_client):
    number = send(client).split("/")[-1].split("?")[0]
    other = make_client()
    other.set_cookie("kotae_requests", f"{number}-{'0' * 40}.x.-")
    assert "Where is it?" not in other.get("/en/requests").get_data(as_text=True)


def test_a_made_up_confirmation_links_to_nothing(client):
    text = client.get("/en/contact/sent?ticket=0123456789abcdef&key=x").get_data(as_text=True)
    assert "/en/requests/0123456789abcdef" not in text


def test_what_was_read_goes_along_only_where_it_is_ticked_and_may_be_read(client, sessions):
    text = client.get("/en/contact?page=/en/articles/refund").get_data(as_text=True)
    assert 'name="read" value="refund" checked' in text
    client.post("/en/contact", data=FORM | {"read": ["refund", "escalation", "nothing"]})
    client.post("/en/contact", data=FORM | {"body": "Again."})
    with sessions() as session:
        sent = [each.custom for each in session.query(Ticket).order_by(Ticket.created_at)]
    assert sent == [{"read": ["refund"]}, {}]


def test_an_article_of_another_site_is_not_taken_for_one_of_ours(client):
    text = client.get("/en/contact?page=https://evil.example/en/articles/refund").get_data(
        as_text=True
    )
    assert 'name="read" value="refund"' not in text
    assert 'value="https://evil.example/en/articles/refund"' in text


def test_a_signed_reply_reaches_the_senders_page(client):
    address = send(client)
    number = address.split("/")[-1].split("?")[0]
    body = json.dumps(
        {
            "id": "d1",
            "ticket_id": number,
            "outcome": "replied",
            "at": "2026-03-01T12:00:00Z",
            "data": {"reply": "내일 도착해요."},
        }
    ).encode()
    stamp = str(int(datetime.now(UTC).timestamp()))
    headers = {"Kotae-Timestamp": stamp, "Kotae-Signature": sign("shared secret", stamp, body)}
    assert client.post("/api/v1/tickets/outcomes", data=body, headers=headers).status_code == 202
    text = client.get(address).get_data(as_text=True)
    assert "내일 도착해요." in text
    assert "답변 완료" in text
