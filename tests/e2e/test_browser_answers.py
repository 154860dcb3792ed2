"""A person types into the sample help center: a real browser, a real server, the real model."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser_fixtures import compose
from tests.widget_fixtures import ask, box, options

pytestmark = [pytest.mark.browser, pytest.mark.model]

HALF_TYPED = [
    ("en", "how do i get my mon", "How do I get my refund?"),
    ("ko", "돈 언제 돌려받", "환불받는 방법과 환불 시점"),
    ("ja", "お金を返して", "返金を受け取る"),
    ("zh", "怎么拿回我的", "退款怎么拿、多久到账"),
]


@pytest.mark.parametrize(("locale", "typed", "title"), HALF_TYPED)
def test_half_a_question_shows_the_answer_and_enter_opens_it(visit, locale, typed, title):
    page = visit(f"/{locale}/")
    ask(page, typed, title)
    box(page).press("ArrowDown")
    box(page).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page).to_have_url(re.compile(f"/{locale}/articles/get-a-refund"))


@pytest.mark.parametrize("state", ["ㅎ", "화", "환", "환ㅂ", "환부", "환불"])
def test_each_state_of_a_korean_input_method_shows_refund_articles(visit, state):
    page = visit("/ko/")
    box(page).focus()
    compose(page, state)
    expect(options(page).first).to_be_visible()
    if len(state) > 1 or state == "환":
        expect(page.get_by_role("listbox")).to_contain_text("환불")


def test_a_phone_finds_an_answer_without_scripts(visit):
    page = visit(
        "/ko/", java_script_enabled=False, viewport={"width": 320, "height": 640}, has_touch=True
    )
    page.get_by_role("searchbox").fill("비밀번호를 잊어버렸어요")
    page.get_by_role("button", name="검색").click()
    first = page.get_by_role("main").get_by_role("link", name="비밀번호").first
    first.click()
    expect(page).to_have_url(re.compile("/ko/articles/reset-password"))


def test_nothing_found_leads_to_a_person_and_the_message_gets_a_number(visit):
    page = visit("/en/search?q=what+is+the+capital+of+Mongolia")
    page.get_by_role("main").get_by_role("link", name="Contact").first.click()
    page.get_by_label("E-mail").fill("somebody@example.com")
    page.get_by_label("Subject").fill("Mongolia")
    page.get_by_label("Message").fill("What is its capital?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("main")).to_contain_text(
        re.compile(r"Number of your message: [0-9a-z]+")
    )
