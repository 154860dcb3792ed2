"""Every kind of page in a real browser: accessible, narrow, without scripts, in four languages."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LOCALES = ["en", "ko", "ja", "zh"]
PAGES = {
    "home": "/{}/",
    "category": "/{}/categories/payment",
    "article": "/{}/articles/refund",
    "foreign-article": "/{}/articles/gift-cards",
    "results": "/{}/search?q=refund",
    "no-results": "/{}/search?q=nothing-like-it",
    "contact": "/{}/contact",
    "not-found": "/{}/nothing",
}
MISSING = "not-found"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_accessibility_fault_in_light_or_dark(open_page, screenshot, name, locale):
    page = open_page(PAGES[name].format(locale), expect_complaints=name == MISSING)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        screenshot(page, f"{name}-{locale}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_suggestions_have_no_accessibility_fault(open_page, scheme):
    page = open_page("/ko/", color_scheme=scheme)
    page.get_by_role("combobox").press_sequentially("환불")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_form_with_faults_has_no_accessibility_fault(open_page):
    page = open_page("/ja/contact", expect_complaints=True)
    page.locator("form.contact button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_320_pixels(open_page, screenshot, name, locale):
    page = open_page(
        PAGES[name].format(locale),
        viewport={"width": 320, "height": 640},
        expect_complaints=name == MISSING,
    )
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
    screenshot(page, f"{name}-{locale}-narrow")


def test_suggestions_fit_320_pixels(open_page, screenshot):
    page = open_page("/en/", viewport={"width": 320, "height": 640})
    page.get_by_role("combobox").press_sequentially("refund")
    expect(page.get_by_role("option").first).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
    screenshot(page, "suggestions-narrow")


def test_the_first_tab_stop_leads_past_the_header(open_page):
    page = open_page("/en/articles/refund")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_everything_works_without_scripts(open_page):
    page = open_page("/ko/", java_script_enabled=False)
    expect(page.get_by_role("combobox")).to_have_count(0)
    page.get_by_label("무엇을 도와드릴까요?").fill("환불")
    page.get_by_role("button", name="검색").click()
    page.get_by_role("link", name="환불 받기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("환불 받기")
    page.get_by_role("button", name="예", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("의견 감사합니다")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get a refund")
    page.locator("footer").get_by_role("link", name="Contact a person").click()
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    page.get_by_label("Subject").fill("Refund")
    page.get_by_label("Message").fill("Where is it?")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile(r"/en/contact/sent\?ticket=[0-9a-f]{16}$"))
    expect(page.get_by_role("status")).to_contain_text("We have your message")


def test_nothing_is_loaded_from_elsewhere(open_page, site_url):
    page = open_page("/en/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/en/articles/refund")
    page.get_by_role("combobox").press_sequentially("refund")
    expect(page.get_by_role("option").first).to_be_visible()
    assert len(asked) > 3
    assert [url for url in asked if not url.startswith(site_url)] == []
