"""What guards pages and the API: content policy, origins, proxies, tokens."""

import pytest

SHOP = "https://shop.example.com"
OTHER = "https://evil.example.net"
TICKET = {"email": "kim@example.com", "subject": "s", "body": "b"}


@pytest.fixture
def shop(sessions, make_client):
    return make_client(allowed_origins=(SHOP,))


@pytest.mark.parametrize(
    "address", ["/en/", "/nothing", "/api/v1/suggest?q=x", "/api/v1/nothing", "/healthz"]
)
def test_every_answer_says_what_it_may_load_and_do(client, address):
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; "
        "media-src 'self' https:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("path", ["suggest?q=x", "search?q=x", "articles", "articles/refund"])
def test_pages_of_an_allowed_site_may_read_answers(shop, path):
    response = shop.get(f"/api/v1/{path}", headers={"Origin": SHOP})
    assert response.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Origin" in response.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_an_error_can_be_read_by_an_allowed_site_too(shop):
    response = shop.get("/api/v1/suggest?q=x&limit=x", headers={"Origin": SHOP})
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (400, SHOP)


@pytest.mark.parametrize("path", ["/api/v1/suggest?q=x", "/api/v1/articles"])
@pytest.mark.parametrize(
    "origin", [OTHER, "null", "https://shop.example.com.evil.net", SHOP + ":8"]
)
def test_pages_of_other_sites_may_not(shop, path, origin):
    response = shop.get(path, headers={"Origin": origin})
    assert (response.status_code, response.get_json()["code"]) == (403, "origin-refused")
    # Their console says what to do about it; an answer is never in it.
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert origin in response.get_json()["detail"]
    assert "KB_ALLOWED_ORIGINS" in response.get_json()["detail"]
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize(
    "path", ["/api/v1/tickets/outcomes", "/api/v1/openapi.json", "/healthz", "/metrics", "/en/"]
)
def test_nothing_else_is_shared(shop, path):
    response = shop.open(path, method="OPTIONS", headers={"Origin": SHOP})
    assert "Access-Control-Allow-Origin" not in response.headers


def test_no_site_is_allowed_unless_it_is_set(client):
    response = client.get("/api/v1/suggest?q=x", headers={"Origin": SHOP})
    assert response.status_code == 403
    own = client.get("/api/v1/suggest?q=x", headers={"Origin": "http://localhost"})
    assert own.status_code == 200
    assert "Access-Control-Allow-Origin" not in own.headers


def test_any_site_can_be_allowed(sessions, make_client):
    client = make_client(allowed_origins=("*",))
    response = client.get("/api/v1/suggest?q=x", headers={"Origin": OTHER})
    assert response.headers["Access-Control-Allow-Origin"] == OTHER


@pytest.mark.parametrize(
    ("path", "method"), [("suggest", "GET"), ("events", "POST"), ("tickets", "POST")]
)
def test_a_preflight_is_answered_with_what_is_allowed(shop, path, method):
    asked = {
        "Origin": SHOP,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type",
    }
    response = shop.options(f"/api/v1/{path}", headers=asked)
    assert response.status_code == 200
    assert method in response.headers["Access-Control-Allow-Methods"].split(", ")
    assert response.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert response.headers["Access-Control-Max-Age"] == "600"
    refused = shop.options(f"/api/v1/{path}", headers=asked | {"Origin": OTHER})
    assert "Access-Control-Allow-Methods" not in refused.headers


@pytest.mark.parametrize(
    ("origin", "status"),
    [(SHOP, 201), ("http://localhost", 201), (None, 201), (OTHER, 403), ("null", 403)],
)
def test_only_pages_of_allowed_sites_may_send_tickets(shop, origin, status):
    headers = {} if origin is None else {"Origin": origin}
    response = shop.post("/api/v1/tickets", json=TICKET, headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": OTHER}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
        ({"Origin": OTHER}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8000"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": ""}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/en/contact", "/en/feedback"])
def test_a_form_is_taken_from_our_own_pages_only(client, path, headers, status):
    form = TICKET | {"article_id": "refund", "value": "helpful"}
    assert client.post(path, data=form, headers=headers).status_code == status


def test_our_own_origin_is_the_public_one_behind_a_proxy(sessions, make_client):
    client = make_client(base_url="https://help.example.com")
    headers = {"Origin": "https://help.example.com"}
    assert client.post("/en/contact", data=TICKET, headers=headers).status_code == 303


@pytest.mark.parametrize(("proxies", "statuses"), [(0, [200, 429]), (1, [200, 200])])
def test_forwarded_addresses_are_believed_only_from_trusted_proxies(
    sessions, make_client, proxies, statuses
):
    client = make_client(trusted_proxies=proxies, rate_suggest="1/minute")
    answers = [
        client.get("/api/v1/suggest?q=x", headers={"X-Forwarded-For": address})
        for address in ("192.0.2.1", "192.0.2.2")
    ]
    assert [answer.status_code for answer in answers] == statuses


@pytest.mark.parametrize(
    "path",
    ["/en/search", "/api/v1/suggest", "/en/articles/\xff", "/api/v1/articles/\xc3(", "/\xff"],
)
def test_an_address_that_is_not_utf_8_is_refused_everywhere(client, path):
    # The test client would repair such a path; a WSGI server hands its bytes on as Latin-1.
    response = client.get("/", environ_overrides={"PATH_INFO": path, "QUERY_STRING": "q=%c3%28"})
    assert response.status_code == 400
    if not path.isascii():
        assert client.get("/", environ_overrides={"PATH_INFO": path}).status_code == 400
