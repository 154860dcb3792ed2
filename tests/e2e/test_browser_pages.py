"""Every kind of page in a real browser: accessible, narrow, still, without scripts, in five
languages, light, dark, high contrast and on paper."""

import re
import time

import pytest
from playwright.sync_api import expect

from app.requests import request_key
from tests.accessibility import faults
from tests.browser_fixtures import VIEWPORT
from tests.widget_fixtures import ask

pytestmark = pytest.mark.browser

LOCALES = ["en", "ko", "ja", "zh", "zh-Hant"]
TICKET = "00000000000000aa"
PAGES = {
    "home": "/{}/",
    "category": "/{}/categories/payment",
    "section": "/{}/categories/payment/cards",
    "article": "/{}/articles/everything",
    "article-in-own-language": "/{}/articles/refund",
    "film": "/{}/articles/film",
    "reason": "/{}/articles/refund?feedback=why",
    "thanks": "/{}/articles/refund?feedback=thanks",
    "results": "/{}/search?q=refund",
    "other-languages": "/{}/search?q=visa",
    "did-you-mean": "/{}/search?q=refnud",
    "no-results": "/{}/search?q=nothing-like-it",
    "too-long": "/{}/search?q=" + "x" * 900,
    "contact": "/{}/contact?page=/en/articles/refund&q=refund",
    "empty-contact": "/{}/contact",
    "confirmation": "/{}/contact/sent?ticket=" + TICKET + "&key={key}",
    "request": "/{}/requests/" + TICKET + "?key={key}",
    "requests": "/{}/requests",
    "own-requests": "/{}/requests",
    "status": "/{}/status",
    "your data": "/{}/your-data",
    "entry": "/{}/for?page=https://shop.example.com/refund",
    "offline": "/{}/offline",
    "not-found": "/{}/nothing",
    "too-large": "/{}/requests/" + TICKET + "?key={key}",
    "too-many": "{busy}/{}/search?q=refund",
    "broken": "/{}/search?q=break it",
}
MARKS = {
    "category": ".shelves a",
    "section": ".breadcrumbs li:nth-child(3) [aria-current]",
    "film": ".prose video[aria-label]",
    "reason": "#feedback textarea",
    "thanks": "#feedback [role=status]",
    "other-languages": "h2 + .results .language-label",
    "did-you-mean": "main p > a > b",
    "no-results": ".notice[role=status]",
    "too-long": "[role=alert]",
    "contact": ".offers li a",
    "confirmation": "main a.button",
    "request": ".letters .from-us",
    "own-requests": ".articles .state",
    "offline": "main a.button",
    "not-found": "main .search",
    "too-large": "main:not(:has(textarea)) .search",
    "too-many": "main .search",
    "broken": "main .search",
}
"""What is to be seen on a page that is in the state it is named for."""
MADE_ALIKE = {"too-large", "too-many", "broken"}
"""Made as "not-found" is, which is looked at in every language."""
STATUSES = {"not-found": 404, "too-large": 413, "too-many": 429, "broken": 500, "too-long": 400}


@pytest.fixture
def address_of(site_secret, busy_url):
    key = request_key(site_secret, TICKET)
    return lambda name, locale: PAGES[name].format(locale, key=key, busy=busy_url)


@pytest.fixture
def open_kind(open_page, address_of):
    def open_it(name, locale, **options):
        return open_page(address_of(name, locale), expect_complaints=name in STATUSES, **options)

    return open_it


@pytest.fixture(scope="module")
def only_page(browser, site_url):
    """One page for many tests, each of which goes to its own address, and what it complained of."""
    context = browser.new_context(base_url=site_url, viewport=VIEWPORT, service_workers="block")
    context.set_default_timeout(10_000)
    page, complaints = context.new_page(), []
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page, complaints
    context.close()


@pytest.fixture
def go_to_kind(only_page, address_of, site_url, site_secret):
    """`page = go_to_kind("home", "ko")`: as `open_kind`, as a new visitor, without a new window."""
    page, complaints = only_page
    complaints.clear()
    asked = []

    def go_to(name, locale):
        asked.append(name)
        page.set_viewport_size(VIEWPORT)
        if name == "own-requests":
            kept = f"{TICKET}-{request_key(site_secret, TICKET)}"
            page.context.add_cookies([{"name": "kotae_requests", "value": kept, "url": site_url}])
        answer = page.goto(address_of(name, locale))
        if name == "too-large":
            answer = send_too_much(page)
        assert answer.status == STATUSES.get(name, 200)
        if name in MARKS:
            expect(page.locator(MARKS[name]).first).to_be_visible()
        return page

    yield go_to
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.context.clear_cookies()
    assert STATUSES.keys() & asked or complaints == []


def send_too_much(page):
    """Send a megabyte as a reply, past the field's own limit; the answer."""
    with page.expect_navigation() as sent:
        page.locator("form.form").evaluate(
            "form => { form.body.value = 'x'.repeat(2 ** 20); form.submit(); }"
        )
    return sent.value


def late(route):
    """Let a picture arrive after the first paint, as it does on a slow line."""
    time.sleep(0.3)
    route.continue_()


@pytest.mark.parametrize(
    ("name", "locale"),
    [
        (name, locale)
        for name in PAGES
        for locale in (("en", "ja") if name in MADE_ALIKE else LOCALES)
        if name != "empty-contact"
    ],
)
def test_a_page_is_accessible_in_light_and_dark_and_fits_320_pixels(
    go_to_kind, screenshot, name, locale
):
    page = go_to_kind(name, locale)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == ""
        screenshot(page, f"{name}-{locale}-{scheme}")
    # 1280 CSS pixels at 400% (WCAG 2.2, success criterion 1.4.10).
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
    screenshot(page, f"{name}-{locale}-narrow")


@pytest.mark.parametrize("name", ["home", "article", "results", "contact", "status"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible_with_more_contrast(open_kind, name, scheme):
    page = open_kind(name, "en", color_scheme=scheme, contrast="more")
    assert faults(page) == ""
    page.emulate_media(forced_colors="active")
    assert faults(page) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_suggestions_have_no_accessibility_fault(open_page, scheme):
    page = open_page("/ko/", color_scheme=scheme)
    ask(page, "환불", "환불 받기")
    page.keyboard.press("ArrowDown")
    assert faults(page) == ""


@pytest.mark.parametrize("locale", LOCALES)
def test_a_form_with_faults_is_accessible_and_ties_each_to_its_field(open_page, locale):
    page = open_page(f"/{locale}/contact", expect_complaints=True)
    page.locator("form.contact button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == ""
    for name in ("email", "subject", "body"):
        field = page.locator(f"#{name}")
        expect(field).to_have_attribute("aria-invalid", "true")
        described = page.locator(f"#{field.get_attribute('aria-describedby')}")
        expect(field).to_have_accessible_description(described.inner_text())
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.locator("#email")).to_be_focused()


def test_what_comes_after_a_deed_is_accessible_and_a_keyboard_is_enough(open_page):
    page = open_page("/en/", viewport={"width": 390, "height": 800})
    ask(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Get a refund")
    press(page, page.get_by_role("button", name="Yes", exact=True))
    expect(page.locator("#feedback").get_by_role("status")).to_be_visible()
    assert faults(page) == ""
    press(page, page.locator("footer").get_by_role("link", name="Contact a person"))
    for label in ("Your e-mail address", "Subject", "Message"):
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type("kim@example.com")
    press(page, page.get_by_role("button", name="Send"))
    expect(page.locator(".notice.good")).to_contain_text("We have your message")
    assert faults(page) == ""
    press(page, page.get_by_role("link", name="Open my request"))
    expect(page.get_by_role("main")).to_contain_text("kim@example.com")


def tab_to(page, target):
    for _ in range(60):
        if target.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("no number of tabs leads there")


def press(page, target):
    tab_to(page, target)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("name", ["home", "article", "results", "contact"])
def test_a_page_is_mirrored_for_languages_written_from_right_to_left(open_kind, name):
    page = open_kind(name, "en", viewport={"width": 390, "height": 800})
    left = page.locator(".site-name").bounding_box()["x"]
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.locator(".site-name").bounding_box()["x"] > left + 100
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    outside = """[...document.querySelectorAll("main *")].filter((it) => {
        const { left, width } = it.getBoundingClientRect();
        return width > 1 && left < -1 && !it.closest(".unseen, .table-scroll, pre");
    }).map((it) => it.outerHTML.slice(0, 80))"""
    assert page.evaluate(outside) == []


def test_suggestions_fit_320_pixels(open_page, screenshot):
    page = open_page("/en/", viewport={"width": 320, "height": 640})
    ask(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
    screenshot(page, "suggestions-narrow")


def test_a_very_wide_screen_keeps_lines_short(open_page):
    page = open_page("/en/articles/everything", viewport={"width": 3840, "height": 2160})
    box = page.locator(".prose > p").first.bounding_box()
    assert box["width"] < 900


def test_the_first_tab_stop_leads_past_the_header(open_page):
    page = open_page("/en/articles/refund")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_focus_goes_through_a_page_in_reading_order_and_is_seen(open_page):
    page = open_page("/en/articles/everything")
    places, seen = [], set()
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
                const it = document.activeElement;
                if (it === document.body) return null;
                const all = [...document.querySelectorAll("*")];
                const style = getComputedStyle(it);
                return [all.indexOf(it), style.outlineStyle !== "none", it.outerHTML.slice(0, 80)];
            }"""
        )
        if found is None or found[0] in seen:
            break
        seen.add(found[0])
        places.append(found)
    assert len(places) > 15
    assert [each for each in places if not each[1]] == []
    assert [each[0] for each in places] == sorted(each[0] for each in places)


def test_the_language_menu_opens_and_closes_by_keyboard(open_page):
    page = open_page("/en/")
    summary = page.locator(".languages summary")
    summary.focus()
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="한국어")
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(summary).to_be_focused()


def test_everything_works_without_scripts(open_page):
    page = open_page("/ko/", java_script_enabled=False)
    expect(page.get_by_role("combobox")).to_have_count(0)
    page.get_by_label("무엇을 도와드릴까요?").fill("환불")
    page.get_by_role("button", name="검색").click()
    page.get_by_role("link", name="환불 받기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("환불 받기")
    page.get_by_role("button", name="예", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("의견 감사합니다")
    page.locator(".languages summary").click()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get a refund")
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("It is hard to understand").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Your answer helps us")
    page.locator("footer").get_by_role("link", name="Contact a person").click()
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    page.get_by_label("Subject").fill("Refund")
    page.get_by_label("Message").fill("Where is it?")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile(r"/en/contact/sent\?ticket=[0-9a-f]{16}&key="))
    expect(page.get_by_role("status")).to_contain_text("We have your message")
    page.get_by_role("link", name="Open my request").click()
    expect(page.get_by_role("main")).to_contain_text("Where is it?")
    page.goto("/en/contact?q=refund")
    expect(page.locator(".offers").get_by_role("link", name="Get a refund")).to_be_visible()
    expect(page.get_by_role("button", name="That answers my question")).to_be_hidden()


def test_a_button_that_needs_a_script_is_not_there_before_it_works(open_page):
    page = open_page("/en/contact?q=refund", expect_complaints=True)
    button = page.get_by_role("button", name="That answers my question")
    expect(button).to_be_visible()
    page.route("**/widget/built/**", lambda route: route.abort())
    page.reload()
    expect(page.locator(".offers").get_by_role("link", name="Get a refund")).to_be_visible()
    expect(page.locator(".solved-row")).to_have_count(1)
    expect(button).to_have_count(0)


def test_nothing_is_loaded_from_elsewhere(open_page, site_url):
    page = open_page("/en/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/en/articles/refund")
    ask(page)
    assert len(asked) > 3
    assert [url for url in asked if not url.startswith(site_url)] == []


@pytest.mark.parametrize(
    "name", ["home", "article", "results", "empty-contact", "contact", "status"]
)
def test_nothing_moves_while_a_page_arrives_and_it_is_light(open_kind, site_url, name):
    page = open_kind("offline", "ko")
    page.add_init_script(
        """window.shifted = 0;
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shifted += entry.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    page.route("**/media/**", late)
    weights = []
    page.on("response", lambda answer: weights.append(len(answer.body())))
    assert page.goto(PAGES[name].format("ko"), wait_until="networkidle").ok
    page.mouse.wheel(0, 2000)
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifted") == 0
    assert len(weights) > 3
    assert sum(weights) < 60_000


def test_an_article_on_paper_is_the_article(open_page):
    page = open_page("/en/articles/everything")
    page.emulate_media(media="print")
    for name in (".site-header .search", ".feedback", ".tools", ".site-footer", ".contents"):
        expect(page.locator(name).first).to_be_hidden()
    expect(page.locator(".prose")).to_be_visible()
    link = page.locator('.prose a[href^="http"]').first
    content = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert "https://example.com" in content


def test_without_a_network_a_page_says_so(open_page):
    page = open_page("/ko/", service_workers="allow", expect_complaints=True)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.context.set_offline(True)
    page.goto("/ko/articles/refund")
    expect(page.get_by_role("heading", level=1)).to_have_text("인터넷에 연결되어 있지 않습니다")
    page.context.set_offline(False)
    page.goto("/ko/articles/refund")
    expect(page.get_by_role("heading", level=1)).to_have_text("환불 받기")
