"""The JSON API as programs see it: whole answers, whole problems."""

import json

import pytest

from app.models import Event, Ticket

REFUND = {
    "article_id": "refund",
    "locale": "en",
    "title": "Get a refund",
    "title_highlights": [[6, 12]],
    "answer": "The refund arrives within five days.",
    "answer_highlights": [[4, 10]],
    "url": "/en/articles/refund#when",
    "score": 0.9123,
    "why": ["title", "meaning"],
    "translation_of_query_locale": False,
}
UUID = "0b8f1b6e-93c1-4a53-9f3a-1c5b7a1e2d3f"


def problem(response):
    assert response.content_type == "application/problem+json"
    return response.get_json()


def fields(response):
    return [(error["field"], error["code"]) for error in problem(response)["errors"]]


def test_suggest_answers_as_the_contract_says(client):
    response = client.get("/api/v1/suggest?q=refund&locale=en&limit=5&page=/cart&session=s1")
    body = response.get_json()
    assert response.status_code == 200
    assert isinstance(body.pop("query_id"), str)
    assert body.pop("took_ms") >= 0
    assert body == {
        "items": [REFUND],
        "no_answer": False,
        "degraded": False,
        "contact_url": "/en/contact",
        "held_back": False,
        "notices": [],
    }
    assert response.headers["Cache-Control"] == "no-store"


def test_search_answers_the_same_items_and_more(client, index):
    index.facets = {"category": {"payment": 1}}
    index.did_you_mean = "refunds"
    body = client.get("/api/v1/search?q=refund&locale=en").get_json()
    del body["query_id"], body["took_ms"]
    assert body == {
        "items": [REFUND],
        "no_answer": False,
        "degraded": False,
        "contact_url": "/en/contact",
        "notices": [],
        "total": 1,
        "facets": {"category": {"payment": 1}},
        "did_you_mean": "refunds",
    }


def test_an_article_in_another_language_says_so(client):
    body = client.get("/api/v1/suggest?q=환불&locale=en").get_json()
    (item,) = body["items"]
    assert (item["locale"], item["translation_of_query_locale"]) == ("ko", True)


def test_addresses_are_percent_encoded(client, sessions, index):
    from tests.fake_index import make_hit
    from tests.help_center import make_article

    with sessions.begin() as session:
        session.add(make_article("결제/환불", "ko", "특별"))
    index.hits = [make_hit("결제/환불", "ko", "특별", anchor="언제 오나요")]
    (item,) = client.get("/api/v1/suggest?q=특별").get_json()["items"]
    assert item["url"] == (
        "/ko/articles/%EA%B2%B0%EC%A0%9C/%ED%99%98%EB%B6%88"
        "#%EC%96%B8%EC%A0%9C%20%EC%98%A4%EB%82%98%EC%9A%94"
    )
    assert client.get(item["url"]).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("q=" + "a" * 801, 400, "query-too-long"),
        ("q=%ff%fe", 400, "bad-address"),
        ("q=%ed%a0%80", 400, "bad-address"),
        ("q=x&limit=0", 400, "invalid-fields"),
        ("q=x&limit=-1", 400, "invalid-fields"),
        ("q=x&limit=five", 400, "invalid-fields"),
        ("q=x&limit=", 400, "invalid-fields"),
        ("q=x&limit=" + "9" * 5000, 400, "invalid-fields"),
        ("q=x&limit=1e3", 400, "invalid-fields"),
        ("q=x&limit=%EF%BC%95", 400, "invalid-fields"),
        ("q=x&session=" + "s" * 65, 400, "invalid-fields"),
        ("q=x&category=" + "c" * 401, 400, "invalid-fields"),
        ("q=" + "a" * 800, 200, None),
        ("q=%00%01%1f", 200, None),
        ("q=%F0%9F%92%B8" * 10, 200, None),
        ("q=%EF%BF%BF%EF%B7%90", 200, None),
        ("q='; DROP TABLE articles; --", 200, None),
        ("q=%25%5F%2A%22%28%29%5B%5D%3A%5E~", 200, None),
        ("q=<script>alert(1)</script>", 200, None),
        ("q=x&limit=999", 200, None),
        ("q=x&limit=" + "9" * 30, 200, None),
        ("q=x&locale=xx-nonsense-%00", 200, None),
        ("q=x&category=%00'%25", 200, None),
        ("q=x&products=,,,a,,", 200, None),
        ("q=x&q=y&unknown=z", 200, None),
        ("q", 200, None),
        ("", 200, None),
        ("&&&=&q=%", 200, None),
    ],
)
@pytest.mark.parametrize("endpoint", ["suggest", "search"])
def test_hostile_questions_are_answered_or_refused_but_never_break(
    client, endpoint, query, status, code
):
    if endpoint == "search":
        query = query.replace("limit=", "per_page=")
    response = client.get(f"/api/v1/{endpoint}", query_string=query)
    assert response.status_code == status
    if code is not None:
        assert problem(response)["code"] == code


def test_a_page_of_results_beyond_the_last_possible_one_is_refused(client):
    response = client.get("/api/v1/search?q=x&page=101&per_page=0")
    assert fields(response) == [("page", "out-of-range"), ("per_page", "out-of-range")]


def test_a_problem_is_told_whole(client):
    response = client.get("/api/v1/suggest?q=x&limit=many")
    assert problem(response) == {
        "type": "urn:kotae:problem:invalid-fields",
        "title": "Bad Request",
        "status": 400,
        "detail": "These fields cannot be used: limit. See errors for each.",
        "code": "invalid-fields",
        "instance": "/api/v1/suggest",
        "errors": [
            {"field": "limit", "code": "malformed", "detail": "A whole number is expected."}
        ],
    }


def test_an_article_is_read_in_the_language_asked_for(client):
    body = client.get("/api/v1/articles/refund?locale=en").get_json()
    assert body == {
        "article_id": "refund",
        "locale": "en",
        "title": "Get a refund",
        "category": "payment",
        "tags": ["money"],
        "products": [],
        "url": "/en/articles/refund",
        "updated_at": "2026-02-03T04:05:06Z",
        "html": '<h2 id="when">When it arrives</h2><p>Within <strong>five</strong> days.</p>',
        "headings": [{"level": 2, "text": "When it arrives", "anchor": "when"}],
        "locales": ["en", "ja", "ko", "zh"],
        "translation_of_query_locale": False,
    }


@pytest.mark.parametrize(
    ("asked", "given", "foreign"),
    [("ko", "ko", False), ("zh-TW", "zh", False), ("fr", "en", True), ("", "en", False)],
)
def test_an_article_is_read_in_the_nearest_language(client, asked, given, foreign):
    body = client.get(f"/api/v1/articles/refund?locale={asked}").get_json()
    assert (body["locale"], body["translation_of_query_locale"]) == (given, foreign)


@pytest.mark.parametrize("article_id", ["nothing", "escalation", "unfinished", "%00", "a" * 5000])
def test_an_article_that_is_not_public_is_not_there(client, article_id):
    response = client.get(f"/api/v1/articles/{article_id}")
    assert response.status_code == 404
    assert problem(response)["code"] == "article-not-found"


def test_articles_are_listed_by_language_and_category(client):
    body = client.get("/api/v1/articles?locale=en&category=payment").get_json()
    assert [item["article_id"] for item in body["items"]] == ["refund", "gift-cards"]
    assert (body["total"], body["page"], body["per_page"]) == (2, 1, 20)
    assert client.get("/api/v1/articles?locale=fr").get_json()["items"] == []
    assert client.get("/api/v1/articles?locale=%00").get_json()["total"] == 6
    assert client.get("/api/v1/articles?page=2&per_page=4").get_json()["total"] == 6
    assert len(client.get("/api/v1/articles?page=2&per_page=4").get_json()["items"]) == 2


def test_an_article_that_has_not_changed_is_not_sent_again(client):
    first = client.get("/api/v1/articles/refund")
    again = client.get("/api/v1/articles/refund", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.headers["Cache-Control"], again.status_code) == ("no-cache", 304)


def test_a_wrong_method_is_told_the_right_ones(client):
    response = client.delete("/api/v1/suggest")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert problem(response)["code"] == "method-not-allowed"


def test_an_unknown_address_is_a_problem_document(client):
    assert problem(client.get("/api/v1/nothing"))["code"] == "not-found"


def test_too_many_requests_are_told_when_to_come_back(sessions, make_client):
    client = make_client(rate_suggest="2/minute")
    answers = [client.get("/api/v1/suggest?q=x") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert problem(answers[2])["code"] == "too-many-requests"
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert "Retry-After" not in answers[0].headers
    assert client.get("/api/v1/search?q=x").status_code == 200


def test_an_unforeseen_error_tells_nothing_of_the_inside(client, index, caplog):
    def fail(query):
        raise RuntimeError("the secret inside")

    index.suggest = fail
    response = client.get("/api/v1/suggest?q=x")
    assert response.status_code == 500
    assert problem(response)["code"] == "internal-error"
    assert b"secret" not in response.data
    assert "the secret inside" in caplog.text


def test_a_database_that_is_away_is_a_503(make_client, caplog):
    client = make_client()  # no tables were made
    response = client.get("/api/v1/suggest?q=")
    assert (response.status_code, problem(response)["code"]) == (503, "not-ready")
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/en/").status_code == 503


@pytest.mark.parametrize("content_type", ["application/json", "text/plain;charset=UTF-8"])
def test_events_are_stored_once_whatever_the_media_type(client, sessions, content_type):
    event = {
        "id": UUID.upper(),
        "type": "helpful",
        "at": "2026-01-31T10:30:00+09:00",
        "article_id": "refund",
        "value": {"a": [1]},
    }
    body = json.dumps({"session": "s1", "events": [event]})
    for _ in range(2):
        response = client.post("/api/v1/events", data=body, content_type=content_type)
        assert (response.status_code, response.get_json()) == (202, {"accepted": 1})
    with sessions() as session:
        (event,) = session.query(Event).all()
    assert (event.id, event.session, event.type, event.value) == (
        UUID,
        "s1",
        "helpful",
        {"a": [1]},
    )
    assert event.at.isoformat() == "2026-01-31T01:30:00+00:00"


def test_a_ticket_is_stored_and_has_a_number(client, sessions):
    given = {
        "session": "s1",
        "email": "kim@example.com",
        "subject": "Where is my money?",
        "body": "It has been ten days.\nPlease look.",
        "page": "https://shop.example.com/orders",
        "query_id": "q1",
        "custom": {"order": "A-1"},
    }
    response = client.post("/api/v1/tickets", json=given)
    assert response.status_code == 201
    with sessions() as session:
        ticket = session.get(Ticket, response.get_json()["ticket_id"])
    assert {name: getattr(ticket, name) for name in given} == given


def test_every_field_of_a_bad_ticket_is_named(client):
    response = client.post("/api/v1/tickets", json={"email": "nobody", "subject": " ", "custom": 1})
    assert response.status_code == 400
    assert fields(response) == [
        ("email", "malformed"),
        ("subject", "too-short"),
        ("body", "missing"),
        ("custom", "wrong-type"),
    ]


def test_a_body_larger_than_any_request_is_refused(client):
    response = client.post("/api/v1/tickets", data=b"x" * (512 * 1024 + 1))
    assert (response.status_code, problem(response)["code"]) == (
        413,
        "request-entity-too-large",
    )
