"""Site keys: who may call under one, who is vouched for, and how they are managed."""

import hashlib
import hmac
import json

import pytest
from click.testing import CliRunner

from app.cli import main
from app.deflection.people import sign_identity
from app.models import Ticket
from app.problems import BadRequestData
from app.sites import (
    BadSite,
    IdentityRefused,
    SiteNotFound,
    add_site,
    find_site,
    list_sites,
    read_identity,
    remove_site,
)

SHOP = "https://shop.example.com"
OTHER = "https://evil.example.net"
UNKNOWN = "site_" + "0" * 24
TICKET = {"email": "kim@example.com", "subject": "s", "body": "b"}
CALLS = [
    ("GET", "/api/v1/suggest", None),
    ("GET", "/api/v1/search", None),
    ("GET", "/api/v1/articles", None),
    ("GET", "/api/v1/articles/refund", None),
    ("POST", "/api/v1/tickets", TICKET),
    (
        "POST",
        "/api/v1/events",
        {
            "session": "s",
            "events": [
                {
                    "id": "01234567-89ab-4def-8123-456789abcdef",
                    "type": "solved",
                    "at": "2026-01-01T00:00:00Z",
                }
            ],
        },
    ),
]


@pytest.fixture
def site(sessions):
    with sessions() as session:
        made = add_site(session, "Shop", [SHOP], "mailto:shop@example.com")
        return {"key": made.key, "secret": made.secret}


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=lambda given: str(given)[:20])
def test_pages_of_the_site_are_answered_under_its_key_and_no_others(
    client, site, method, path, body
):
    def call(origin, key):
        headers = {"Origin": origin}
        return client.open(
            path, method=method, json=body, headers=headers, query_string={"site": key}
        )

    allowed = call(SHOP, site["key"])
    assert allowed.status_code < 300
    assert allowed.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Origin" in allowed.headers["Vary"]
    foreign = call(OTHER, site["key"])
    assert (foreign.status_code, foreign.get_json()["code"]) == (403, "origin-refused")
    unknown = call(SHOP, UNKNOWN)
    assert (unknown.status_code, unknown.get_json()["code"]) == (403, "unknown-site")
    # A page may read why it is refused, and nothing else.
    assert unknown.headers["Access-Control-Allow-Origin"] == "*"


def test_a_key_does_not_widen_what_the_settings_allow_without_one(sessions, make_client, site):
    client = make_client(allowed_origins=(OTHER,))
    without = client.get("/api/v1/suggest?q=x", headers={"Origin": OTHER})
    assert without.headers["Access-Control-Allow-Origin"] == OTHER
    under = client.get(f"/api/v1/suggest?q=x&site={site['key']}", headers={"Origin": OTHER})
    assert (under.status_code, under.get_json()["code"]) == (403, "origin-refused")


def test_a_preflight_is_answered_for_the_sites_pages(client, site):
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}
    answer = client.options(f"/api/v1/tickets?site={site['key']}", headers=asked)
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_one_site_cannot_use_up_what_another_may_ask(sessions, make_client, site):
    client = make_client(rate_suggest="2/minute")
    with sessions() as session:
        second = add_site(session, "Second", [SHOP]).key

    def ask(key):
        return client.get("/api/v1/suggest", query_string={"q": "x", "site": key}).status_code

    assert [ask(site["key"]) for _ in range(3)] == [200, 200, 429]
    assert ask(second) == 200
    # Keys that somebody makes up are not counted apart: they are refused.
    assert ask(UNKNOWN) == 403
    assert ask("x") == 403


def test_the_rate_of_a_key_is_counted_for_each_address(sessions, make_client, site):
    client = make_client(rate_suggest="1/minute", trusted_proxies=1)

    def ask(address):
        return client.get(
            "/api/v1/suggest",
            query_string={"q": "x", "site": site["key"]},
            headers={"X-Forwarded-For": address},
        ).status_code

    assert [ask("192.0.2.1"), ask("192.0.2.1"), ask("192.0.2.2")] == [200, 429, 200]


def test_a_signature_is_the_hmac_of_the_id():
    expected = hmac.new(b"secret", b"customer 7", hashlib.sha256).hexdigest()
    assert sign_identity("secret", "customer 7") == expected


def identity(site, name="customer 7", **changes):
    return {"id": name, "hash": sign_identity(site["secret"], name)} | changes


def test_a_proved_identity_is_on_the_ticket(client, sessions, site):
    sent = client.post(
        f"/api/v1/tickets?site={site['key']}", json=TICKET | {"identity": identity(site)}
    )
    with sessions() as session:
        ticket = session.get(Ticket, sent.get_json()["ticket_id"])
        assert (ticket.site, ticket.identity) == (site["key"], "customer 7")


@pytest.mark.parametrize(
    ("changes", "keyed"),
    [({"id": "customer 8"}, True), ({"hash": "0" * 64}, True), ({}, False)],
    ids=["another id", "another hash", "no key"],
)
def test_an_identity_that_is_not_proved_is_refused(client, sessions, site, changes, keyed):
    address = f"/api/v1/tickets?site={site['key']}" if keyed else "/api/v1/tickets"
    sent = client.post(address, json=TICKET | {"identity": identity(site, **changes)})
    assert (sent.status_code, sent.get_json()["code"]) == (403, "identity-refused")
    with sessions() as session:
        assert session.query(Ticket).count() == 0


@pytest.mark.parametrize("value", ["x", [], {"id": "x"}, {"hash": "0" * 64}, {"id": 5, "hash": 5}])
def test_what_is_no_identity_is_refused_as_such(value):
    with pytest.raises(BadRequestData):
        read_identity("", value)


def test_no_identity_is_none():
    assert read_identity("", None) is None


def test_the_secret_of_another_site_proves_nothing(sessions, site):
    with sessions() as session:
        other = add_site(session, "Other", [SHOP])
        with pytest.raises(IdentityRefused):
            read_identity(other.secret if other else "", identity(site))


def test_a_ticket_written_without_a_key_has_no_site(client, sessions):
    sent = client.post("/api/v1/tickets", json=TICKET)
    with sessions() as session:
        ticket = session.get(Ticket, sent.get_json()["ticket_id"])
        assert (ticket.site, ticket.identity) == (None, None)


@pytest.mark.parametrize(
    ("name", "origins", "contact"),
    [
        ("", [SHOP], ""),
        ("Shop", [], ""),
        ("Shop", ["shop.example.com"], ""),
        ("Shop", [SHOP + "/path"], ""),
        ("Shop", [SHOP], "javascript:alert(1)"),
        ("Shop", [SHOP], "mailto:"),
    ],
)
def test_a_site_that_cannot_work_is_not_made(sessions, name, origins, contact):
    with sessions() as session:
        with pytest.raises(BadSite):
            add_site(session, name, origins, contact)
        assert list_sites(session) == []


def test_a_removed_site_is_gone(sessions, site):
    with sessions() as session:
        remove_site(session, site["key"])
        with pytest.raises(SiteNotFound):
            find_site(session, site["key"])


@pytest.fixture
def kb(tmp_path, monkeypatch):
    monkeypatch.setenv("KB_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KB_BASE_URL", "https://help.example.org")
    assert CliRunner().invoke(main, ["migrate"]).exit_code == 0
    return lambda *arguments: CliRunner().invoke(main, arguments)


def test_sites_are_managed_from_the_command_line(kb):
    made = json.loads(kb("site", "add", "Shop", "--origin", SHOP, "--json").output)
    assert len(made["secret"]) >= 32
    listed = json.loads(kb("site", "list", "--json").output)
    assert [(site["key"], site["origins"]) for site in listed] == [(made["key"], [SHOP])]
    assert "secret" not in listed[0]
    assert made["secret"] not in kb("site", "list").output
    assert kb("site", "remove", made["key"]).exit_code == 0
    assert json.loads(kb("site", "list", "--json").output) == []
    said = kb("user", "log").output
    assert f"site.add site:{made['key']}" in " ".join(said.split())
    assert "site.remove" in said


def test_a_sites_share_of_the_experiment_is_set_from_the_command_line(kb):
    added = ("site", "add", "Shop", "--origin", SHOP, "--holdout", "20", "--json")
    key = json.loads(kb(*added).output)["key"]

    def share():
        return json.loads(kb("site", "list", "--json").output)[0]["holdout_percent"]

    assert share() == 20
    assert kb("site", "holdout", key, "10").exit_code == 0
    assert share() == 10
    (holdout,) = json.loads(kb("report", "deflection", "--json").output)["site_holdouts"]
    assert (holdout["site"], holdout["control_percent"]) == (key, 10)
    assert f"10 % of visitors of {key}" in kb("report", "deflection").output
    assert kb("site", "holdout", key).exit_code == 0
    assert share() is None
    assert kb("site", "holdout", key, "51").exit_code == 1
    assert kb("site", "holdout", UNKNOWN, "10").exit_code == 1


def test_the_command_line_says_what_is_wrong(kb):
    assert kb("site", "add", "Shop", "--origin", "shop").exit_code == 1
    again = kb("site", "remove", UNKNOWN)
    assert again.exit_code == 1


def test_without_site_keys_the_servers_own_secret_vouches(make_client, sessions):
    client = make_client(identity_secret="s" * 40)
    proved = {"id": "customer 7", "hash": sign_identity("s" * 40, "customer 7")}
    sent = client.post("/api/v1/tickets", json=TICKET | {"identity": proved})
    with sessions() as session:
        assert session.get(Ticket, sent.get_json()["ticket_id"]).identity == "customer 7"


def test_a_signature_that_is_none_is_refused_with_a_batch(make_client):
    client = make_client(identity_secret="s" * 40)
    batch = {"session": "a" * 20, "events": [], "identity": {"id": "x", "hash": "é" * 64}}
    assert client.post("/api/v1/events", json=batch).status_code == 400
