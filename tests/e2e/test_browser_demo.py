"""The demo shop: every way to embed the widget, in four languages, under its strict policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.views.demo import WAYS

pytestmark = pytest.mark.browser

# The index behind these pages knows English and Korean.
TYPED = {"en": "refund", "ko": "환불", "ja": "refund", "zh": "refund"}
TITLE = {"en": "Get a refund", "ko": "환불 받기"}


def suggested(page, way, typed):
    """Type into the widget of a page; the first thing that it suggests."""
    host = page.locator("kotae-suggest")
    if way == "button":
        host.get_by_role("button").click()
    field = page.locator("#subject") if way == "field" else host.locator("input")
    field.click()
    field.press_sequentially(typed)
    return host.locator(".suggestion").first


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("locale", TYPED)
def test_each_page_suggests_in_its_language(open_page, screenshot, way, locale):
    page = open_page(f"/demo/{locale}/{way}")
    expect(page.locator("html")).to_have_attribute("lang", locale)
    row = suggested(page, way, TYPED[locale])
    expect(row).to_contain_text(TITLE.get(locale, "Get a refund"))
    screenshot(page, f"demo-{way}-{locale}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("way", WAYS)
def test_each_page_is_accessible_and_fits_a_phone(open_page, screenshot, way, scheme):
    viewport = {"width": 320, "height": 700}
    page = open_page(f"/demo/ko/{way}", viewport=viewport, color_scheme=scheme)
    expect(suggested(page, way, "환불")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
    screenshot(page, f"demo-{way}-phone-{scheme}")


def test_the_first_page_is_in_the_visitors_language(open_page):
    page = open_page("/demo", locale="ja-JP")
    assert page.url.endswith("/demo/ja/box")
