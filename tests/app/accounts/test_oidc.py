"""Signing in by an OpenID provider: a real one in another process, honest and lying."""

import re
import time

import pytest
import requests
from sqlalchemy import select

from app.accounts.api_tokens import TokenWish, list_tokens, make_token
from app.accounts.audit import COMMAND_LINE
from app.accounts.grants import add_grant, list_grants
from app.accounts.invitations import invite
from app.accounts.sessions import find_session
from app.accounts.users import NoPassword, set_password
from app.models import AuditEntry, Identity, User, UserSession, utc_now
from app.views.oidc import LASTS
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, KIM, behave, start_provider
from tests.staff_fixtures import STAFF_PASSWORD, add_staff, form_token

ROLES = (("help-writers", "writer"), ("help-leads", "publisher"), ("cn=Owners,ou=IT", "owner"))


@pytest.fixture(scope="module")
def issuer():
    process, address = start_provider()
    yield address
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def make_door(issuer, make_client, sessions, tmp_path):
    """Clients of a help center that knows the provider, which is honest again."""
    behave(issuer)
    secret = tmp_path / "secret"
    secret.write_text(CLIENT_SECRET + "\n", encoding="utf-8")

    def make(**changes):
        chosen = {"oidc_issuer": issuer, "oidc_client_id": CLIENT_ID, "oidc_roles": ROLES}
        return make_client(**(chosen | {"oidc_client_secret_file": secret} | changes))

    return make


@pytest.fixture
def door(make_door):
    return make_door()


def leave(client, **query):
    """Where the provider sends the browser back to, as path and query."""
    away = client.get("/sign-in/openid", query_string=query)
    assert away.status_code == 303, away.text
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=10)
    assert back.status_code == 303, back.text
    address = back.headers["Location"]
    assert address.startswith("http://localhost/sign-in/openid/back?")
    return address.removeprefix("http://localhost")


def sign_in(client, **query):
    return client.get(leave(client, **query))


def users(sessions):
    with sessions() as session:
        return {user.email: user for user in session.scalars(select(User))}


def deeds(sessions):
    with sessions() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.action, row.details.get("reason") or row.actor) for row in rows]


def test_a_button_leads_there_and_the_answer_makes_an_account_and_signs_in(door, sessions, issuer):
    page = door.get("/sign-in?next=/account").text
    assert f"Sign in with {issuer.partition('://')[2]}" in page
    assert re.search(r'href="(/sign-in/openid\?next=[^"]+)"', page)[1].endswith("account")
    response = sign_in(door, next="/account")
    assert (response.status_code, response.headers["Location"]) == (303, "/account")
    account = door.get("/account").text
    assert "Kim Haneul" in account
    assert "Writer" in account
    assert "have no password here" in account
    kim = users(sessions)["kim@example.com"]
    assert (kim.role, kim.password_hash) == ("writer", None)
    with sessions() as session:
        identity = session.scalars(select(Identity)).one()
        assert (identity.issuer, identity.subject, identity.user_id) == (issuer, "7f3a", kim.id)
    assert [action for action, _ in deeds(sessions)] == ["user.add", "identity.add", "session.open"]


def test_a_session_from_the_provider_ends_after_hours_not_weeks(door, sessions):
    sign_in(door)
    token = door.get_cookie("kotae_staff").value
    with sessions() as session:
        assert find_session(session, token, now=utc_now())
        kept = session.scalars(select(UserSession)).one()
        assert kept.expires_at - kept.created_at == LASTS


def test_the_account_belongs_to_the_subject_whatever_the_address_becomes(door, sessions, issuer):
    sign_in(door)
    behave(issuer, user=KIM | {"email": "kim.married@example.com", "email_verified": False})
    assert sign_in(door).status_code == 303
    assert list(users(sessions)) == ["kim@example.com"]
    behave(issuer, user=KIM | {"sub": "somebody else"})
    refused = sign_in(door)
    assert refused.status_code == 403
    assert "does not confirm your e-mail address" in refused.text


def test_a_verified_new_address_is_followed_and_written_down(door, sessions, issuer):
    sign_in(door)
    before = users(sessions)["kim@example.com"].id
    behave(issuer, user=KIM | {"email": "Kim.Married@example.com"})
    sign_in(door)
    assert {email: user.id for email, user in users(sessions).items()} == {
        "kim.married@example.com": before
    }
    with sessions() as session:
        [deed] = session.scalars(select(AuditEntry).where(AuditEntry.action == "user.email"))
        told = {"before": "kim@example.com", "after": "kim.married@example.com"}
        assert (deed.actor, deed.details) == ("kim@example.com", told)
    behave(issuer, user=KIM | {"sub": "somebody else"})
    assert sign_in(door).status_code == 303
    assert len(users(sessions)) == 2


@pytest.mark.parametrize("email", ["lee@example.com", "no address", ""])
def test_an_address_that_cannot_be_had_changes_nothing_and_keeps_nobody_out(
    door, sessions, issuer, email
):
    sign_in(door)
    with sessions() as session:
        lee = add_staff(session, "lee", "admin").id
    behave(issuer, user=KIM | {"email": email})
    assert sign_in(door).status_code == 303
    assert users(sessions)["lee@example.com"].id == lee
    assert users(sessions)["kim@example.com"].role == "writer"


def test_whom_no_group_lets_in_changes_no_address(door, sessions, issuer):
    sign_in(door)
    behave(issuer, user=KIM | {"email": "kim.married@example.com", "groups": []})
    assert sign_in(door).status_code == 403
    assert list(users(sessions)) == ["kim@example.com"]


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["help-writers", "help-leads"], "publisher"),
        ("cn=Owners,ou=IT", "owner"),
        (["help-writers", 7, None], "writer"),
    ],
)
def test_the_highest_group_gives_the_role(door, sessions, issuer, groups, role):
    behave(issuer, user=KIM | {"groups": groups})
    sign_in(door)
    assert users(sessions)["kim@example.com"].role == role


def test_the_role_follows_the_groups_at_every_sign_in(door, sessions, issuer):
    sign_in(door)
    behave(issuer, user=KIM | {"groups": ["help-leads"]})
    sign_in(door)
    assert users(sessions)["kim@example.com"].role == "publisher"
    assert ("user.role", "kim@example.com") in deeds(sessions)


def test_whom_no_group_lets_in_any_more_is_turned_away_and_signed_out(door, sessions, issuer):
    sign_in(door)
    other = door.application.test_client()
    behave(issuer, user=KIM | {"groups": ["everybody"]})
    refused = sign_in(other)
    assert refused.status_code == 403
    assert "none of your groups has access" in refused.text
    assert door.get("/account").status_code == 303
    assert deeds(sessions)[-1] == ("session.refuse", "no-role")


def test_a_default_role_lets_everybody_of_the_organisation_in(make_door, sessions, issuer):
    behave(issuer, user=KIM | {"groups": None})
    client = make_door(oidc_default_role="reader")
    assert sign_in(client).status_code == 303
    assert users(sessions)["kim@example.com"].role == "reader"


LIMITED = (("korea", ("writer", "", "ko")), ("pay", ("publisher", "payment", "")))


def limits(sessions):
    with sessions() as session:
        return {(g.role, g.category, g.locale, g.from_groups) for g, _ in list_grants(session)}


def test_groups_give_roles_in_some_places_and_take_them_away(make_door, sessions, issuer):
    client = make_door(oidc_grants=LIMITED)
    behave(issuer, user=KIM | {"groups": ["korea", "pay"]})
    assert sign_in(client).status_code == 303
    kim = users(sessions)["kim@example.com"]
    assert kim.role == "publisher"
    korea, pay = ("writer", "", "ko", True), ("publisher", "payment", "", True)
    assert limits(sessions) == {korea, pay}
    with sessions() as session:
        add_grant(session, session.merge(kim), "reader", locale="ja", actor=COMMAND_LINE)
    behave(issuer, user=KIM | {"groups": ["korea"]})
    sign_in(client)
    assert users(sessions)["kim@example.com"].role == "writer"
    by_hand = ("reader", "", "ja", False)
    assert limits(sessions) == {korea, by_hand}
    before = len(deeds(sessions))
    sign_in(client)
    assert [action for action, _ in deeds(sessions)[before:]] == ["session.open"]
    behave(issuer, user=KIM | {"groups": ["help-writers"]})
    sign_in(client)
    assert limits(sessions) == {by_hand}
    assert [action for action, _ in deeds(sessions)].count("user.ungrant") == 2


def test_a_limited_group_lets_write_there_and_nowhere_else(make_door, sessions, issuer):
    client = make_door(oidc_grants=LIMITED)
    behave(issuer, user=KIM | {"groups": ["korea"]})
    sign_in(client)
    assert client.get("/edit/text/en/refund").status_code == 403
    listed = client.get("/edit").text
    assert "환불 받기" in listed
    assert "Get a refund" not in listed


def test_the_last_owner_stays_one(door, sessions, issuer):
    behave(issuer, user=KIM | {"groups": ["cn=Owners,ou=IT"]})
    sign_in(door)
    behave(issuer)
    assert sign_in(door).status_code == 303
    assert users(sessions)["kim@example.com"].role == "owner"


def make_kim(sessions):
    with sessions() as session:
        return add_staff(session, "kim", "admin", password=STAFF_PASSWORD)


def test_an_account_that_was_there_loses_password_and_tokens_to_the_provider(door, sessions):
    made = make_kim(sessions)
    with sessions() as session:
        wish = TokenWish("bot", ("articles:read",), 90)
        make_token(session, made, wish, actor=COMMAND_LINE, now=utc_now())
    sign_in(door)
    with sessions() as session:
        kim = session.get_one(User, made.id)
        assert (kim.role, kim.password_hash) == ("writer", None)
        assert list_tokens(session) == []
        with pytest.raises(NoPassword):
            set_password(session, kim, "another kettle entirely", actor=COMMAND_LINE)
        with pytest.raises(NoPassword):
            invite(session, kim, actor=COMMAND_LINE, now=utc_now())


@pytest.mark.parametrize("changes", [{"email_verified": False}, {"email_verified": None}])
def test_an_address_that_nobody_vouches_for_takes_over_no_account(door, sessions, issuer, changes):
    make_kim(sessions)
    behave(issuer, user=KIM | changes | {"groups": ["cn=Owners,ou=IT"]})
    assert sign_in(door).status_code == 403
    kim = users(sessions)["kim@example.com"]
    assert kim.role == "admin"
    assert kim.password_hash
    assert deeds(sessions)[-1] == ("session.refuse", "address-unproven")


def test_a_disabled_account_stays_out(door, sessions):
    sign_in(door)
    with sessions.begin() as session:
        session.scalars(select(User)).one().disabled_at = utc_now()
    refused = sign_in(door.application.test_client())
    assert refused.status_code == 403
    assert "was disabled" in refused.text


def test_what_the_id_token_lacks_is_asked_for(door, sessions, issuer):
    behave(issuer, lies={"terse": True})
    assert sign_in(door).status_code == 303
    assert users(sessions)["kim@example.com"].role == "writer"
    behave(issuer, lies={"terse": True, "userinfo": {"sub": "somebody else"}})
    assert sign_in(door.application.test_client()).status_code == 401


NOW = int(time.time())
LIES = {
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "another audience": {"claims": {"aud": "other"}},
    "another party": {"claims": {"aud": [CLIENT_ID, "other"], "azp": "other"}},
    "another nonce": {"claims": {"nonce": "made up"}},
    "no nonce": {"claims": {"nonce": None}},
    "expired": {"claims": {"exp": NOW - 3600, "iat": NOW - 7200}},
    "no expiry": {"claims": {"exp": None}},
    "of tomorrow": {"claims": {"iat": NOW + 86400, "exp": NOW + 90000}},
    "no subject": {"claims": {"sub": None}},
    "endless subject": {"claims": {"sub": "s" * 300}},
    "another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "unsigned": {"signed": "none"},
    "signed with the client's secret": {"signed": "secret"},
    "signed with the public key as a secret": {"signed": "public key"},
    "signed with another key": {"signed": "other key"},
    "a broken signature": {"signed": "broken"},
    "answered by another provider": {"answers_as": "https://evil.example"},
    "denied": {"denied": True},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_what_does_not_hold_signs_nobody_in(door, sessions, issuer, lie):
    behave(issuer, lies=lie)
    refused = sign_in(door)
    assert refused.status_code == 401
    assert "did not sign you in" in refused.text
    assert users(sessions) == {}
    assert door.get("/account").status_code == 303


def test_the_provider_may_change_its_keys(door, issuer, monkeypatch):
    sign_in(door)
    behave(issuer, lies={"new_key": True})
    monkeypatch.setattr("app.accounts.oidc_metadata._RENEWED_SECONDS", 0)
    assert sign_in(door.application.test_client()).status_code == 303


def test_an_answer_is_good_for_once_and_for_the_browser_that_asked(door, sessions):
    answer = leave(door)
    stranger = door.application.test_client()
    assert stranger.get(answer).status_code == 401
    leave(stranger)
    assert stranger.get(answer).status_code == 401
    assert door.get(answer).status_code == 303
    assert door.get(answer).status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "e30.99999999999.00", "e30.1.00", "é.9.é"])
def test_an_attempt_that_we_did_not_seal_is_none(door, cookie):
    answer = leave(door)
    door.set_cookie("kotae_openid", cookie)
    assert door.get(answer).status_code == 401


def test_nobody_is_led_away_after_coming_back(door):
    assert sign_in(door, next="//evil.example/").headers["Location"] == "/insights"


def test_a_provider_that_calls_itself_otherwise_or_is_away_is_no_provider(make_door, issuer):
    behave(issuer, lies={"called": "https://login.example.com"})
    assert make_door().get("/sign-in/openid").status_code == 502
    away = make_door(oidc_issuer="http://127.0.0.1:9").get("/sign-in/openid")
    assert away.status_code == 502
    assert "cannot be reached" in away.text


def test_passwords_can_be_switched_off(make_door, sessions):
    make_kim(sessions)
    client = make_door(password_sign_in="off")
    page = client.get("/sign-in").text
    assert 'name="password"' not in page
    assert "/sign-in/openid" in page
    client.get("/account")
    token = form_token(make_door(), "/sign-in")
    assert client.post("/sign-in", data={"form_token": token}).status_code == 403
    assert client.get("/set-up/unknown").status_code == 403
    assert sign_in(client).status_code == 303


def test_without_a_provider_there_is_no_such_way(client):
    assert "/sign-in/openid" not in client.get("/sign-in").text
    assert client.get("/sign-in/openid").status_code == 404
    assert client.get("/sign-in/openid/back?code=x&state=y").status_code == 404
