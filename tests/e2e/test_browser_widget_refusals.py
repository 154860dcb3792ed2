"""A help center that answers, but not this page: told in the console, left alone."""

import json
import re
import time

import pytest
from playwright.sync_api import expect

from app.sites import add_site, remove_site
from tests.widget_fixtures import BOX, ask, box, options

pytestmark = pytest.mark.browser

CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
# Twenty seconds are over when the test says so.
PATIENT = """const { timeout } = AbortSignal, over = new AbortController();
window.giveUp = () => over.abort(new DOMException("Nobody answered.", "TimeoutError"));
AbortSignal.timeout = (time) => time === 20000 && !over.signal.aborted ? over.signal
    : timeout.call(AbortSignal, time);"""
FAILED = "Suggestions are not available right now."


def watch(page):
    """Warnings in the console, and addresses that are asked, from now on."""
    warnings, asked = [], []
    page.on("console", lambda said: said.type == "warning" and warnings.append(said.text))
    page.on("request", lambda request: asked.append(request.url))
    return warnings, asked


@pytest.mark.parametrize(
    ("wrong", "advice"), [("origin", "KB_ALLOWED_ORIGINS"), ("key", "kb site list")]
)
def test_a_page_that_may_not_ask_is_told_why_once_and_given_no_index(
    open_shop, strict_shop, wrong, advice
):
    key = ""
    if wrong == "key":
        with strict_shop.sessions() as session:
            key = add_site(session, "Gone", [strict_shop.url]).key
            remove_site(session, key)
    tag = f'<script defer src="{strict_shop.help_center}/widget/v1.js" data-site="{key}"></script>'
    page = open_shop(BOX, head=tag, at=strict_shop, expect_complaints=True)
    warnings, asked = watch(page)
    for text in ("refund", "refund now", "gift card"):  # the index has them
        box(page).fill(text)
        expect(options(page)).to_have_count(1)
        expect(options(page).first).to_contain_text(FAILED)
        page.wait_for_timeout(300)
    assert sum("/suggest" in url for url in asked) == 1
    assert [url for url in asked if "/widget/answers/" in url] == []
    assert len(warnings) == 1
    assert advice in warnings[0]
    # The form could not be sent from there.
    with page.context.expect_page() as opened:
        options(page).last.click()
    assert opened.value.url.startswith(f"{strict_shop.help_center}/en/contact?q=gift+card")


def test_who_is_refused_reaches_a_person_where_the_host_says(open_shop, strict_shop):
    head = f'<script defer src="{strict_shop.help_center}/widget/v1.js"></script>'
    there = '<kotae-suggest fallback="https://shop.invalid/help"></kotae-suggest>'
    page = open_shop(there, head=head, at=strict_shop, expect_complaints=True)
    page.context.route("https://shop.invalid/**", lambda route: route.fulfill(body="help"))
    box(page).fill("refund")
    expect(options(page).first).to_contain_text(FAILED)
    with page.context.expect_page() as opened:
        options(page).last.click()
    assert opened.value.url == "https://shop.invalid/help"


@pytest.mark.parametrize("status", [401, 404])
def test_a_wrong_address_is_no_help_center_that_is_away(open_shop, status):
    page = open_shop(BOX, expect_complaints=True)
    page.route(
        "**/api/v1/suggest*",
        lambda route: route.fulfill(status=status, body="<h1>Shop</h1>", headers=CORS),
    )
    # The words to say so may come later than the refusal.
    page.route("**/begin.en.js", lambda route: (page.wait_for_timeout(400), route.continue_()))
    warnings, asked = watch(page)
    box(page).fill("refund")
    expect(options(page).first).to_contain_text(FAILED)
    page.wait_for_timeout(500)
    assert [url for url in asked if "/widget/answers/" in url] == []
    assert [str(status) in warning for warning in warnings] == [True]


def test_who_asks_too_much_waits_as_long_as_is_said_and_is_answered_then(open_shop):
    page = open_shop(BOX, expect_complaints=True)
    times = []

    def answer(route):
        times.append(time.monotonic())
        if len(times) == 1:
            body = json.dumps({"detail": "Too many."})
            route.fulfill(status=429, body=body, headers=CORS | {"Retry-After": "3"})
        else:
            route.continue_()

    page.route("**/api/v1/suggest*", answer)
    warnings, asked = watch(page)
    box(page).fill("refun")
    expect(options(page).first).to_contain_text(FAILED)
    box(page).press_sequentially("d", delay=300)
    expect(options(page).first).to_contain_text(FAILED)
    expect(options(page).first).to_contain_text("Get a refund")
    assert len(times) == 2
    assert times[1] - times[0] >= 2.9
    assert [url for url in asked if "/widget/answers/" in url] == []
    assert warnings == []


def test_a_rest_that_would_never_end_is_an_hour(open_shop):
    page = open_shop(BOX, expect_complaints=True)
    headers = CORS | {"Retry-After": "3000000"}  # more than a timer can take, which is none at all
    asked = []

    def refuse(route):
        asked.append(route)
        route.fulfill(status=429, body="{}", headers=headers)

    page.route("**/api/v1/suggest*", refuse)
    box(page).fill("refund")
    expect(options(page).first).to_contain_text(FAILED)
    page.wait_for_timeout(500)
    assert len(asked) == 1


def test_a_server_that_is_away_is_not_asked_at_every_key(open_shop):
    page = open_shop(BOX, expect_complaints=True)
    page.route("**/api/v1/suggest*", lambda route: route.abort())
    box(page).fill("zz")
    expect(options(page).first).to_contain_text(FAILED)
    _, asked = watch(page)
    # In one go: on a busy machine the strokes of keys could lie further apart than a pause is long.
    box(page).evaluate(
        """input => [..."top and bottom"].forEach(letter => {
            input.value += letter;
            input.dispatchEvent(new Event("input", {bubbles: true}));
        })"""
    )
    expect(options(page).first).to_contain_text(FAILED)
    page.wait_for_timeout(300)
    assert sum("/suggest" in url for url in asked) <= 3


def write(page, mail="kim@example.com"):
    ask(page)
    options(page).last.click()
    page.get_by_label("Your e-mail address").fill(mail)


def test_an_address_that_the_server_refuses_is_marked_at_its_field(open_shop):
    page = open_shop(BOX, expect_complaints=True)
    write(page)
    mail = page.get_by_label("Your e-mail address")
    errors = [{"field": "email", "code": "wrong", "detail": "No such address."}]
    body = json.dumps({"detail": "Not understood.", "errors": errors})
    page.route("**/tickets", lambda route: route.fulfill(status=400, body=body, headers=CORS))
    page.get_by_role("button", name="Send").click()
    expect(mail).to_be_focused()
    expect(mail).to_have_attribute("aria-invalid", "true")
    expect(mail).to_have_accessible_description(re.compile("name@example.com"))
    page.unroute("**/tickets")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you. We have your message")).to_be_visible()


def test_why_a_message_is_refused_is_told_in_the_console(open_shop):
    page = open_shop(BOX, expect_complaints=True)
    warnings, _ = watch(page)
    write(page)
    page.evaluate("Kotae.identify({id: '7', hash: 'wrong'})")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The message may not have been sent")).to_be_visible()
    assert [warning.startswith("Kotae: ") for warning in warnings] == [True]
    assert "identity" in warnings[0]


def test_a_message_that_nobody_answers_can_be_sent_again(open_shop):
    page = open_shop(BOX, script=PATIENT, expect_complaints=True)
    page.route("**/api/v1/tickets", lambda route: None)
    write(page)
    send = page.get_by_role("button", name="Send")
    send.click()
    expect(send).to_have_attribute("aria-disabled", "true")
    send.press("Enter")
    page.evaluate("giveUp()")
    expect(page.get_by_text("The message may not have been sent")).to_be_visible()
    page.unroute("**/api/v1/tickets")
    send.click()
    expect(page.get_by_text("Thank you. We have your message")).to_be_visible()
