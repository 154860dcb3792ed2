"""The authenticator app on the pages: set up, asked for at the door, required by the operator."""

import re

import pyotp
import pytest

from app.accounts.audit import COMMAND_LINE
from app.accounts.invitations import invite
from app.accounts.second_factor import MOST_OF_CODES, is_enrolled
from app.models import UserSession, utc_now
from tests.staff_fixtures import STAFF_PASSWORD, add_staff, form_token

PAGE = "/account/second-factor"


@pytest.fixture
def user(sessions):
    with sessions() as session:
        return add_staff(session, "kim", "admin", password=STAFF_PASSWORD)


def send(client, address, at=None, **data):
    data["form_token"] = form_token(client, at or address)
    return client.post(address, data=data)


def send_password(client, **more):
    return send(client, "/sign-in", email="kim@example.com", password=STAFF_PASSWORD, **more)


def enrol(client):
    """Set the app up in a browser that is signed in; (secret, recovery codes)."""
    assert send(client, f"{PAGE}/begin", PAGE, password=STAFF_PASSWORD).status_code == 303
    page = client.get(PAGE).text
    secret = re.search(r'class="key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert 'src="data:image/svg+xml' in page
    shown = send(client, f"{PAGE}/confirm", PAGE, code=old_code(secret))
    assert shown.status_code == 200
    return secret, re.findall(r"<li><code>([a-z2-7-]+)</code>", shown.text)


def old_code(secret):
    """The code of the step before: that of now stays free for the next test of a code."""
    return pyotp.TOTP(secret).at(utc_now(), counter_offset=-1)


def code_now(secret):
    return pyotp.TOTP(secret).at(utc_now())


def is_in(client):
    return client.get("/account").status_code == 200


def test_the_password_alone_opens_nothing_once_there_is_an_app(client, user, sessions):
    send_password(client)
    secret, _ = enrol(client)
    other = client.application.test_client()
    door = send_password(other, next="/account?x=1")
    assert door.headers["Location"] == "/sign-in/code?next=/account?x%3D1"
    assert other.get_cookie("kotae_staff") is None
    assert not is_in(other)
    page = other.get(door.headers["Location"])
    assert 'value="/account?x=1"' in page.text
    assert send(other, "/sign-in/code", code="000000").status_code == 401
    assert not is_in(other)
    entered = send(other, "/sign-in/code", code=code_now(secret), next="/account?x=1")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/account?x=1")
    assert is_in(other)
    assert other.get_cookie("kotae_pending") is None


def test_a_code_lets_nobody_in_twice(client, user):
    send_password(client)
    secret, _ = enrol(client)
    code = code_now(secret)
    for status in (303, 401):
        other = client.application.test_client()
        send_password(other)
        assert send(other, "/sign-in/code", code=code).status_code == status


def test_a_recovery_code_lets_in_once(client, user):
    send_password(client)
    _, codes = enrol(client)
    for status in (303, 401):
        other = client.application.test_client()
        send_password(other)
        assert send(other, "/sign-in/code", code=codes[0]).status_code == status


def test_the_code_page_is_for_who_gave_a_password(client, user):
    assert client.get("/sign-in/code").headers["Location"] == "/sign-in"
    token = form_token(client, "/sign-in")
    sent = client.post("/sign-in/code", data={"form_token": token, "code": "000000"})
    assert sent.headers["Location"] == "/sign-in"
    assert not is_in(client)


def test_guessing_codes_is_told_to_wait(client, user):
    send_password(client)
    secret, _ = enrol(client)
    other = client.application.test_client()
    send_password(other)
    for _ in range(MOST_OF_CODES):
        assert send(other, "/sign-in/code", code="wrong").status_code == 401
    refused = send(other, "/sign-in/code", code=code_now(secret))
    assert refused.status_code == 429
    assert 890 <= int(refused.headers["Retry-After"]) <= 900


def test_setting_up_asks_for_the_password_and_signs_out_others(client, user, sessions):
    other = client.application.test_client()
    send_password(client)
    send_password(other)
    assert send(client, f"{PAGE}/begin", PAGE, password="wrong").status_code == 422
    assert 'class="key"' not in client.get(PAGE).text
    _, codes = enrol(client)
    assert len(codes) == 10
    assert is_in(client)
    assert not is_in(other)
    assert codes[0] not in client.get(PAGE).text


def test_a_link_of_an_owner_does_not_go_round_the_app(client, user, sessions):
    send_password(client)
    secret, _ = enrol(client)
    with sessions() as session:
        link = f"/set-up/{invite(session, session.merge(user), actor=COMMAND_LINE, now=utc_now())}"
    other = client.application.test_client()
    password = "another kettle entirely"
    response = send(other, link, name="Kim", password=password, again=password)
    assert response.headers["Location"] == "/sign-in/code"
    assert not is_in(other)
    assert send(other, "/sign-in/code", code=code_now(secret)).status_code == 303
    assert is_in(other)


def test_the_app_is_removed_by_a_code_only(client, user, sessions):
    send_password(client)
    secret, codes = enrol(client)
    assert send(client, f"{PAGE}/remove", PAGE, code=STAFF_PASSWORD).status_code == 422
    renewed = send(client, f"{PAGE}/codes", PAGE, code=code_now(secret))
    assert codes[0] not in renewed.text
    fresh = re.search(r"<li><code>([a-z2-7-]+)</code>", renewed.text)[1]
    assert send(client, f"{PAGE}/remove", PAGE, code=codes[0]).status_code == 422
    assert send(client, f"{PAGE}/remove", PAGE, code=fresh).status_code == 303
    with sessions() as session:
        assert not is_enrolled(session, user)
    assert send_password(client.application.test_client()).headers["Location"] == "/insights"


def test_who_must_have_an_app_sets_one_up_before_anything_else(make_client, user, sessions):
    client = make_client(second_factor="admin")
    send_password(client)
    for address in ("/insights", "/edit", "/account"):
        assert client.get(address).headers["Location"] == PAGE
    token = form_token(client, PAGE)
    refused = client.post("/insights/costs", data={"form_token": token})
    assert refused.status_code == 403
    assert "authenticator app" in refused.text
    enrol(client)
    assert client.get("/insights").status_code == 200


def test_who_need_not_have_one_is_left_alone(make_client, user, sessions):
    client = make_client(second_factor="owner")
    send_password(client)
    assert client.get("/insights").status_code == 200


def test_who_must_have_one_can_still_leave(make_client, user, sessions):
    client = make_client(second_factor="admin")
    send_password(client)
    client.post("/sign-out", data={"form_token": form_token(client, PAGE)})
    with sessions() as session:
        assert session.query(UserSession).count() == 0
