"""Suggestions in a real browser: typing, keyboard, input methods, screen reader state, failures."""

import contextlib
import json
import re

import pytest
from playwright.sync_api import Error, expect

from tests.browser_fixtures import compose
from tests.widget_fixtures import ask, asking, await_answers, box, expect_answer, options, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page):
    page = open_page("/en/")
    page.get_by_role("combobox").focus()
    return page


def active(page):
    """The text of the row that the combobox says is active; None where it says none."""
    return page.evaluate(
        """() => {
            const input = document.querySelector("[role=combobox]");
            if (document.activeElement !== input) return "the input lost the focus";
            const id = input.getAttribute("aria-activedescendant");
            const chosen = [...document.querySelectorAll("[role=option][aria-selected=true]")];
            if (!id) return chosen.length ? "a row is selected but not active" : null;
            if (chosen.length !== 1 || chosen[0].id !== id) return "not the active row is selected";
            return chosen[0].querySelector(".suggestion-title").textContent;
        }"""
    )


def type_and_wait(page, text):
    await_answers(page)
    box(page).press_sequentially(text)
    expect_answer(page)


def test_answers_appear_while_typing_without_a_reload_and_nothing_moves(page, screenshot):
    page.evaluate("window.stayed = true")
    before = page.get_by_role("heading", name="Topics").bounding_box()
    type_and_wait(page, "get a ref")
    expect(options(page)).to_have_count(2)
    expect(options(page).first).to_contain_text("Get a refund")
    expect(options(page).first).to_contain_text("arrives within five days")
    expect(options(page).first.locator("mark").first).to_have_text("refund")
    expect(options(page).last).to_have_text("Contact a person")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_have_text("1 suggestion")
    assert page.get_by_role("heading", name="Topics").bounding_box() == before
    assert page.evaluate("window.stayed")
    screenshot(page, "suggestions")


def test_each_pause_asks_once(page):
    asked = []
    page.on("request", lambda request: "/suggest" in request.url and asked.append(request.url))
    # In one go: real key strokes could take longer than the pause on a busy machine.
    box(page).evaluate(
        """input => [..."refund"].forEach(letter => {
            input.value += letter;
            input.dispatchEvent(new Event("input", {bubbles: true}));
        })"""
    )
    expect(options(page).first).to_be_visible()
    assert len(asked) == 1
    assert "q=refund&" in asked[0] + "&"


def test_the_keyboard_reaches_every_row_and_comes_back_to_the_text(page):
    type_and_wait(page, "refund")
    assert active(page) is None
    page.keyboard.press("ArrowDown")
    assert active(page) == "Get a refund"
    page.keyboard.press("ArrowDown")
    assert active(page) == "Contact a person"
    page.keyboard.press("ArrowDown")
    assert active(page) is None
    page.keyboard.press("ArrowUp")
    assert active(page) == "Contact a person"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    assert active(page) is None
    assert box(page).evaluate("input => input.selectionStart") == 0
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    assert active(page) is None
    assert box(page).evaluate("input => input.selectionStart") == len("refund")


def test_enter_opens_the_active_row(page):
    type_and_wait(page, "refund")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/en/articles/refund\?mark=The%20refund.*#when"))


def test_enter_without_an_active_row_searches(page):
    type_and_wait(page, "refund")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search?q=refund")
    expect(page.get_by_role("link", name="Get a refund")).to_be_visible()


def test_escape_closes_the_list_then_clears_the_text(page):
    type_and_wait(page, "refund")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    expect(box(page)).to_have_value("refund")
    assert active(page) is None
    page.keyboard.press("ArrowDown")
    assert active(page) == "Get a refund"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("")


def test_alt_and_an_arrow_open_and_close_without_moving(page):
    type_and_wait(page, "refund")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    assert active(page) is None


def test_leaving_the_field_closes_the_list(page):
    type_and_wait(page, "refund")
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_role("button", name="Search")).to_be_focused()


def test_emptying_the_field_closes_the_list(page):
    type_and_wait(page, "refund")
    box(page).fill("")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_click_opens_a_row(page):
    type_and_wait(page, "refund")
    options(page).first.click()
    page.wait_for_url(re.compile(r"/en/articles/refund\?mark=The%20refund.*#when"))


def test_an_answer_in_another_language_says_so(page):
    type_and_wait(page, "환불")
    expect(options(page).first).to_contain_text("한국어")
    expect(options(page).first.locator(".suggestion-title")).to_have_attribute("lang", "ko")


def test_a_person_is_offered_when_there_is_no_answer(page):
    type_and_wait(page, "capital of Mongolia")
    expect(options(page)).to_have_count(1)
    expect(options(page).first).to_contain_text("No good answer found")
    expect(page.get_by_role("status")).to_contain_text("No good answer found")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/en/contact\?q=capital\+of\+Mongolia&page=%2Fen%2F&query_id="))
    expect(page.get_by_label("Subject")).to_have_value("capital of Mongolia")


@pytest.mark.parametrize("failure", ["away", "error", "nonsense"])
def test_a_person_is_offered_when_the_server_fails(open_page, failure):
    page = open_page("/en/", expect_complaints=True)
    act = {
        "away": lambda route: route.abort(),
        "error": lambda route: route.fulfill(status=503, body="{}"),
        "nonsense": lambda route: route.fulfill(status=200, body="<html>"),
    }[failure]
    page.route("**/api/v1/suggest*", act)
    type_and_wait(page, "refund")
    expect(options(page)).to_have_count(1)
    expect(options(page).first).to_contain_text("Contact a person")
    expect(page.get_by_role("status")).to_have_text("Suggestions are not available right now.")


def answer(title):
    item = {
        "article_id": title,
        "locale": "en",
        "title": title,
        "title_highlights": [],
        "answer": "",
        "answer_highlights": [],
        "url": "/en/",
        "score": 1,
        "why": [],
        "translation_of_query_locale": False,
    }
    body = {"query_id": "q", "items": [item], "no_answer": False, "degraded": False}
    return json.dumps(body | {"contact_url": "/en/contact", "took_ms": 1})


def test_an_answer_to_an_older_text_is_dropped(page):
    held = []

    def hold_the_first(route):
        if asking("ref").search(route.request.url):
            held.append(route)
        else:
            route.fulfill(status=200, body=answer("newer"))

    page.route("**/api/v1/suggest*", hold_the_first)
    with page.expect_request(asking("ref")):
        box(page).press_sequentially("ref")
    ask(page, "und", "newer")
    with contextlib.suppress(Error):  # the browser may have given the request up, which is as good
        held[0].fulfill(status=200, body=answer("older"))
    page.wait_for_timeout(300)
    expect(options(page).first).to_have_text("newer")


def test_an_answer_that_comes_after_escape_stays_away(page):
    held = []
    page.route("**/api/v1/suggest*", lambda route: held.append(route))
    with page.expect_request(asking("refund")):
        box(page).press_sequentially("refund")
    page.keyboard.press("Escape")
    with contextlib.suppress(Error):  # as above
        held[-1].fulfill(status=200, body=answer("late"))
    page.wait_for_timeout(300)
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_titles_and_answers_are_never_markup(page):
    attack = "<img src=x onerror=document.title='hacked'>"
    page.route("**/api/v1/suggest*", lambda route: route.fulfill(status=200, body=answer(attack)))
    type_and_wait(page, "x")
    expect(options(page).first).to_have_text(attack)
    assert page.title() != "hacked"


def test_highlights_count_code_points_not_utf_16_units(page):
    body = json.loads(answer("💸💸 money"))
    body["items"][0]["title_highlights"] = [[3, 8]]
    page.route("**/api/v1/suggest*", lambda route: route.fulfill(status=200, body=json.dumps(body)))
    type_and_wait(page, "x")
    expect(options(page).first.locator("mark")).to_have_text("money")


def test_what_is_listed_without_being_an_answer_is_said_to_be_uncertain(page):
    body = json.loads(answer("Perhaps this"))
    body["no_answer"] = True
    page.route("**/api/v1/suggest*", lambda route: route.fulfill(status=200, body=json.dumps(body)))
    type_and_wait(page, "x")
    expect(options(page).first).to_have_class(re.compile("suggestion-unsure"))
    expect(options(page).last).to_contain_text("Nothing certain yet")
    expect(page.get_by_role("status")).to_contain_text("Nothing certain yet")


def test_answers_refresh_while_an_input_method_composes(open_page):
    page = open_page("/ko/")
    box(page).focus()
    compose(page, "환")
    expect(options(page).first).to_contain_text("환불 받기")
    session = compose(page, "환불")
    expect(options(page).first).to_contain_text("환불 받기")
    session.send("Input.insertText", {"text": "환불"})
    expect(box(page)).to_have_value("환불")
    page.keyboard.press("ArrowDown")
    assert active(page).startswith("환불 받기")


@pytest.mark.parametrize("key", ["ArrowDown", "ArrowUp", "Enter", "Escape", "Home"])
def test_keys_pressed_while_composing_are_the_input_methods_own(open_page, key):
    page = open_page("/ko/")
    box(page).focus()
    compose(page, "환불")
    expect(options(page).first).to_be_visible()
    untouched = page.evaluate(
        """key => [{isComposing: true}, {keyCode: 229}].every(mark => {
            const event = new KeyboardEvent(
                "keydown", {key, bubbles: true, cancelable: true, ...mark});
            document.querySelector("[role=combobox]").dispatchEvent(event);
            return !event.defaultPrevented;
        })""",
        key,
    )
    assert untouched
    assert active(page) is None
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(box(page)).to_have_value("환불")


def test_the_visit_is_told_from_list_to_message(open_page):
    page = open_page("/en/")
    sent = {}

    def keep(request):
        if request.url.endswith("/api/v1/events"):
            # A page that goes may send again what did arrive: counted once by its id.
            sent.update({e["id"]: e for e in json.loads(request.post_data)["events"]})

    page.on("request", keep)
    ask(page)
    options(page).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get a refund")
    page.wait_for_timeout(1300)
    page.locator("footer").get_by_role("link", name="Contact a person").click()
    page.get_by_label("Subject").press_sequentially("x")
    page.locator("form.contact").dispatch_event("submit")  # it names the visit then
    visit = page.locator("form.contact [name=session]").input_value()
    wait_for(page, lambda: len(sent) >= 4)
    told = list(sent.values())
    assert [event["type"] for event in told] == [
        "suggest_shown",
        "result_opened",
        "article_viewed",
        "contact_started",
    ]
    assert told[0]["query_id"] == told[1]["query_id"]
    assert visit == page.evaluate("JSON.parse(localStorage['kotae-session']).name")
