"""What a customer tried goes along with the message from the widget, so nobody asks them again."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.models import Ticket
from app.ticket_delivery.handoff import load_handoff
from tests.accessibility import faults
from tests.widget_fixtures import (
    BOX,
    FLOATING,
    ask,
    asking,
    await_answers,
    box,
    expect_answer,
    open_article,
    options,
    wait_for,
)

pytestmark = pytest.mark.browser


HEARD = """window.heard = [];
document.addEventListener("kotae:shown", ({ detail }) => heard.push(detail.text));"""
"""The questions whose lists were told of."""


def along(page):
    """The lines that are sent along, as they are read."""
    texts = page.get_by_role("group", name="Sent along").locator("p > span").all_inner_texts()
    return [" ".join(text.split()) for text in texts]


def send(page, shop, body):
    """Send the message; what a person is handed with it."""
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    page.get_by_label("Message").fill(body)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you. We have your message")).to_be_visible()
    with shop.sessions() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.body == body)).one()
        return ticket, load_handoff(session, ticket, "")


def read_and_reject(page):
    page.get_by_role("button", name="How can we help?").click()
    ask(page)
    open_article(page)
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("group", name="Sent along")).to_be_visible()


def test_what_was_asked_read_and_rejected_goes_with_the_message(open_shop, shop, screenshot):
    page = open_shop(FLOATING)
    read_and_reject(page)
    page.get_by_role("button", name="Back").click()
    await_answers(page)
    box(page).fill("gift card")
    expect_answer(page, "Use a gift card")
    open_article(page, "Text of Use a gift card.")
    page.get_by_role("dialog").get_by_role("button", name="Contact a person").first.click()
    expect(page.get_by_role("group", name="Sent along")).to_be_visible()
    here = page.url
    assert along(page) == [
        f"This page: {here}",
        "You have searched for: refund",
        "This did not help: Get a refund",
        "You have searched for: gift card",
        "You have read: Use a gift card",
    ]
    assert faults(page) == ""
    screenshot(page, "widget-handoff")
    ticket, handoff = send(page, shop, "None of it helped.")
    assert ticket.custom == {
        "asked": ["refund", "gift card"],
        "read": ["refund", "gift-cards"],
        "rejected": ["refund"],
    }
    assert handoff.page == here
    assert [(each.title, each.helped) for each in handoff.read] == [
        ("Get a refund", False),
        ("Use a gift card", True),
    ]
    # The next message begins anew.
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Contact a person").last.click()
    expect(page.get_by_role("group", name="Sent along")).to_be_visible()
    assert along(page) == [f"This page: {here}", "You have searched for: gift card"]


def test_each_line_that_is_sent_along_can_be_taken_out(open_shop, shop):
    page = open_shop(FLOATING)
    read_and_reject(page)
    removing = page.get_by_role("button", name="Remove")
    assert [each.bounding_box()["height"] >= 44 for each in removing.all()] == [True] * 3
    page.get_by_role("button", name="Remove: Get a refund").click()
    expect(page.get_by_role("status").last).to_have_text("Removed: Get a refund")
    expect(page.get_by_role("button", name="Remove: refund")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").last).to_have_text(f"Removed: {page.url}")
    assert along(page) == ["You have searched for: refund"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Send")).to_be_focused()
    expect(page.get_by_role("group", name="Sent along")).to_be_hidden()
    ticket, handoff = send(page, shop, "I keep it to myself.")
    assert ticket.page is None
    assert (handoff.asked, handoff.read, handoff.context()) == ((), (), "Language: en")


def test_a_question_typed_on_goes_along_once_and_from_the_page_before_too(open_shop):
    page = open_shop(FLOATING, lang="ko", script=HEARD)
    page.locator("kotae-suggest button").first.click()
    for typed in ("환부", "환불", "환불 받", "환"):  # half a syllable, typed on, typed away
        box(page).fill(typed)
        wait_for(page, lambda typed=typed: page.evaluate("heard").count(typed))
    page.reload()
    page.locator("kotae-suggest button").first.click()
    page.locator("kotae-suggest .person").click()
    lines = page.locator("kotae-suggest fieldset p > span")
    expect(lines).to_have_count(2)
    expect(lines.last).to_have_text("검색한 내용: 환불 받")


@pytest.mark.parametrize("why", ["doNotTrack", "storage"])
def test_what_may_not_be_kept_goes_along_from_this_page_alone(open_shop, why):
    page = open_shop(FLOATING.replace(">", ' storage="none">', 1) if why == "storage" else FLOATING)
    if why == "doNotTrack":
        page.add_init_script("Object.defineProperty(navigator, 'doNotTrack', {get: () => '1'})")
        page.reload()
    read_and_reject(page)
    assert along(page)[1:] == ["You have searched for: refund", "This did not help: Get a refund"]
    assert page.evaluate("Object.keys({...localStorage, ...sessionStorage})") == []


def test_a_line_that_was_taken_out_stays_out_when_the_form_is_opened_again(open_shop):
    page = open_shop(FLOATING, script=HEARD)
    read_and_reject(page)
    page.get_by_role("button", name="Remove: refund").click()
    page.get_by_role("button", name=f"Remove: {page.url}").click()
    page.get_by_role("button", name="Back").click()
    expect(options(page).first).to_contain_text("Get a refund")
    # The list is told of, as it was before.
    wait_for(page, lambda: page.evaluate("heard") == ["refund", "refund"])
    options(page).last.click()
    expect(page.get_by_role("group", name="Sent along")).to_be_visible()
    assert along(page) == ["This did not help: Get a refund"]
    page.get_by_role("button", name="Remove: Get a refund").click()
    assert "refund" not in page.evaluate("sessionStorage.getItem('kotae-trail')")
    page.get_by_role("button", name="Back").click()
    options(page).last.click()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_role("group", name="Sent along")).to_be_hidden()


def test_who_opens_a_row_before_the_last_letter_is_answered_has_read_its_list(open_shop, shop):
    page = open_shop(FLOATING, script=HEARD)
    page.get_by_role("button", name="How can we help?").click()
    ask(page, "refun")
    page.route(asking("refund"), lambda route: None)
    with page.expect_request(asking("refund")):
        box(page).press_sequentially("d")
    open_article(page)
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("group", name="Sent along")).to_be_visible()
    assert page.evaluate("heard") == ["refun"]
    # The question took the place of its beginning, before what was read of it.
    assert along(page)[1:] == ["You have searched for: refund", "This did not help: Get a refund"]


@pytest.mark.parametrize("junk", ['"x"', "[null]", "[{}]", '{"a":1}', "5", '[{"value":1}]'])
def test_what_somebody_else_wrote_in_the_tab_keeps_nobody_from_a_person(open_shop, junk):
    page = open_shop(FLOATING)
    page.evaluate("(junk) => { sessionStorage['kotae-trail'] = junk }", junk)
    read_and_reject(page)
    assert along(page)[1:] == ["You have searched for: refund", "This did not help: Get a refund"]


def test_what_was_written_stays_until_it_is_sent(open_shop, shop):
    page = open_shop(BOX)
    ask(page)
    options(page).last.click()
    mail, text = page.get_by_label("Your e-mail address"), page.get_by_label("Message")
    mail.fill("kim@example.com")
    text.fill("A long story.")
    page.get_by_role("button", name="Back").click()
    expect(options(page).first).to_contain_text("Get a refund")
    open_article(page)  # an article in its place
    page.get_by_role("button", name="No", exact=True).click()
    expect(text).to_have_value("A long story.")
    expect(mail).to_have_value("kim@example.com")
    await_answers(page)
    box(page).fill("refunds")
    expect(mail).to_be_hidden()
    expect_answer(page, "No good answer found")
    options(page).last.click()
    expect(text).to_have_value("A long story.")
    # What nobody has written follows the question.
    expect(page.get_by_label("Subject")).to_have_value("refunds")
    send(page, shop, "The end of it.")
    page.get_by_role("button", name="Back").click()
    options(page).last.click()
    expect(text).to_have_value("refunds")
    expect(mail).to_have_value("")
