"""The editor in a real browser: written, pasted into, saved by two at once, without a connection,
by the keyboard alone, accessible in every language, light and dark, and 320 pixels wide."""

import base64
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from app.accounts.sessions import open_session
from app.models import User, utc_now
from tests.accessibility import faults
from tests.editing_fixtures import address_of, area_of, body_of, save
from tests.widget_fixtures import ask

pytestmark = pytest.mark.browser

LOCALES = ["en", "ko", "ja", "zh", "zh-Hant"]
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
COMPOSED = [
    (["ㅎ", "화", "환", "환ㅂ", "환부", "환불"], "환불"),
    (["h", "へ", "へn", "へん", "へんp", "へんぴん", "返品"], "返品"),
    (["t", "tu", "tui", "tui'h", "tui'huo", "退货"], "退货"),
]
"""What input methods show while a word is written, and the word."""
PICTURE = re.compile(r"!\[A dot\]\(/images/dot-[0-9a-f]{8}\.png\)")
PASTE = """([data]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "dot.png", { type: "image/png" }));
  document.querySelector(".cm-content").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
}"""


def sign_in_again(page, site_sessions, role="writer"):
    """End the browser's session and begin another, as in another window."""
    page.context.clear_cookies()
    with site_sessions() as session:
        user = session.scalar(select(User).where(User.email == f"{role}@example.com"))
        token = open_session(session, user, now=utc_now())
    cookie = {"name": "kotae_staff", "value": token, "domain": "127.0.0.1", "path": "/"}
    page.context.add_cookies([cookie])


@pytest.mark.parametrize("locale", LOCALES)
def test_the_pages_are_accessible_in_light_and_dark_and_fit_320_pixels(
    make_article, screenshot, locale
):
    page = make_article("owner", "One.\n\n#### Deep\n\n[gone](nowhere.md)\n")
    text = address_of(page)
    area_of(page).fill(
        "## Scan\n\n- Open the **app**, *then* `scan` [the code](scan.md)\n\n"
        "> Free for 30 minutes\n\n| A | B |\n|---|---|\n| 1 | 2 |\n"
    )
    save(page)
    places = {
        "text": text,
        "history": text.replace("/text/", "/history/"),
        "list": "/edit",
        "new": "/edit/new",
        "translations": "/edit/translations",
        "record": "/edit/record",
    }
    for name, place in places.items():
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{place}?lang={locale}")
        for box in page.locator("main details").all():
            box.evaluate("box => { box.open = true; }")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert faults(page) == "", name
            screenshot(page, f"editor-{name}-{locale}-{scheme}")
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320, name
        assert faults(page) == "", name
        screenshot(page, f"editor-{name}-{locale}-narrow")


def test_two_revisions_stand_side_by_side_where_there_is_room_for_both(make_article):
    page = make_article("owner", "One.\n")
    text = address_of(page)
    area_of(page).fill("Two.\n")
    save(page)
    page.goto(text.replace("/text/", "/history/"))
    sides, lines = page.get_by_role("cell", name="Two."), page.get_by_role("insertion")
    expect(sides).to_have_count(1)
    expect(lines).to_have_count(0)
    page.set_viewport_size({"width": 360, "height": 640})
    expect(lines).to_have_text("Two.")
    page.get_by_role("link", name="Side by side").click()
    expect(lines).to_have_count(0)
    page.get_by_role("link", name="One below the other").click()
    expect(lines).to_have_text("Two.")


def test_the_preview_follows_what_is_typed(make_article):
    page = make_article()
    page.get_by_role("toolbar").get_by_role("button", name="Preview").click()
    area_of(page).fill("Some **bold** <img src=x onerror=alert(1)> words.\n")
    live = page.locator("#live")
    expect(live.locator("strong")).to_have_text("bold")
    assert live.locator("[onerror]").count() == 0


def test_a_pasted_picture_asks_what_it_shows_and_is_in_the_text(make_article):
    page = make_article()
    area_of(page).focus()
    page.evaluate(PASTE, [DOT])
    expect(page.get_by_label("What does the picture show?")).to_be_focused()
    page.get_by_role("button", name="Add the picture").click()
    expect(page.locator("#keeping")).to_have_text("What does the picture show?")
    page.keyboard.type("A dot")
    page.get_by_role("button", name="Add the picture").click()
    expect(body_of(page)).to_have_value(PICTURE)
    save(page)
    page.get_by_role("button", name="Preview", exact=True).last.click()
    picture = page.locator(".preview img")
    expect(picture).to_have_attribute("alt", "A dot")
    expect(picture).to_have_js_property("naturalWidth", 1)


def test_the_keyboard_alone_writes_links_and_saves(make_article):
    page = make_article()
    area_of(page).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("Read ")
    page.keyboard.press("Control+b")
    page.keyboard.type("this")
    page.keyboard.press("End")
    page.keyboard.type(" and ")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Words of its title or text")).to_be_focused()
    found = page.locator("#link-found [role=option]").first
    ask(page, field=page.locator("#link-query"), row=found)
    page.keyboard.press("Enter")
    linked = re.escape("Read **this** and [Get a refund](/en/articles/refund)")
    expect(body_of(page)).to_have_value(re.compile(linked))
    page.keyboard.press("Control+s")
    expect(page.locator(".notice.good")).to_contain_text("Saved.")
    assert "Get a refund" in body_of(page).input_value()


def test_a_tool_is_taken_back_by_undo(make_article):
    page = make_article(body="One.\n")
    area_of(page).focus()
    page.keyboard.press("Control+Home")
    page.get_by_role("button", name="Heading").click()
    expect(body_of(page)).to_have_value("## One.\n")
    page.keyboard.press("Control+z")
    expect(body_of(page)).to_have_value("One.\n")


def test_input_methods_write_words_in_the_middle_of_a_line(make_article):
    page = make_article(body="One two.\n")
    area_of(page).focus()
    page.keyboard.press("Control+Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    method = page.context.new_cdp_session(page)
    before = "One "
    for steps, written in COMPOSED:
        for step in steps:
            place = {"selectionStart": len(step), "selectionEnd": len(step)}
            method.send("Input.imeSetComposition", {"text": step, **place})
            # Nothing that happens on a key may break off what is half made.
            expect(area_of(page)).to_contain_text(f"{before}{step}two.")
        method.send("Input.insertText", {"text": written})
        before += written
        expect(body_of(page)).to_have_value(f"{before}two.\n")
    page.keyboard.type("!")
    expect(body_of(page)).to_have_value("One 환불返品退货!two.\n")
    expect(page.locator("#keeping")).to_have_text("Kept, not saved yet")
    page.keyboard.press("Control+z")
    expect(body_of(page)).not_to_have_value("One 환불返品退货!two.\n")


def test_the_area_has_a_name_and_the_tab_key_leads_out_of_it(make_article):
    page = make_article()
    area = page.get_by_role("textbox", name="Text Markdown")
    area.focus()
    page.keyboard.press("Tab")
    assert not area.evaluate("area => area === document.activeElement")
    page.locator("#body-label").click()
    expect(area).to_be_focused()
    assert area.get_attribute("aria-multiline") == "true"


def test_without_the_area_one_types_as_in_any_form(make_article, open_as):
    place = address_of(make_article())
    page = open_as("writer", "/edit", expect_complaints=True)
    page.route("**/code-area.js", lambda route: route.abort())
    page.goto(place)
    expect(page.get_by_role("toolbar")).to_be_visible()
    body_of(page).fill("By hand.")
    body_of(page).select_text()
    page.get_by_role("button", name="Bold").click()
    save(page)
    expect(body_of(page)).to_have_value("**By hand.**")


def test_two_browsers_at_once_lose_nothing(make_article, open_as):
    mine = make_article()
    theirs = open_as("reviewer", address_of(mine))
    area_of(mine).fill("ONE.\n\nTwo.\n\nThree.\n")
    save(mine)
    area_of(theirs).fill("One.\n\nTwo.\n\nTHREE.\n")
    expect(theirs.locator("#keeping")).to_contain_text("Writer Kim saved a newer text")
    save(theirs)
    expect(theirs.locator(".notice.good")).to_contain_text("merged in")
    expect(body_of(theirs)).to_have_value("ONE.\n\nTwo.\n\nTHREE.\n")


def test_two_browsers_in_the_same_line_see_both_texts(make_article, open_as):
    mine = make_article()
    theirs = open_as("reviewer", address_of(mine))
    area_of(mine).fill("Mine.\n\nTwo.\n\nThree.\n")
    save(mine)
    area_of(theirs).fill("Theirs.\n\nTwo.\n\nThree.\n")
    theirs.get_by_role("button", name="Save", exact=True).click()
    expect(theirs.get_by_role("heading", name="Two texts")).to_be_visible()
    expect(theirs.locator("main")).to_contain_text("Mine.")
    assert faults(theirs) == ""
    theirs.get_by_label("Keep both").check()
    theirs.get_by_role("button", name="Bring them together").click()
    expect(body_of(theirs)).to_have_value("Theirs.\nMine.\n\nTwo.\n\nThree.\n")
    expect(theirs.locator("#recovered")).to_be_hidden()
    save(theirs)
    mine.goto(address_of(mine))
    expect(body_of(mine)).to_have_value("Theirs.\nMine.\n\nTwo.\n\nThree.\n")


def test_a_connection_lost_in_the_middle_of_a_save_loses_nothing(make_article):
    page = make_article(expect_complaints=True)
    page.context.set_offline(True)
    area_of(page).fill("Typed in a tunnel.\n")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#keeping")).to_contain_text("No connection")
    expect(body_of(page)).to_have_value("Typed in a tunnel.\n")
    page.context.set_offline(False)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address_of(page))
    # The connection came back before the page went: then the server has it, else the browser.
    page.locator("#unsaved a, #recovered:not([hidden]) [data-recover]").first.click()
    expect(body_of(page)).to_have_value("Typed in a tunnel.\n")
    save(page)
    expect(body_of(page)).to_have_value("Typed in a tunnel.\n")
    page.goto(address_of(page))
    expect(page.locator("#recovered")).to_be_hidden()
    expect(page.locator("#unsaved")).to_have_count(0)


def test_without_a_server_the_browser_keeps_what_is_typed(make_article):
    page = make_article(expect_complaints=True)
    page.route("**/edit/kept/**", lambda route: route.abort())
    area_of(page).fill("Kept by the browser.\n")
    expect(page.locator("#keeping")).to_contain_text("No connection")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address_of(page))
    page.locator("[data-recover]").click()
    expect(body_of(page)).to_have_value("Kept by the browser.\n")


def test_a_session_that_ended_is_taken_up_again_without_losing_the_text(
    make_article, site_sessions
):
    page = make_article(expect_complaints=True)
    page.context.clear_cookies()
    area_of(page).fill("Typed while signed out.\n")
    expect(page.locator("#keeping")).to_contain_text("You were signed out")
    sign_in_again(page, site_sessions, "reviewer")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#keeping")).to_contain_text("Another account is signed in")
    sign_in_again(page, site_sessions)
    save(page)
    expect(body_of(page)).to_have_value("Typed while signed out.\n")
    page.goto(address_of(page))
    expect(body_of(page)).to_have_value("Typed while signed out.\n")


def test_everything_works_without_scripts(make_article):
    page = make_article(java_script_enabled=False)
    assert page.get_by_role("toolbar").count() == 0
    body_of(page).fill("By hand.\n")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator(".preview")).to_contain_text("By hand.")
    page.get_by_text("Add a picture").click()
    page.locator("#picture").set_input_files(
        {"name": "dot.png", "mimeType": "image/png", "buffer": base64.b64decode(DOT)}
    )
    page.get_by_label("What does the picture show?").fill("A dot")
    page.get_by_role("button", name="Add the picture").click()
    expect(body_of(page)).to_have_value(PICTURE)
    save(page)


def test_a_notice_is_announced_and_ended_on_a_phone_without_scripts(
    open_as, site_sessions, screenshot
):
    phone = {"width": 390, "height": 844}
    page = open_as("publisher", "/edit/notices", viewport=phone, java_script_enabled=False)
    page.get_by_label("Kind").select_option("Known problem")
    page.get_by_role("group", name="English").get_by_label("Title").fill("Cards fail")
    page.get_by_label("Only for questions").fill("unheard-of word")
    page.get_by_role("button", name="Add the notice").click()
    expect(page.get_by_role("status")).to_have_text("The notice was added.")
    seen = open_as("publisher", "/edit/notices", viewport=phone)
    for scheme in ("light", "dark"):
        seen.emulate_media(color_scheme=scheme)
        assert Axe().run(seen).violations_count == 0
        screenshot(seen, f"notices-{scheme}")
    assert seen.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.get_by_role("listitem").filter(has_text="Cards fail").get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("The notice was ended")


def test_the_advice_follows_what_is_typed_before_it_is_saved(make_article, screenshot):
    page = make_article(body="Scan the code.\n")
    advice = page.locator("#advice")
    advice.scroll_into_view_if_needed()
    expect(advice).to_contain_text("Links, pictures and headings are in order.")
    page.locator("#title").fill("Rent a zwerfbike")
    area_of(page).fill("Rent a zwerfbike.\n\n## One\n\n#### Two\n\n[gone](nowhere.md)\n")
    expect(advice).to_contain_text("This heading skips a level: Two")
    expect(advice).to_contain_text("A link leads nowhere")
    asked = advice.locator(".asked li", has_text="Rent a zwerfbike")
    expect(asked).to_contain_text("Place 1")
    expect(page.locator("h1")).to_contain_text("Borrow a bike")
    screenshot(page, "editor-advice")
