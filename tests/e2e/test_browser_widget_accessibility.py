"""The criteria of docs/widget-accessibility.md, each by a test that the page names."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.widget_fixtures import BOX, CORS, FLOATING, FORM, NONE, ask, asking, box, options

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]


def test_each_criterion_names_a_test_and_each_test_here_is_a_criterion():
    text = (ROOT / "docs" / "widget-accessibility.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| .+ \| `(test_\w+)` \|$", text, flags=re.M)
    assert [int(number) for number, _ in rows] == list(range(1, len(rows) + 1))
    written = {}
    for path in (ROOT / "tests" / "e2e").glob("test_browser_widget*.py"):
        source = path.read_text(encoding="utf-8")
        written[path.name] = set(re.findall(r"^def (test_\w+)\(", source, flags=re.M))
    named = {name for _, name in rows}
    assert named <= set().union(*written.values())
    own = written[Path(__file__).name] - {
        "test_each_criterion_names_a_test_and_each_test_here_is_a_criterion"
    }
    assert own <= named


def test_the_box_is_a_named_combobox_with_a_named_list(open_shop):
    page = open_shop(BOX)
    expect(page.get_by_role("combobox", name="How can we help?")).to_be_visible()
    ask(page)
    field = box(page)
    expect(field).to_have_attribute("aria-autocomplete", "list")
    expect(field).to_have_attribute("aria-expanded", "true")
    listed = page.get_by_role("listbox", name="Suggestions")
    expect(field).to_have_attribute("aria-controls", listed.get_attribute("id"))
    assert listed.locator("> :not([role=option])").count() == 0


def test_arrows_go_round_through_the_text_and_alt_opens_and_closes(open_shop):
    page = open_shop(BOX)
    ask(page)
    active = page.locator("[aria-selected=true]")
    page.keyboard.press("ArrowUp")
    expect(active).to_have_text("Contact a person")
    page.keyboard.press("ArrowDown")
    expect(active).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(active).to_contain_text("Get a refund")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(active).to_have_count(0)


def test_nothing_is_chosen_unless_somebody_chooses_it(open_shop):
    page = open_shop(f'<form action="/sent">{BOX}</form>')
    ask(page)
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    expect(page.get_by_role("heading", name="Get a refund")).to_have_count(0)
    expect(box(page)).to_have_value("refund")


def test_home_and_end_move_the_caret(open_shop):
    page = open_shop(BOX)
    ask(page)
    caret = "(field) => field.selectionStart"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    assert box(page).evaluate(caret) == 0
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    assert box(page).evaluate(caret) == len("refund")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)


def test_escape_closes_the_list_and_then_empties_the_text(open_shop):
    page = open_shop(BOX)
    ask(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_value("refund")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("")
    expect(box(page)).to_be_focused()


def test_tab_leaves_and_chooses_nothing(open_shop):
    page = open_shop(f"{BOX}<button>After</button>")
    ask(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="After")).to_be_focused()
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_role("heading", name="Get a refund")).to_have_count(0)


@pytest.mark.parametrize("way", ["focus", "pointer"])
@pytest.mark.parametrize("place", ["page", "form"])
def test_offers_stay_while_the_focus_or_the_pointer_is_on_them(open_shop, place, way):
    page = open_shop(FORM if place == "page" else FLOATING)
    if place == "form":
        page.get_by_role("button", name="How can we help?").click()
        page.get_by_role("button", name="Contact a person").click()
    field = page.get_by_label("Subject")
    offer = page.get_by_role("button", name="Get a refund")
    ask(page, field=field, row=offer)
    held = []
    asked = asking("refunds")
    page.route(asked, lambda route: held.append(route))
    with page.expect_request(asked):
        field.press_sequentially("s")
    offer.focus() if way == "focus" else offer.hover()
    held[0].fulfill(status=200, body=json.dumps(NONE), headers=CORS)
    page.wait_for_timeout(200)
    expect(offer).to_be_visible()
    if way == "focus":
        expect(offer).to_be_focused()
        field.focus()
    else:
        page.mouse.move(5, 5)
    expect(offer).to_be_hidden()


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "1 suggestion"),
        ("ko", "추천 답변 1개"),
        ("ja", "候補 1 件"),
        ("zh", "1 条建议"),
        ("zh-TW", "1 則建議"),
    ],
)
def test_the_number_of_suggestions_is_said_politely_in_the_pages_language(open_shop, lang, said):
    page = open_shop(BOX, lang=lang)
    ask(page)
    status = page.get_by_role("status")
    expect(status).to_have_text(said)
    assert status.evaluate("(each) => each.closest('[lang]').lang") == lang
    page.keyboard.press("Escape")
    expect(status).to_have_text("")


def test_text_in_another_language_says_so(open_shop):
    page = open_shop(BOX, lang="ja")
    ask(page, "환불", "환불 받기")
    assert options(page).first.locator(".suggestion-title").get_attribute("lang") == "ko"
    expect(options(page).first).to_contain_text("한국어")


def test_an_article_takes_the_focus_and_gives_it_back(open_shop):
    page = open_shop(BOX)
    ask(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Get a refund")).to_be_focused()
    page.get_by_role("button", name="Back").press("Enter")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("refund")


def test_what_is_amiss_is_said_at_the_field(open_shop):
    page = open_shop(BOX)
    ask(page, "zz", "No good answer found")
    options(page).last.click()
    page.get_by_label("Message").fill("")
    page.get_by_role("button", name="Send").click()
    mail = page.get_by_label("Your e-mail address")
    expect(mail).to_be_focused()
    expect(mail).to_have_accessible_description(re.compile("name@example.com"))
    expect(mail).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Message")).to_have_accessible_description("Please fill this in.")
    mail.fill("kim@example.com")
    page.get_by_role("button", name="Send").click()
    expect(mail).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("body", [BOX, FLOATING])
def test_sending_keeps_the_focus_and_then_leads_to_the_heading(open_shop, body):
    page = open_shop(body, expect_complaints=True)
    if body == FLOATING:
        page.get_by_role("button", name="How can we help?").click()
    ask(page)
    options(page).last.click()
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    page.route("**/api/v1/tickets", lambda route: route.abort())
    send = page.get_by_role("button", name="Send")
    send.press("Enter")
    expect(page.get_by_text("The message may not have been sent")).to_be_visible()
    expect(send).to_be_focused()
    page.unroute("**/api/v1/tickets")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you. We have your message")).to_be_visible()
    expect(page.get_by_role("heading", name="Contact a person")).to_be_focused()
    if body == FLOATING:
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="How can we help?")).to_be_focused()


def test_text_twice_as_large_fits(open_shop, shop, screenshot):
    shop.files["/large.css"] = ":root { font-size: 200% }"
    page = open_shop(
        f'<link rel="stylesheet" href="/large.css">{FLOATING}',
        viewport={"width": 640, "height": 800},
    )
    page.get_by_role("button", name="How can we help?").click()
    ask(page)
    screenshot(page, "widget-200-percent")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 640
    for each in page.get_by_role("dialog").locator("button, input, [role=option]").all():
        place = each.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 640


def test_forced_colours_show_the_active_row_and_the_focus(open_shop, screenshot):
    page = open_shop(BOX, forced_colors="active")
    ask(page)
    page.keyboard.press("ArrowDown")
    style = (
        "(each) => { const s = getComputedStyle(each); return [s.outlineStyle, s.outlineWidth] }"
    )
    assert options(page).first.evaluate(style) == ["solid", "2px"]
    assert box(page).evaluate(style) == ["solid", "3px"]
    edge = page.get_by_role("listbox").evaluate("(each) => getComputedStyle(each).borderTopStyle")
    assert edge == "solid"
    screenshot(page, "widget-forced-colours")


def test_more_contrast_makes_quiet_text_and_lines_plain(open_shop):
    page = open_shop(BOX, contrast="more")
    ask(page)
    colours = options(page).first.evaluate(
        """(row) => [".suggestion-answer", ".suggestion-title"].map((name) =>
            getComputedStyle(row.querySelector(name)).color)"""
    )
    assert colours[0] == colours[1]


def test_nothing_moves_by_itself(open_shop):
    page = open_shop(FLOATING, reduced_motion="no-preference")
    page.get_by_role("button", name="How can we help?").click()
    ask(page)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.getAnimations().length") == 0
    moving = page.evaluate(
        """() => [...document.querySelector("kotae-suggest").shadowRoot.querySelectorAll("*")]
            .map((each) => getComputedStyle(each))
            .filter((style) => style.animationName !== "none" ||
                !["0s", ""].includes(style.transitionDuration)).length"""
    )
    assert moving == 0


def test_it_runs_from_right_to_left(open_shop, screenshot):
    page = open_shop(f'<div dir="rtl">{FLOATING}</div>')
    button = page.get_by_role("button", name="How can we help?")
    button.click()
    assert button.bounding_box()["x"] < 200
    ask(page)
    row = options(page).first.bounding_box()
    title = options(page).first.locator(".suggestion-title")
    assert title.evaluate("(each) => getComputedStyle(each).direction") == "rtl"
    assert row["x"] >= 0
    screenshot(page, "widget-rtl")


@pytest.mark.parametrize("body", [BOX, FLOATING])
def test_a_person_is_one_key_away_in_every_state(open_shop, body):
    page = open_shop(body, expect_complaints=True)
    last = page.locator("[aria-selected=true]")

    def reached():
        page.keyboard.press("ArrowUp")
        expect(last).to_contain_text("Contact a person")
        page.keyboard.press("ArrowDown")

    if body == FLOATING:
        page.get_by_role("button", name="How can we help?").click()
    box(page).focus()
    expect(options(page).last).to_contain_text("Contact a person")
    reached()  # empty
    ask(page, "zz", "No good answer")
    reached()  # no answer
    options(page).last.click()
    page.get_by_role("button", name="Back").click()
    if body == FLOATING:
        page.keyboard.press("Escape")  # the list is gone, its button is not
        expect(page.locator("kotae-suggest .person")).to_be_visible()
    reached()  # back from the form
    page.route("**/api/v1/suggest*", lambda route: None)
    box(page).fill("waiting")
    expect(options(page)).to_have_count(1)
    reached()  # loading
    page.unroute("**/api/v1/suggest*")
    page.route("**/api/v1/suggest*", lambda route: route.fulfill(status=500, body="{}"))
    box(page).fill("failing")
    expect(options(page).first).to_contain_text("not available")
    reached()  # error
    page.context.set_offline(True)
    box(page).fill("nobody there")
    expect(options(page).last).to_contain_text("Contact a person")
    reached()  # offline


def test_the_page_may_speak_for_it_in_any_language(open_shop):
    words = '{"ask":"Fråga","help":"Hjälp","other":"{count} svar","one":"ett svar"}'
    page = open_shop(f"<kotae-suggest words='{words}'></kotae-suggest>", lang="sv")
    expect(page.get_by_role("combobox", name="Hjälp")).to_be_visible()
    expect(page.get_by_placeholder("Fråga")).to_be_visible()
    expect(page.locator("kotae-suggest .box")).to_have_attribute("lang", "sv")
    ask(page)
    expect(page.get_by_role("status")).to_have_text("ett svar")


@pytest.mark.parametrize("body", [BOX, FLOATING])
def test_words_that_stand_in_for_a_language_are_marked_as_theirs(open_shop, body):
    page = open_shop(body, lang="sv")
    expect(page.locator("kotae-suggest [lang]").first).to_have_attribute("lang", "en")
    assert page.locator("kotae-suggest [lang=sv]").count() == 0
