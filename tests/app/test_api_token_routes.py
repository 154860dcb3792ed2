"""API tokens at the routes: every one against every scope, and the page on which they are made."""

import re

import pytest

from app.accounts.api_tokens import PREFIX, SCOPES, TokenWish, list_tokens, make_token
from app.accounts.audit import COMMAND_LINE
from app.accounts.users import add_user, find_user
from app.models import ROLES, utc_now
from app.views.bearer import scope_of_endpoint
from tests.app.test_staff import STAFF_ROUTES, address_of, routes_of
from tests.staff_fixtures import form_token

PAGE = "/account/tokens"

PROGRAM_ROUTES = {
    ("GET", "/api/v1/suggest"): "articles:read",
    ("GET", "/api/v1/search"): "articles:read",
    ("GET", "/api/v1/articles"): "articles:read",
    ("GET", "/api/v1/articles/<path:article_id>"): "articles:read",
    ("POST", "/api/v1/events"): None,
    ("POST", "/api/v1/tickets"): None,
    ("POST", "/api/v1/tickets/outcomes"): None,
    ("POST", "/api/v1/visitor/export"): None,
    ("POST", "/api/v1/visitor/delete"): None,
    ("GET", "/api/v1/openapi.json"): None,
    ("GET", "/api/v1/notices"): None,
    ("POST", "/api/v1/notices"): "notices:write",
    ("POST", "/api/v1/notices/<notice_id>/end"): "notices:write",
    ("GET", "/healthz"): None,
    ("GET", "/readyz"): None,
    ("GET", "/metrics"): "metrics:read",
}
"""Every route for programs, and the scope of tokens that it looks at; None where it does not."""

FIGURES = {
    ("GET", "/insights"): "insights:read",
    ("GET", "/insights/<any(articles,questions,worth,speed):name>"): "insights:read",
    ("GET", "/insights/episodes"): "insights:read",
}
"""Pages of staff that programs may read as JSON, and the scope for it."""


@pytest.fixture
def server(sessions, make_client):
    return make_client(metrics_token="for prometheus", api_token="letmein")


@pytest.fixture
def token_for(sessions):
    """A header with a token of an account with this role: `token_for("admin", "metrics:read")`."""

    def make(role, *scopes, email=""):
        email = email or f"{role}@example.com"
        with sessions() as session:
            if not any(role == each for each in made):
                add_user(
                    session, email=email, name="", role=role, password=None, actor=COMMAND_LINE
                )
                made.append(role)
            user = find_user(session, email)
            wish = TokenWish("test", scopes, 7)
            text, _ = make_token(session, user, wish, actor=COMMAND_LINE, now=utc_now())
        return {"Authorization": f"Bearer {text}"}

    made = []
    return make


def ask(client, method, pattern, headers):
    address = address_of(pattern.replace("<notice_id>", "none"))
    return client.open(f"{address}?format=json&q=refund", method=method, headers=headers)


def test_every_route_for_programs_is_in_the_table(client):
    found = {
        (method, rule.rule)
        for rule in client.application.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.endpoint.startswith(("api.", "notices.", "ops."))
    }
    assert found == PROGRAM_ROUTES.keys()


def test_the_pages_that_programs_read_are_in_the_table(client):
    with client.application.app_context():
        found = {
            (method, pattern): scope_of_endpoint(endpoint)
            for method, pattern, endpoint in routes_of(client.application)
            if scope_of_endpoint(endpoint)
        }
    assert found == FIGURES


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_opens_what_its_scope_is_for_and_nothing_else(server, token_for, scope):
    headers = token_for("owner", scope)
    for (method, pattern), wanted in (PROGRAM_ROUTES | FIGURES).items():
        response = ask(server, method, pattern, headers)
        code = (response.get_json(silent=True) or {}).get("code", "")
        if wanted == scope:
            assert code not in {"scope-missing", "token-refused", "not-signed"}, pattern
            assert response.status_code in {200, 400, 404}, pattern
        elif wanted is not None:
            assert (response.status_code, code) == (403, "scope-missing"), pattern


@pytest.mark.parametrize("role", ROLES)
def test_a_token_may_what_the_role_of_its_account_may(server, token_for, role):
    allowed = [s for s, least in SCOPES.items() if ROLES.index(role) >= ROLES.index(least)]
    headers = token_for(role, *allowed)
    for (method, pattern), wanted in (PROGRAM_ROUTES | FIGURES).items():
        if wanted is not None:
            refused = ask(server, method, pattern, headers).status_code == 403
            assert refused == (wanted not in allowed), pattern


def test_a_token_opens_no_page_and_no_form_of_staff(server, token_for):
    headers = token_for("owner", *SCOPES)
    for (method, pattern), wanted in STAFF_ROUTES.items():
        if wanted == "anybody" or (method, pattern) in FIGURES:
            continue
        status = ask(server, method, pattern, headers).status_code
        assert status == (303 if method == "GET" else 401), (method, pattern)
    for _, pattern in FIGURES:
        page = server.get(address_of(pattern), headers=headers)
        assert page.status_code == 303, pattern


@pytest.mark.parametrize("text", [PREFIX, PREFIX + "guess"])
def test_a_token_that_is_none_is_refused_rather_than_passed_over(server, text):
    for (method, pattern), wanted in (PROGRAM_ROUTES | FIGURES).items():
        response = ask(server, method, pattern, {"Authorization": f"Bearer {text}"})
        if wanted is not None:
            assert response.get_json()["code"] == "token-refused", pattern
            assert response.status_code == 401


def test_the_operators_own_tokens_go_on_working(server):
    notice = {"kind": "info", "texts": {"en": {"title": "x"}}}
    own = {"Authorization": "Bearer letmein"}
    assert server.post("/api/v1/notices", json=notice, headers=own).status_code == 201
    assert server.get("/api/v1/suggest?q=refund", headers=own).status_code == 200
    assert server.get("/metrics").status_code == 401
    prometheus = {"Authorization": "Bearer for prometheus"}
    assert server.get("/metrics", headers=prometheus).status_code == 200


def test_a_token_reads_articles_for_agents_and_no_draft(server, token_for):
    headers = token_for("reader", "articles:read")
    address = "/api/v1/articles/escalation"
    assert server.get(address).status_code == 404
    found = server.get(address, headers=headers)
    assert (found.status_code, found.headers["Cache-Control"]) == (200, "no-store")
    assert "Authorization" in found.headers["Vary"]
    assert server.get(address).status_code == 404
    assert server.get("/api/v1/articles/unfinished", headers=headers).status_code == 404
    for name in ("suggest", "search"):
        ids = [
            {each["article_id"] for each in reply.get_json()["items"]}
            for reply in (
                server.get(f"/api/v1/{name}?q=refund"),
                server.get(f"/api/v1/{name}?q=refund", headers=headers),
            )
        ]
        assert "escalation" not in ids[0]
        assert "escalation" in ids[1]


def test_no_page_shows_more_to_who_sends_a_token(server, token_for):
    headers = token_for("reader", "articles:read")
    assert server.get("/en/articles/escalation", headers=headers).status_code == 404


def test_a_token_is_shown_when_it_is_made_and_never_again(sign_in_as):
    client = sign_in_as("publisher")
    assert 'value="metrics:read"' not in client.get(PAGE).text
    form = {"form_token": form_token(client, PAGE), "name": "Bot", "days": "30"}
    made = client.post(PAGE, data=form | {"scope": "articles:read"})
    text = re.search(rf'id="token">({PREFIX}[\w-]+)<', made.text)[1]
    page = client.get(PAGE).text
    assert "Bot" in page
    assert "not used yet" in page
    assert text not in page
    headers = {"Authorization": f"Bearer {text}"}
    other = client.application.test_client()
    assert other.get("/api/v1/articles/escalation", headers=headers).status_code == 200
    assert "last used on" in client.get(PAGE).text
    number = re.search(r"/account/tokens/(\d+)/revoke", page)[1]
    revoked = client.post(f"{PAGE}/{number}/revoke", data={"form_token": form["form_token"]})
    assert revoked.status_code == 303
    assert other.get("/api/v1/articles/escalation", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"scope": "metrics:read"}, {"scope": "everything"}, {"days": "9999"}, {"name": ""}]
)
def test_a_form_that_wants_too_much_makes_nothing(sign_in_as, sessions, wrong):
    client = sign_in_as("publisher")
    form = {"form_token": form_token(client, PAGE), "name": "Bot", "days": "30"}
    sent = client.post(PAGE, data=form | {"scope": "articles:read"} | wrong)
    assert sent.status_code == 422
    with sessions() as session:
        assert list_tokens(session) == []


def test_whose_tokens_one_sees_and_ends(sign_in_as, sessions, token_for):
    token_for("reader", "articles:read")
    with sessions() as session:
        ((token, _),) = list_tokens(session)
    writer, admin = sign_in_as("writer"), sign_in_as("admin")
    assert "reader@example.com" not in writer.get(PAGE).text
    assert "reader@example.com" in admin.get(PAGE).text
    address = f"{PAGE}/{token.id}/revoke"
    assert writer.post(address, data={"form_token": form_token(writer)}).status_code == 404
    assert admin.post(address, data={"form_token": form_token(admin)}).status_code == 303
    with sessions() as session:
        assert list_tokens(session) == []


def test_who_makes_tokens_for_whom(sign_in_as, sessions):
    clients = {role: sign_in_as(role) for role in ("publisher", "admin", "owner")}
    for maker, holder, status in (
        ("admin", "publisher", 200),
        ("admin", "owner", 403),
        ("publisher", "admin", 403),
        ("owner", "admin", 200),
    ):
        client = clients[maker]
        form = {"form_token": form_token(client, PAGE), "name": "Bot", "days": "7"}
        form |= {"scope": "articles:read", "account": f"{holder}@example.com"}
        assert client.post(PAGE, data=form).status_code == status, (maker, holder)
    with sessions() as session:
        made = [(token.created_by, user.role) for token, user in list_tokens(session)]
    assert made == [("owner@example.com", "admin"), ("admin@example.com", "publisher")]
