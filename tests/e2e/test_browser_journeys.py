"""What people come for, from the first page to the end, in four languages: a real server, the real
model, the sample help center."""

import re

import pytest
from playwright.sync_api import expect

from tests.widget_fixtures import ask

pytestmark = [pytest.mark.browser, pytest.mark.model]

JOURNEYS = {
    # locale: (half a question, its answer's title, a topic, an article of it, no question at all)
    "en": ("how do i get my mon", "How do I get my refund?", "Returns and refunds",
           "Exchange an item", "what is the capital of Mongolia"),
    "ko": ("돈 언제 돌려받", "환불받는 방법과 환불 시점", "반품·교환·환불",
           "다른 색상이나 크기로 교환하기", "몽골의 수도는 어디인가요"),
    "ja": ("お金を返して", "返金を受け取る", "返品・返金・保証", "商品を交換する",
           "モンゴルの首都はどこですか"),
    "zh": ("怎么拿回我的", "退款怎么拿、多久到账", "退换货与退款", "如何换货",
           "蒙古国的首都是哪里"),
}  # fmt: skip
LABELS = {
    "en": ("Your e-mail address", "Subject", "Message", "Send", "Open my request", "Received"),
    "ko": ("이메일 주소", "제목", "문의 내용", "보내기", "내 문의 보기", "접수됨"),
    "ja": (
        "メールアドレス",
        "件名",
        "お問い合わせ内容",
        "送信する",
        "お問い合わせを開く",
        "受付済み",
    ),
    "zh": ("您的邮箱地址", "主题", "留言内容", "发送", "查看我的留言", "已收到"),
}


def heading(page):
    return page.get_by_role("heading", level=1)


@pytest.mark.parametrize("locale", JOURNEYS)
def test_an_answer_is_found_by_typing_and_shared(visit, locale):
    typed, title, *_ = JOURNEYS[locale]
    page = visit(f"/{locale}/")
    ask(page, typed, title)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(title)
    passage = page.locator("mark.passage")
    expect(passage.first).to_be_in_viewport()
    words = passage.first.inner_text()
    # Somebody else opens the address that was shared.
    shared = page.evaluate("location.href").split("/", 3)[3]
    other = visit(f"/{shared}", viewport={"width": 390, "height": 800})
    expect(heading(other)).to_have_text(title)
    expect(other.locator("mark.passage").first).to_have_text(words)


@pytest.mark.parametrize("locale", JOURNEYS)
def test_an_answer_is_found_by_browsing_and_helps(visit, locale):
    _, _, topic, title, _ = JOURNEYS[locale]
    page = visit(f"/{locale}/", viewport={"width": 390, "height": 800})
    page.get_by_role("main").get_by_role("link", name=topic, exact=True).click()
    expect(heading(page)).to_have_text(topic)
    page.get_by_role("main").get_by_role("link", name=title, exact=True).click()
    expect(heading(page)).to_have_text(title)
    expect(page.locator(".related a")).not_to_have_count(0)
    page.locator("button[value=helpful]").click()
    expect(page.locator("#feedback").get_by_role("status")).to_be_visible()
    page.locator(".breadcrumbs a").last.click()
    expect(heading(page)).to_have_text(topic)


@pytest.mark.parametrize("locale", JOURNEYS)
def test_without_an_answer_a_person_is_asked_and_the_request_is_followed(visit, locale):
    *_, strange = JOURNEYS[locale]
    email, subject, body, send, follow, received = LABELS[locale]
    page = visit(f"/{locale}/")
    page.get_by_role("combobox").fill(strange)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?q="))
    page.locator(".notice").get_by_role("link").click()
    expect(page.get_by_label(subject, exact=True)).to_have_value(strange)
    page.get_by_label(email).fill("kim@example.com")
    page.get_by_label(body).fill(strange)
    page.get_by_role("button", name=send, exact=True).click()
    page.get_by_role("link", name=follow).click()
    expect(heading(page)).to_have_text(strange)
    expect(page.locator(".state")).to_have_text(received)
    page.get_by_role("textbox").last.fill("+1")
    page.get_by_role("button", name=send, exact=True).click()
    expect(page.locator(".letters li")).to_have_count(2)
    page.locator("footer").get_by_role("link").nth(1).click()
    expect(page.get_by_role("main").get_by_role("link", name=strange)).to_be_visible()
