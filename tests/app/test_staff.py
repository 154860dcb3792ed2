"""The door to the pages of staff: every route against every role, and forms that are ours."""

import re

import pytest

from app.accounts.audit import COMMAND_LINE
from app.accounts.invitations import invite
from app.accounts.sign_in import MOST_OF_ACCOUNT
from app.accounts.users import add_user
from app.models import ROLES, SignInFailure, UserSession, utc_now
from app.views.staff import ANYBODY, local_address, role_of_endpoint
from tests.staff_fixtures import STAFF_PASSWORD, add_staff, form_token

PUBLIC_BLUEPRINTS = {
    "api",
    "assets",
    "contact",
    "contextual",
    "ease",
    "your_data",
    "help",
    "media",
    "notices",
    "ops",
    "requests",
    "results",
    "widget",
}
"""What visitors and machines may open; test_public_routes.py has their table."""

STAFF_ROUTES = {
    ("GET", "/sign-in"): ANYBODY,
    ("POST", "/sign-in"): ANYBODY,
    ("GET", "/sign-in/code"): ANYBODY,
    ("POST", "/sign-in/code"): ANYBODY,
    ("GET", "/sign-in/forgotten"): ANYBODY,
    ("POST", "/sign-in/forgotten"): ANYBODY,
    ("GET", "/sign-in/new-password/<token>"): ANYBODY,
    ("POST", "/sign-in/new-password/<token>"): ANYBODY,
    ("GET", "/sign-in/openid"): ANYBODY,
    ("GET", "/sign-in/openid/back"): ANYBODY,
    ("POST", "/sign-out"): "reader",
    ("GET", "/set-up/<token>"): ANYBODY,
    ("POST", "/set-up/<token>"): ANYBODY,
    ("GET", "/account"): "reader",
    ("POST", "/account/password"): "reader",
    ("POST", "/account/sessions"): "reader",
    ("GET", "/account/second-factor"): "reader",
    ("POST", "/account/second-factor/begin"): "reader",
    ("POST", "/account/second-factor/confirm"): "reader",
    ("POST", "/account/second-factor/codes"): "reader",
    ("POST", "/account/second-factor/remove"): "reader",
    ("GET", "/account/tokens"): "reader",
    ("POST", "/account/tokens"): "reader",
    ("POST", "/account/tokens/<int:number>/revoke"): "reader",
    ("GET", "/account/grants"): "admin",
    ("POST", "/account/grants"): "admin",
    ("POST", "/account/grants/<int:number>/remove"): "admin",
    ("GET", "/account/notifications"): "reader",
    ("POST", "/account/notifications"): "reader",
    ("GET", "/edit"): "reader",
    ("POST", "/edit"): "writer",
    ("GET", "/edit/new"): "writer",
    ("POST", "/edit/new"): "writer",
    ("POST", "/edit/machine/<locale:locale>/<path:article_id>"): "writer",
    ("GET", "/edit/links"): "reader",
    ("GET", "/edit/translations"): "reader",
    ("GET", "/edit/record"): "admin",
    ("GET", "/edit/token"): "reader",
    ("GET", "/edit/conflicts"): "reader",
    ("GET", "/edit/conflicts/<int:number>"): "writer",
    ("POST", "/edit/conflicts/<int:number>"): "writer",
    ("GET", "/edit/notices"): "reader",
    ("POST", "/edit/notices"): "publisher",
    ("POST", "/edit/notices/<notice_id>/end"): "publisher",
    ("GET", "/edit/text/<locale:locale>/<path:article_id>"): "reader",
    ("POST", "/edit/text/<locale:locale>/<path:article_id>"): "writer",
    ("POST", "/edit/kept/<locale:locale>/<path:article_id>"): "writer",
    ("POST", "/edit/forget/<locale:locale>/<path:article_id>"): "writer",
    ("POST", "/edit/preview/<locale:locale>/<path:article_id>"): "reader",
    ("POST", "/edit/advice/<locale:locale>/<path:article_id>"): "writer",
    ("POST", "/edit/pictures/<locale:locale>/<path:article_id>"): "writer",
    ("GET", "/edit/merge/<locale:locale>/<path:article_id>"): "writer",
    ("POST", "/edit/merge/<locale:locale>/<path:article_id>"): "writer",
    ("POST", "/edit/step/<locale:locale>/<path:article_id>"): "reader",
    ("GET", "/edit/history/<locale:locale>/<path:article_id>"): "reader",
    ("POST", "/edit/restore/<locale:locale>/<path:article_id>"): "writer",
    ("POST", "/edit/rename/<path:article_id>"): "publisher",
    ("GET", "/insights"): "reader",
    ("GET", "/insights/<any(articles,questions,worth,speed):name>"): "reader",
    ("GET", "/insights/episodes"): "reader",
    ("GET", "/insights/definitions"): "reader",
    ("POST", "/insights/costs"): "admin",
    ("GET", "/insights/improvements"): "reader",
    ("POST", "/insights/improvements"): "writer",
    ("GET", "/insights/improvements/<int:number>"): "reader",
    ("POST", "/insights/improvements/<int:number>"): "writer",
    ("POST", "/insights/improvements/<int:number>/settle"): "writer",
}
"""Every route of staff and the least role that may use it."""

FILLED = {
    "<locale:locale>": "en",
    "<path:article_id>": "refund",
    "<token>": "unknown",
    "<int:number>": "1",
    "<notice_id>": "0" * 12,
    "<episode_id>": "0" * 32,
    "<any(articles,questions,worth,speed):name>": "articles",
}


def routes_of(application):
    """(method, pattern, endpoint) of every route outside the public blueprints."""
    for rule in application.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in PUBLIC_BLUEPRINTS | {"static"}:
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, rule.endpoint


def address_of(pattern):
    for part, value in FILLED.items():
        pattern = pattern.replace(part, value)
    assert "<" not in pattern, f"say in FILLED what stands in {pattern}"
    return pattern


def ask(client, method, pattern, token="0"):
    data = {"form_token": token} if method == "POST" else None
    return client.open(address_of(pattern), method=method, data=data)


def test_every_route_of_staff_is_in_the_table(client):
    found = {(method, pattern) for method, pattern, _ in routes_of(client.application)}
    assert found == STAFF_ROUTES.keys()


def test_what_a_route_asks_for_is_what_the_table_says(client):
    with client.application.app_context():
        for method, pattern, endpoint in routes_of(client.application):
            assert role_of_endpoint(endpoint) == STAFF_ROUTES[method, pattern], endpoint


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reaches_what_is_its_own_and_nothing_else(sign_in_as, role):
    """Forms carry no token here: who is let in is told that the form is too old."""
    client = sign_in_as(role)
    for (method, pattern), wanted in STAFF_ROUTES.items():
        response = ask(client, method, pattern)
        allowed = wanted == ANYBODY or ROLES.index(role) >= ROLES.index(wanted)
        refused = "Your account may not do this" in response.text
        assert refused == (not allowed), (method, pattern)
        if method == "POST" and allowed:
            assert response.status_code == 403
            assert "This form is too old" in response.text


def test_who_is_not_signed_in_is_led_to_the_door_or_refused(client):
    for (method, pattern), wanted in STAFF_ROUTES.items():
        if wanted == ANYBODY:
            continue
        response = ask(client, method, pattern)
        if method == "GET":
            assert response.status_code == 303
            assert response.headers["Location"].startswith("/sign-in?next=")
        else:
            assert response.status_code == 401


def test_a_view_that_says_nothing_is_opened_to_nobody(sign_in_as, monkeypatch):
    client = sign_in_as("owner")
    monkeypatch.setitem(client.application.view_functions, "accounts.account", lambda: "open!")
    response = client.get("/account")
    assert response.status_code == 500
    assert "open!" not in response.text


@pytest.fixture
def user(sessions):
    with sessions() as session:
        return add_staff(session, "kim", "writer", password=STAFF_PASSWORD)


def send_sign_in(client, following="", password=STAFF_PASSWORD, email="kim@example.com", **more):
    data = {
        "form_token": form_token(client, "/sign-in"),
        "email": email,
        "password": password,
        "next": following,
    }
    return client.post("/sign-in", data=data, **more)


def test_signing_in_leads_to_the_page_that_was_asked_for(client, user):
    door = client.get("/account?x=1")
    assert door.headers["Location"] == "/sign-in?next=/account?x%3D1"
    response = send_sign_in(client, "/account?x=1")
    assert (response.status_code, response.headers["Location"]) == (303, "/account?x=1")
    page = client.get("/account")
    assert "kim@example.com" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_cookie_is_for_this_site_and_no_script(client, user):
    cookie = send_sign_in(client).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_secure_over_tls(make_client, sessions, user):
    client = make_client()
    page = client.get("/sign-in", base_url="https://localhost")
    token = re.search(r'form_token" value="(\w+)"', page.text)[1]
    data = {"form_token": token, "email": "kim@example.com", "password": STAFF_PASSWORD}
    response = client.post("/sign-in", data=data, base_url="https://localhost")
    assert response.status_code == 303
    assert "Secure" in response.headers["Set-Cookie"]


def test_signing_in_changes_the_session_and_signing_out_ends_it_on_the_server(
    client, sessions, user
):
    send_sign_in(client)
    first = client.get_cookie("kotae_staff").value
    client.post("/sign-out", data={"form_token": form_token(client)})
    assert client.get_cookie("kotae_staff") is None
    client.set_cookie("kotae_staff", first)
    assert client.get("/account").status_code == 303
    with sessions() as session:
        assert session.query(UserSession).count() == 0


@pytest.mark.parametrize("email", ["kim@example.com", "nobody@example.com", "no address"])
def test_a_refusal_says_the_same_of_every_address(client, user, email):
    response = send_sign_in(client, email=email, password="wrong")
    assert response.status_code == 401
    text = re.sub(r'(value="[^"]*")', "", response.text)
    other = send_sign_in(client, email="else@example.com", password="wrong").text
    assert text == re.sub(r'(value="[^"]*")', "", other)


def test_too_many_attempts_are_told_to_wait(client, user):
    for _ in range(MOST_OF_ACCOUNT):
        assert send_sign_in(client, password="wrong").status_code == 401
    response = send_sign_in(client)
    assert response.status_code == 429
    assert 890 <= int(response.headers["Retry-After"]) <= 900


def test_a_form_of_another_site_or_session_changes_nothing(client, sessions, user):
    foreign = send_sign_in(client, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    stolen = form_token(client.application.test_client(), "/sign-in")
    data = {"form_token": stolen, "email": "kim@example.com", "password": STAFF_PASSWORD}
    assert client.post("/sign-in", data=data).status_code == 403
    with sessions() as session:
        assert session.query(SignInFailure).count() == session.query(UserSession).count() == 0


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/\n/evil.example",
        "http://[",
    ],
)
def test_nobody_is_led_away_after_signing_in(client, user, address):
    assert local_address(address) == ""
    assert send_sign_in(client, address).headers["Location"] == "/insights"


def test_a_link_sets_a_password_and_signs_in(client, sessions):
    with sessions() as session:
        user = add_user(
            session,
            email="lee@example.com",
            name="",
            role="owner",
            password=None,
            actor=COMMAND_LINE,
        )
        link = f"/set-up/{invite(session, user, actor=COMMAND_LINE, now=utc_now())}"
    data = {"form_token": form_token(client, link), "name": "Lee", "password": STAFF_PASSWORD}
    assert client.post(link, data=data | {"again": "other"}).status_code == 422
    assert client.post(link, data=data | {"password": "x", "again": "x"}).status_code == 422
    response = client.post(link, data=data | {"again": STAFF_PASSWORD})
    assert response.headers["Location"] == "/insights"
    assert "Lee" in client.get("/account").text
    again = client.get(link)
    assert again.status_code == 404
    assert "does not work any more" in again.text
    assert again.headers["Referrer-Policy"] == "same-origin"


def test_a_new_password_signs_out_everywhere_else(client, user):
    other = client.application.test_client()
    send_sign_in(client)
    send_sign_in(other)
    data = {"form_token": form_token(client), "password": "another kettle entirely"}
    data |= {"current": "wrong", "again": data["password"]}
    assert client.post("/account/password", data=data).status_code == 422
    data["current"] = STAFF_PASSWORD
    assert client.post("/account/password", data=data).status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert send_sign_in(other, password="another kettle entirely").status_code == 303


def test_another_browser_is_signed_out_from_here(client, user):
    other = client.application.test_client()
    send_sign_in(other)
    send_sign_in(client)
    assert client.get("/account").text.count('name="session"') == 2
    client.post("/account/sessions", data={"form_token": form_token(client)})
    assert other.get("/account").status_code == 303
    assert client.get("/account").text.count('name="session"') == 1


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "Sign in"),
        ("ko", "로그인"),
        ("ja", "ログイン"),
        ("zh", "登录"),
        ("zh-Hant", "登入"),
    ],
)
def test_the_door_speaks_the_visitors_language_and_remembers_the_chosen_one(client, locale, words):
    asked = client.get("/sign-in", headers={"Accept-Language": locale})
    assert f"<h1>{words}</h1>" in asked.text
    client.get(f"/sign-in?lang={locale}")
    assert f"<h1>{words}</h1>" in client.get("/sign-in").text
    assert f"<h1>{words}</h1>" in client.get("/sign-in?lang=xx").text
