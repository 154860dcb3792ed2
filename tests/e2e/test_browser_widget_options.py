"""What a host page sets: attributes, its object, its routes, its colours; and states seldom seen."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.accessibility import faults

pytestmark = pytest.mark.browser

CORS = {"Access-Control-Allow-Origin": "*"}
FORM = """<label>Subject <input id="subject"></label>
<kotae-suggest for="#subject"></kotae-suggest>"""
NOTICE = {
    "id": "n1", "kind": "incident", "title": "Payments are delayed", "body": "Since ten.",
    "locale": "en", "url": "/en/",
}  # fmt: skip
NONE = {"query_id": "q", "items": [], "no_answer": True, "contact_url": "/en/contact"}


def box(page):
    return page.get_by_role("combobox")


def options(page):
    return page.get_by_role("option")


def answer_with(page, **body):
    whole = json.dumps(NONE | body)
    page.route(
        "**/api/v1/suggest*",
        lambda route: route.fulfill(status=200, body=whole, headers=CORS),
    )


# Notices


def test_notices_are_offered_to_who_writes_although_nothing_answers(open_shop):
    page = open_shop(FORM)
    unsure = {
        "article_id": "x", "title": "A guess", "title_highlights": [], "answer": "",
        "answer_highlights": [], "url": "/", "locale": "en", "score": 0.1,
        "translation_of_query_locale": False,
    }  # fmt: skip
    answer_with(page, notices=[NOTICE], items=[unsure])
    page.locator("#subject").fill("payment")
    expect(page.get_by_role("button", name="Payments are delayed")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("Payments are delayed")
