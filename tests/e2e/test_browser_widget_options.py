"""What a host page sets: attributes, object, routes, colours; and states that are seldom seen."""

import re

import pytest
from playwright.sync_api import expect

from tests.accessibility import faults
from tests.widget_fixtures import answer_with, ask, box, options, wait_for

pytestmark = pytest.mark.browser

FORM = """<label>Subject <input id="subject"></label>
<kotae-suggest for="#subject"></kotae-suggest>"""
NOTICE = {
    "id": "n1", "kind": "incident", "title": "Payments are delayed", "body": "Since ten.",
    "locale": "en", "url": "/en/",
}  # fmt: skip


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


# Attributes and the object


def test_as_many_are_asked_for_as_the_host_allows(open_shop):
    page = open_shop('<kotae-suggest limit="1"></kotae-suggest>')
    with page.expect_request(re.compile(r"/suggest\?.*q=e(&|$)")) as asked:
        box(page).fill("e")
    assert "limit=1" in asked.value.url
    expect(options(page)).to_have_count(2)
    expect(options(page).last).to_have_text("Contact a person")


def test_articles_open_at_the_help_center_where_the_host_wants_links(open_shop, shop):
    page = open_shop('<kotae-suggest articles="link"></kotae-suggest>')
    ask(page)
    with page.context.expect_page() as opened:
        options(page).first.click()
    assert opened.value.url.startswith(f"{shop.help_center}/en/articles/refund")
    expect(page.locator("kotae-suggest .view")).to_be_hidden()


def test_a_person_is_reached_where_the_host_says(open_shop):
    page = open_shop('<kotae-suggest contact="https://shop.invalid/talk"></kotae-suggest>')
    page.context.route("https://shop.invalid/**", lambda route: route.fulfill(body="talk"))
    box(page).fill("zz")
    expect(options(page).last).to_contain_text("No good answer found")
    with page.context.expect_page() as opened:
        options(page).last.click()
    assert opened.value.url == "https://shop.invalid/talk"


@pytest.mark.parametrize(
    ("contact", "opened"),
    [
        ("mailto:a@example.com", "mailto:a@example.com?subject=%ED%99%98%EB%B6%88%20%26%20more"),
        ("mailto:a@example.com?subject=Help", "mailto:a@example.com?subject=Help"),
    ],
)
def test_a_letter_begins_with_what_was_typed_unless_the_host_says_how(open_shop, contact, opened):
    page = open_shop(f'<kotae-suggest contact="{contact}"></kotae-suggest>')
    session = page.context.new_cdp_session(page)
    session.send("Page.enable")
    gone = []
    session.on("Page.frameRequestedNavigation", lambda told: gone.append(told["url"]))
    box(page).fill("환불 & more")
    expect(options(page).last).to_contain_text("No good answer found")
    options(page).last.click()
    wait_for(page, lambda: gone)
    assert gone == [opened]


def test_another_help_center_than_the_scripts_is_asked_where_the_host_names_it(open_shop, shop):
    other = shop.help_center.replace("127.0.0.1", "localhost")
    shop.other_homes.append(other)
    page = open_shop(f'<kotae-suggest endpoint="{other}"></kotae-suggest>')
    with page.expect_request("**/api/v1/suggest*") as asked:
        box(page).fill("refund")
    assert asked.value.url.startswith(other)
    expect(options(page).first).to_contain_text("Get a refund")


def test_who_does_not_listen_any_more_hears_nothing(open_shop):
    page = open_shop("<kotae-suggest></kotae-suggest>")
    page.evaluate(
        """() => {
            window.heard = [];
            const left = () => heard.push("left"), stays = () => heard.push("stays");
            Kotae.on("open", left);
            Kotae.on("open", stays);
            Kotae.off("open", left);
            Kotae.off("open", () => undefined); // was never there
        }"""
    )
    ask(page)
    options(page).first.click()
    expect(page.get_by_role("heading", name="Get a refund")).to_be_visible()
    assert page.evaluate("heard") == ["stays"]


# Routes


def moves(page):
    """What the page asks for when it has changed its address."""
    return page.expect_request(re.compile(r"suggest\?.*page=[^&]*checkout"))


def test_a_page_that_changes_its_address_is_offered_what_fits_it_now(open_shop):
    page = open_shop("<kotae-suggest mode='button'></kotae-suggest>")
    page.get_by_role("button", name="How can we help?").click()
    expect(options(page).last).to_contain_text("Contact a person")
    with moves(page):
        page.evaluate("history.pushState(null, '', '/checkout')")


def test_a_browser_that_does_not_tell_of_it_is_offered_that_at_the_next_focus(open_shop, shop):
    shop.files["/older.js"] = "delete window.navigation"
    tag = f'<script defer src="{shop.help_center}/widget/v1.js"></script>'
    page = open_shop(
        "<kotae-suggest mode='button'></kotae-suggest>",
        head=f'<script src="/older.js"></script>{tag}',
    )
    page.get_by_role("button", name="How can we help?").click()
    expect(options(page).last).to_contain_text("Contact a person")
    page.evaluate("history.pushState(null, '', '/checkout')")
    assert page.evaluate("typeof navigation") == "undefined"
    page.get_by_role("button", name="Close").focus()
    with moves(page):
        box(page).focus()


# Colours


def colour_of(page, part, name):
    look = "([part, name]) => getComputedStyle(document.querySelector('kotae-suggest')"
    look += ".shadowRoot.querySelector(`[part=${part}]`))[name]"
    return page.evaluate(look, [part, name])


def test_the_host_dresses_it_by_properties_and_parts(open_shop, shop):
    shop.files["/dress.css"] = """kotae-suggest { --kotae-accent: rgb(1, 2, 3);
        --kotae-on-accent: rgb(4, 5, 6); --kotae-background: rgb(7, 8, 9);
        --kotae-text: rgb(250, 250, 250); --kotae-radius: 3px; --kotae-font: monospace }
        kotae-suggest::part(input) { letter-spacing: 5px }
        kotae-suggest::part(launch) { inset-inline-end: 77px }"""
    dress = '<link rel="stylesheet" href="/dress.css">'
    page = open_shop(f'{dress}<kotae-suggest mode="button"></kotae-suggest>')
    page.locator("kotae-suggest button").first.click()
    assert colour_of(page, "launch", "backgroundColor") == "rgb(1, 2, 3)"
    assert colour_of(page, "launch", "color") == "rgb(4, 5, 6)"
    assert colour_of(page, "launch", "insetInlineEnd") == "77px"
    assert colour_of(page, "panel", "backgroundColor") == "rgb(7, 8, 9)"
    assert colour_of(page, "input", "color") == "rgb(250, 250, 250)"
    assert colour_of(page, "input", "borderTopLeftRadius") == "3px"
    assert colour_of(page, "input", "fontFamily") == "monospace"
    assert colour_of(page, "input", "letterSpacing") == "5px"


@pytest.mark.parametrize("wanted", ["light", "dark"])
def test_it_follows_the_hosts_colour_scheme_and_not_the_visitors(open_shop, shop, wanted):
    shop.files[f"/{wanted}.css"] = f":root {{ color-scheme: {wanted} }}"
    sheet = f'<link rel="stylesheet" href="/{wanted}.css">'
    other = "light" if wanted == "dark" else "dark"
    page = open_shop(f"{sheet}<kotae-suggest></kotae-suggest>", color_scheme=other)
    expect(box(page)).to_be_visible()
    shown = [int(each) for each in re.findall(r"\d+", colour_of(page, "input", "backgroundColor"))]
    assert (sum(shown[:3]) > 600) == (wanted == "light")


# States


def test_states_that_are_seldom_seen_are_accessible_too(open_shop, screenshot):
    page = open_shop("<kotae-suggest></kotae-suggest>", expect_complaints=True)
    with page.expect_response("**/widget/answers/*"):
        box(page).fill("zz")
        expect(options(page).last).to_contain_text("No good answer found")
        assert faults(page) == ""
    page.route("**/api/v1/suggest*", lambda route: route.fulfill(status=500, body="{}"))
    box(page).fill("xyz")
    expect(options(page).first).to_contain_text("not available")
    assert faults(page) == ""
    box(page).fill("gift card")
    expect(options(page).last).to_contain_text("answers from a while ago")
    assert faults(page) == ""
    page.unroute("**/api/v1/suggest*")
    answer_with(page, notices=[NOTICE])
    box(page).fill("payments")
    expect(options(page).first).to_contain_text("Payments are delayed")
    assert faults(page) == ""
    screenshot(page, "widget-notice")
    options(page).last.click()
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you. We have your message")).to_be_visible()
    assert faults(page) == ""
    screenshot(page, "widget-sent")
