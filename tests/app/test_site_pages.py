"""Results narrowed and grouped, help for a page, products chosen, reasons given."""

import pytest

from app.branding import Product
from app.models import Event
from search.document import Results
from tests.app.test_views import read
from tests.fake_index import make_hit


@pytest.fixture
def several(index):
    """An index that finds articles of two categories and two languages, whatever is asked."""
    hits = (
        make_hit("refund", "ko", "환불 받기", foreign=True, category="payment"),
        make_hit("refund", title="Get a refund", category="payment"),
        make_hit("sign-in", title="Sign in again", category="account"),
    )
    facets = {"category": {"payment": 2, "account": 1}, "locale": {"en": 2, "ko": 1}}
    asked = []

    def search(query):
        asked.append(query)
        found = [hit for hit in hits if query.category in (None, hit.category)]
        return Results(tuple(found), len(found), False, False, facets)

    index.search = search
    return asked


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_a_vote_of_who_asks_not_to_be_tracked_counts_and_belongs_to_no_visit(
    client, sessions, header
):
    vote = {"article_id": "refund", "value": "helpful", "session": "a random name of a visit"}
    client.post("/en/feedback", data=vote, headers={header: "1"})
    with sessions() as session:
        (event,) = session.query(Event)
    assert (event.type, event.session, event.article_id) == ("helpful", "", "refund")


def test_the_visitors_language_comes_first_and_others_in_a_group_of_their_own(client, several):
    page = read(client, "/en/search?q=x")
    text = page.text
    assert text.index("Get a refund") < text.index("In other languages") < text.index("환불 받기")


def test_results_are_narrowed_by_topic_and_language(client, several):
    page = read(client, "/en/search?q=x&category=payment")
    assert several[-1].category == "payment"
    assert page.find("a", href="/en/search?q=x")
    assert "Sign in again" not in page.text
    assert page.find("a", href="/en/search?q=x&category=account")
    page = read(client, "/en/search?q=x&language=ko")
    assert "환불 받기" in page.text
    assert "Get a refund" not in page.text
    assert "1 result" in page.text
    assert page.find("a", **{"href": "/en/search?q=x&language=ko", "aria-current": "true"})


def test_the_api_narrows_by_language_too(client, several):
    found = client.get("/api/v1/search?q=x&language=ko").get_json()
    assert [item["locale"] for item in found["items"]] == ["ko"]
    assert found["total"] == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("page=https://shop.example.com/account/reset_password.html?x=1", "account reset password"),
        ("page=/%ED%99%98%EB%B6%88", "환불"),
        ("page=/checkout&title=Paying by card", "Paying by card"),
    ],
)
def test_help_for_a_page_asks_for_what_it_is_about(client, several, query, words):
    page = read(client, f"/en/for?{query}&products=ios")
    assert (several[-1].text, several[-1].products) == (words, frozenset({"ios"}))
    assert "Answers that fit" in page.text


@pytest.mark.parametrize("query", ["", "page=http://[", "page=/12/34", "page=" + "x" * 3000])
def test_help_for_a_page_that_says_nothing_shows_what_is_useful(client, index, query):
    index.silent = True
    page = read(client, f"/en/for?{query}")
    assert "Useful articles" in page.text
    assert "Get a refund" in page.text


def test_help_for_a_page_finds_the_visitors_language(client):
    response = client.get("/for?page=/cart&x=1", headers={"Accept-Language": "ja"})
    assert (response.status_code, response.location) == (302, "/ja/for?page=%2Fcart")


def test_chosen_products_are_remembered_and_asked_with(make_client, sessions, several):
    client = make_client(products=(Product("web", "Website"), Product("ios", "iPhone")))
    for product in ("ios", "web", "nonsense"):
        client.post("/en/products", data={"product": product})
    assert client.get_cookie("kotae_products").value == "web.ios"
    client.get("/en/search?q=x")
    assert several[-1].products == frozenset({"web", "ios"})
    client.set_cookie("kotae_products", "web.<b>.agents")
    client.get("/en/search?q=x")
    assert several[-1].products == frozenset({"web"})
    other = client.post(
        "/en/products", data={"product": "web"}, headers={"Origin": "https://e.vil"}
    )
    assert other.status_code == 403


def test_a_reason_is_stored_beside_the_vote(client, sessions):
    vote = {"article_id": "refund", "value": "not_helpful"}
    assert client.post("/en/feedback", data=vote).location.endswith("?feedback=why#feedback")
    reason = {"article_id": "refund", "reason": "outdated", "comment": " It is five days now. "}
    assert client.post("/en/feedback/reason", data=reason).status_code == 303
    assert client.post("/en/feedback/reason", data={"article_id": "refund"}).status_code == 303
    for bad in ({"reason": "joke"}, {"comment": "x" * 501}, {"article_id": "escalation"}):
        assert client.post("/en/feedback/reason", data=reason | bad).status_code in (400, 404)
    with sessions() as session:
        stored = {each.type: each.value for each in session.query(Event)}
    assert stored == {
        "not_helpful": None,
        "feedback_reason": {"reason": "outdated", "comment": "It is five days now."},
    }


def test_a_page_that_does_not_exist_searches_for_the_words_of_its_address(client):
    page = read(client, "/en/help/reset-password.php", 404)
    assert page.find("input", id="question", value="help reset password")
