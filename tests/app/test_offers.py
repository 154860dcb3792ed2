"""A message form that is opened with a subject comes with answers to it."""

import json

import pytest

from app.branding import read_products
from tests.app.test_views import read


def offered(page):
    """The addresses that the form offers, and the answers that its script is given."""
    (place,) = [each for each in page.find("div") if each.get("class") == "offers"]
    links = [a["href"] for a in page.find("a") if a.get("target") == "_blank"]
    given = place.get("data-answers")
    assert ("hidden" in place) is not bool(links)
    return links, json.loads(given) if given else None


def test_a_form_opened_with_a_subject_offers_answers_without_a_script(client):
    page = read(client, "/en/contact?q=refund")
    links, given = offered(page)
    assert len(links) == 1
    assert links[0].startswith("/en/articles/refund?mark=")
    assert [item["article_id"] for item in given["items"]] == ["refund"]
    assert given["query_id"]


@pytest.mark.parametrize("subject", ["", "r", "x" * 199])
def test_a_form_without_an_answer_offers_none(client, index, subject):
    links, given = offered(read(client, f"/en/contact?q={subject}"))
    assert links == []
    assert (given is None) is (len(subject) < 2)
    assert len(index.queries) == (len(subject) > 1)


def test_a_form_that_comes_back_with_faults_offers_answers_still(client):
    sent = {"email": "kim", "subject": "refund", "body": "Where?"}
    text = client.post("/en/contact", data=sent).get_data(as_text=True)
    assert "/en/articles/refund?mark=" in text


def test_a_subject_too_long_to_ask_about_is_no_failure(client):
    sent = {"email": "kim", "subject": "refund " * 200, "body": "Where?"}
    assert client.post("/en/contact", data=sent).status_code == 422


def test_what_an_experiment_may_keep_back_is_left_to_the_browser(make_client, sessions, index):
    client = make_client(holdout_percent=20)
    assert offered(read(client, "/en/contact?q=refund")) == ([], None)
    assert index.queries == []
    client.get("/en/contact?q=refund", headers={"Sec-GPC": "1"})
    assert index.queries


def test_answers_are_about_the_products_that_were_chosen(make_client, sessions, index):
    client = make_client(products=read_products("web=Website, ios=iPhone"))
    client.set_cookie("kotae_products", "ios")
    client.get("/en/contact?q=refund")
    assert index.queries[0].products == frozenset({"ios"})


def test_who_asked_too_often_still_reaches_the_form(make_client, sessions, index):
    client = make_client(rate_suggest="1/hour")
    links, _ = offered(read(client, "/en/contact?q=refund"))
    asked = len(index.queries)
    assert len(links) == 1
    assert offered(read(client, "/en/contact?q=refund")) == ([], None)
    assert len(index.queries) == asked
    assert client.get("/api/v1/suggest?q=refund").status_code == 429
    assert client.get("/en/contact").status_code == 200
