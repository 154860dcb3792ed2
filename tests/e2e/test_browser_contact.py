"""The contact form when something comes between: midnight, a fault, a slow or missing network."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.models import Ticket
from tests.widget_fixtures import wait_for

pytestmark = pytest.mark.browser

LABELS = {"Your e-mail address": "kim@example.com", "Subject": "Parcel", "Message": "Where is it?"}


def write(page, **changes):
    for label, text in (LABELS | changes).items():
        page.get_by_label(label).fill(text)


def written(page):
    return {label: page.get_by_label(label).input_value() for label in LABELS}


def send(page):
    page.get_by_role("button", name="Send").click()


def sending(page):
    """Waits for a form that is posted."""
    return page.expect_request(lambda request: request.method == "POST" and "/en/" in request.url)


def fields_of(request):
    """What a form posts, each name with its values."""
    found = {}
    parts = r'name="(\w+)"\r\n\r\n(.*)\r\n' if "contact" in request.url else r"(\w+)=([^&]*)"
    for name, value in re.findall(parts, request.post_data):
        found.setdefault(name, []).append(value)
    return found


def pass_midnight(page):
    """Let the visit that began two minutes before it end; its name, once it was told of."""
    session = "JSON.parse(localStorage['kotae-session']).name"
    page.clock.run_for(5000)
    page.wait_for_function("localStorage['kotae-sessions']")
    yesterday = page.evaluate(session)
    page.clock.run_for(240_000)
    return yesterday


@pytest.fixture
def open_late(open_page):
    """Opens a page two minutes before midnight, UTC."""

    def open_late(path):
        page = open_page("/en/")
        page.clock.install(time=datetime(2026, 11, 22, 23, 58, tzinfo=UTC))
        page.goto(path)
        return page

    return open_late


def test_a_message_sent_past_midnight_belongs_to_its_day_and_names_the_one_before(open_late):
    page = open_late("/en/contact")
    page.get_by_label("Message").press_sequentially("x")
    yesterday = pass_midnight(page)
    write(page, Message="Past midnight.")
    with sending(page) as sent:
        send(page)
    fields = fields_of(sent.value)
    assert yesterday in fields["earlier_sessions"][0].split()
    assert fields["session"] != [yesterday]
    assert fields["session"] == [page.evaluate("JSON.parse(localStorage['kotae-session']).name")]


def test_feedback_given_past_midnight_belongs_to_its_day(open_late):
    page = open_late("/en/articles/refund")
    yesterday = pass_midnight(page)
    with sending(page) as sent:
        page.locator("button[value=helpful]").click()
    (session,) = fields_of(sent.value)["session"]
    assert session not in ("", yesterday)


def test_what_was_unticked_stays_out_of_a_form_that_comes_back(open_page):
    page = open_page("/en/search?q=parcel", expect_complaints=True)
    page.goto("/en/articles/sign-in")
    page.goto("/en/articles/refund?feedback=why")
    page.goto("/en/contact?page=/en/cart")
    ticked = page.locator(".attached input[type=checkbox]")
    expect(ticked).to_have_count(4)
    for name in ("searched for: parcel", "Get a refund", "/en/cart"):
        page.get_by_role("checkbox", name=name).uncheck()
    write(page, **{"Your e-mail address": "kim@naver"})
    with sending(page) as sent:
        send(page)
    left_out = {"asked", "rejected", "page"}
    assert not left_out & fields_of(sent.value).keys()
    expect(page.get_by_text("The message was not sent yet")).to_be_visible()
    expect(ticked).to_have_count(1)
    write(page)
    with sending(page) as sent:
        send(page)
    fields = fields_of(sent.value)
    assert not left_out & fields.keys()
    assert fields["read"] == ["sign-in"]


def test_what_was_unticked_stays_so_when_its_writer_comes_back(open_page):
    page = open_page("/en/articles/refund")
    page.goto("/en/contact?page=/en/cart")
    boxes = page.locator(".attached input[type=checkbox]")
    for box in ("Get a refund", "/en/cart"):
        page.get_by_role("checkbox", name=box).uncheck()
    page.goto("/en/")
    page.goto("/en/contact?page=/en/cart")
    expect(boxes).to_have_count(2)
    expect(page.locator(".attached input:checked")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_send_pressed_three_times_sends_one_message(open_page, site_sessions, scripts):
    page = open_page("/en/contact", java_script_enabled=scripts)
    body = f"Three times, scripts {scripts}"
    write(page, Message=body)
    answers = []
    # Each arrives; the answers are on their way for as long as there is pressing.
    page.route("**/contact", lambda route: answers.append((route, route.fetch(max_redirects=0))))
    button = page.get_by_role("button", name="Send")
    button.scroll_into_view_if_needed()
    place = button.bounding_box()
    for pressed in range(1, 4):
        page.mouse.click(place["x"] + 9, place["y"] + 9)
        wait_for(page, lambda n=1 if scripts else pressed: len(answers) >= n)
    route, answer = answers[-1]
    route.fulfill(response=answer)
    expect(page.get_by_role("heading", level=1, name="Message sent")).to_be_visible()
    assert len(answers) == (1 if scripts else 3)
    with site_sessions() as session:
        same = select(func.count()).select_from(Ticket).where(Ticket.body == body)
        wait_for(page, lambda: session.scalar(same) == 1)


def test_without_scripts_the_browser_brings_back_what_was_written(open_page):
    page = open_page("/en/contact", java_script_enabled=False)
    write(page)
    page.goto("/en/")
    page.go_back()
    assert written(page) == LABELS


def test_a_message_that_no_network_took_is_kept_and_can_be_sent(open_page, screenshot):
    page = open_page("/en/", service_workers="allow", expect_complaints=True)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto("/en/contact?q=refund")
    page.wait_for_function("navigator.serviceWorker.controller")
    page.goto("/en/contact?q=refund")
    write(page)
    page.context.set_offline(True)
    send(page)
    expect(page.get_by_role("heading", level=1, name="You are offline")).to_be_visible()
    expect(page.get_by_text("What you wrote is kept in this tab")).to_be_visible()
    screenshot(page, "offline-message")
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    page.wait_for_url("**/en/contact?q=refund")
    expect(page.get_by_label("Subject")).to_have_value("Parcel")
    assert written(page) == LABELS
    send(page)
    expect(page.get_by_role("heading", level=1, name="Message sent")).to_be_visible()
    page.goto("/en/contact")
    assert set(written(page).values()) == {""}


def test_a_page_that_no_network_brought_is_tried_again_where_it_is(open_page):
    page = open_page("/en/", service_workers="allow", expect_complaints=True)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.context.set_offline(True)
    page.goto("/en/articles/refund")
    expect(page.get_by_role("heading", level=1, name="You are offline")).to_be_visible()
    expect(page.get_by_text("What you wrote")).to_be_hidden()
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get a refund")


def test_another_question_does_not_bring_back_the_message_before(open_page):
    page = open_page("/en/contact")
    write(page)
    page.goto("/en/contact?q=refund")
    assert written(page) == dict.fromkeys(LABELS, "") | {"Subject": "refund"}


def test_a_message_is_not_kept_longer_than_an_hour(open_page):
    page = open_page("/en/contact")
    write(page)
    page.evaluate(
        """() => {
            const kept = JSON.parse(sessionStorage["kotae-message"]);
            sessionStorage["kotae-message"] = JSON.stringify({...kept, at: kept.at - 3601000});
        }"""
    )
    page.goto("/en/")
    page.goto("/en/contact")
    assert set(written(page).values()) == {""}
