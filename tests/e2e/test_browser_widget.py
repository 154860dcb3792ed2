"""The widget on a shop's pages: another origin, a strict policy, every way to embed it."""

import json
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.models import Event, Ticket
from tests.accessibility import faults
from tests.browser_fixtures import compose
from tests.widget_fixtures import (
    BOX,
    CORS,
    FLOATING,
    FORM,
    NONE,
    answer_with,
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


def stored(shop, kind):
    with shop.sessions() as session:
        return list(session.scalars(select(kind)))


def events_of(shop, page):
    """The types of events that came from this page's visit, in order."""
    name = page.evaluate("JSON.parse(sessionStorage.getItem('kotae-session'))?.name")
    return [e.type for e in sorted(stored(shop, Event), key=lambda e: e.at) if e.session == name]


def wait_for_event(shop, page, kind):
    wait_for(page, lambda: kind in events_of(shop, page))


# The box


def test_answers_appear_on_another_sites_page_under_its_strict_policy(open_shop, screenshot):
    page = open_shop(BOX)
    ask(page, "get a ref", "Get a refund")
    expect(options(page).first.locator("mark").first).to_have_text("refund")
    expect(options(page).last).to_have_text("Contact a person")
    expect(page.get_by_role("status")).to_have_text("1 suggestion")
    screenshot(page, "widget-box")


def test_the_empty_box_offers_what_fits_the_page_and_a_person(open_shop):
    page = open_shop(BOX)
    box(page).focus()
    expect(options(page).last).to_have_text("Contact a person")
    expect(options(page)).not_to_have_count(1)


def test_the_keyboard_reaches_rows_and_the_focus_stays_in_the_box(open_shop):
    page = open_shop(BOX)
    ask(page)
    page.keyboard.press("ArrowDown")
    first = options(page).first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_have_attribute("aria-activedescendant", first.get_attribute("id"))
    expect(box(page)).to_be_focused()
    page.keyboard.press("Home")
    expect(first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("")


def test_nothing_moves_under_an_active_row_until_it_is_let_go(open_shop):
    page = open_shop(BOX)
    held = []
    ask(page)
    asked = asking("refunds")
    page.route(asked, lambda route: held.append(route))
    with page.expect_request(asked):
        box(page).press_sequentially("s")
    page.keyboard.press("ArrowDown")
    before = options(page).all_inner_texts()
    held[0].fulfill(status=200, body=json.dumps(NONE), headers=CORS)
    page.wait_for_timeout(300)
    assert options(page).all_inner_texts() == before
    page.keyboard.press("ArrowUp")
    expect(options(page)).to_have_count(1)
    expect(options(page).first).to_contain_text("No good answer found")


def test_nothing_moves_under_the_pointer(open_shop):
    page = open_shop(BOX)
    held = []
    ask(page)
    asked = asking("refunds")
    page.route(asked, lambda route: held.append(route))
    with page.expect_request(asked):
        box(page).press_sequentially("s")
    options(page).first.hover()
    before = options(page).all_inner_texts()
    held[0].fulfill(status=200, body=json.dumps(NONE), headers=CORS)
    page.wait_for_timeout(300)
    assert options(page).all_inner_texts() == before
    page.mouse.move(5, 5)
    expect(options(page)).to_have_count(1)


def test_a_question_asked_before_is_answered_from_memory(open_shop):
    page = open_shop(BOX)
    ask(page)
    ask(page, " zz", "No good answer")
    asked = []
    page.on("request", lambda request: "/suggest" in request.url and asked.append(request.url))
    box(page).fill("refund")
    expect(options(page).first).to_contain_text("Get a refund")
    assert asked == []


@pytest.mark.parametrize(
    ("lang", "states", "whole", "title"),
    [
        ("ko", ["ㅎ", "하", "환", "환부", "환불"], "환불", "환불 받기"),
        ("ja", ["へ", "へん", "へんきん", "返金"], "返金", ""),
        ("zh", ["t", "tui", "tui'k", "退款"], "退款", ""),
    ],
)
def test_input_methods_compose_undisturbed_while_answers_come(
    open_shop, lang, states, whole, title
):
    page = open_shop(f"<form action='/sent'>{BOX}</form>", lang=lang)
    box(page).focus()
    for state in states:
        session = compose(page, state)
        page.wait_for_timeout(150)
        assert box(page).input_value() == state
    expect(options(page).first).to_be_visible()
    if title:
        expect(options(page).first).to_contain_text(title)
    for key in ("ArrowDown", "Enter", "Escape"):
        # As browsers mark the keys of an input method: 229.
        session.send(
            "Input.dispatchKeyEvent",
            {"type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": 229},
        )
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    session.send("Input.insertText", {"text": whole})
    expect(box(page)).to_have_value(whole)
    assert "/page/" in page.url
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")


def test_the_enter_that_ended_a_composition_chooses_nothing(open_shop):
    """Safari ends the composition first; the Enter that did it comes after, marked by 229 alone."""
    page = open_shop(f"<form action='/sent'>{BOX}</form>", lang="ko")
    box(page).focus()
    session = compose(page, "환부")
    session.send("Input.insertText", {"text": "환불"})
    expect(options(page).first).to_contain_text("환불 받기")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    enter = {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 229}
    session.send("Input.dispatchKeyEvent", enter)
    page.wait_for_timeout(150)
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="환불 받기")).to_have_count(0)
    assert "/page/" in page.url


@pytest.mark.parametrize("failure", ["away", "error", "nonsense"])
def test_a_person_is_offered_when_the_server_fails(open_shop, failure):
    page = open_shop(BOX, expect_complaints=True)
    act = {
        "away": lambda route: route.abort(),
        "error": lambda route: route.fulfill(status=503, body="{}"),
        "nonsense": lambda route: route.fulfill(status=200, body="<html>"),
    }[failure]
    page.route("**/api/v1/suggest*", act)
    box(page).fill("zzzz")  # not even the index has that
    expect(options(page)).to_have_count(1)
    expect(options(page).first).to_contain_text("Suggestions are not available right now.")
    expect(options(page).first).to_contain_text("Contact a person")


# Reading and contact


def test_an_article_is_read_in_place_and_solves_the_matter(open_shop, shop, screenshot):
    page = open_shop(
        BOX,
        script="""window.told = [];
        for (const name of ["shown", "open", "solved", "contact"])
            document.addEventListener(`kotae:${name}`, (event) => told.push(name));""",
    )
    ask(page)
    options(page).first.click()
    heading = page.get_by_role("heading", name="Get a refund")
    expect(heading).to_be_focused()
    expect(page.get_by_role("heading", name="When it arrives")).to_be_visible()
    expect(page.locator("kotae-suggest strong")).to_have_text("five")
    link = page.get_by_role("link", name="Open in the help center")
    expect(link).to_have_attribute(
        "href", re.compile(r"/en/articles/refund\?mark=The\+refund.*#when")
    )
    screenshot(page, "widget-article")
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("Good to hear")).to_be_visible()
    wait_for_event(shop, page, "solved")
    assert events_of(shop, page) == ["suggest_shown", "result_opened", "article_viewed", "solved"]
    assert page.evaluate("told") == ["shown", "open", "solved"]


def test_whether_an_article_solved_it_is_asked_once_it_is_there(open_shop):
    """Asked before, the buttons would move away under a finger when it comes."""
    page = open_shop(BOX)
    held = []
    page.route("**/api/v1/articles/**", lambda route: held.append(route))
    ask(page)
    options(page).first.click()
    expect(page.get_by_role("heading", name="Get a refund")).to_be_focused()
    expect(page.get_by_role("button", name="Contact a person")).to_be_visible()
    expect(page.get_by_text("Did this solve it?")).to_be_hidden()
    wait_for(page, lambda: held)
    held[0].continue_()
    expect(page.get_by_text("Did this solve it?")).to_be_visible()
    expect(page.get_by_role("heading", name="When it arrives")).to_be_visible()


def test_what_did_not_help_leads_to_a_person_with_what_was_typed(open_shop, shop):
    page = open_shop(FLOATING)
    page.get_by_role("button", name="How can we help?").click()
    ask(page)
    open_article(page)
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_label("Subject")).to_have_value("refund")
    expect(page.get_by_text("Sorry that it did not help")).to_be_visible()
    # It would begin the message anew.
    expect(page.get_by_role("button", name="Contact a person")).to_be_hidden()
    page.get_by_role("button", name="Send").click()
    mail = page.get_by_label("Your e-mail address")
    expect(mail).to_be_focused()
    expect(mail).to_have_attribute("aria-invalid", "true")
    mail.fill("kim@example.com")
    page.get_by_label("Message").fill("Where is my money?")
    assert faults(page) == ""
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you. We have your message")).to_be_visible()
    ticket = next(t for t in stored(shop, Ticket) if t.body == "Where is my money?")
    assert (ticket.email, ticket.subject) == ("kim@example.com", "refund")
    assert ticket.page.startswith(shop.url)
    assert ticket.query_id
    assert ticket.session == page.evaluate("JSON.parse(sessionStorage['kotae-session']).name")
    wait_for_event(shop, page, "ticket_submitted")
    assert "contact_abandoned" not in events_of(shop, page)


def test_a_form_that_is_left_is_told_as_abandoned(open_shop, shop):
    page = open_shop(BOX)
    ask(page, "capital of Mongolia", "No good answer found")
    expect(options(page)).to_have_count(1)
    options(page).first.click()
    expect(page.get_by_label("Subject")).to_have_value("capital of Mongolia")
    page.goto("about:blank")
    page.go_back()
    wait_for_event(shop, page, "contact_abandoned")


def test_a_message_that_could_not_be_sent_is_kept_and_another_way_is_shown(open_shop):
    page = open_shop(BOX, expect_complaints=True)
    page.route("**/api/v1/tickets", lambda route: route.abort())
    ask(page, "capital", "No good answer found")
    options(page).last.click()
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The message may not have been sent")).to_be_visible()
    expect(page.get_by_label("Message")).to_have_value("capital")
    other = page.get_by_role("link", name="Contact us another way")
    expect(other).to_have_attribute("href", re.compile(r"/en/contact\?q=capital"))


def test_the_host_may_do_it_its_own_way(open_shop):
    page = open_shop(
        BOX,
        script="""document.addEventListener("kotae:open", (event) => {
            event.preventDefault();
            window.opened = event.detail.item.article_id;
        });""",
    )
    ask(page)
    options(page).first.click()
    assert page.evaluate("opened") == "refund"
    expect(page.get_by_role("heading", name="Get a refund")).to_have_count(0)


# A tampered answer


def test_markup_and_script_addresses_in_a_tampered_answer_do_nothing(open_shop):
    attack = "<img src=x onerror=document.title='hacked'>"
    item = {
        "article_id": "x", "locale": "en", "title": attack, "title_highlights": [],
        "answer": attack, "answer_highlights": [], "score": 1, "why": [],
        "url": "javascript:document.title='hacked'", "translation_of_query_locale": False,
    }  # fmt: skip
    answer = {"query_id": "q", "items": [item], "no_answer": False, "contact_url": "javascript:1"}
    html = (
        "<p onclick=\"document.title='hacked'\">Hello <b>you</b> &amp; me</p>"
        + attack
        + "<script>document.title='hacked'</script>"
        "<a href=\"javascript:document.title='hacked'\">x</a>"
        '<iframe src="javascript:1"></iframe><svg><script>1</script></svg><form action=x>y</form>'
    )
    page = open_shop(BOX)
    answer_with(page, **answer)
    page.route(
        "**/api/v1/articles/**",
        lambda route: route.fulfill(status=200, body=json.dumps({"html": html}), headers=CORS),
    )
    ask(page, "x", attack)
    options(page).first.click()
    expect(page.locator("kotae-suggest p b")).to_have_text("you")
    expect(page.get_by_text("Hello you & me")).to_be_visible()
    made = page.evaluate(
        """() => [...document.querySelector("kotae-suggest").shadowRoot.querySelectorAll("*")]
            .filter((each) => ["SCRIPT", "IFRAME", "FORM", "svg"].includes(each.tagName)
                || [...each.attributes].some(({name, value}) =>
                    name.startsWith("on") || value.startsWith("javascript:")))
            .map((each) => each.outerHTML)"""
    )
    assert made == []
    assert page.title() == "Shop"


# Ways to embed


def test_a_floating_button_opens_a_panel_and_gives_the_focus_back(open_shop, screenshot):
    page = open_shop(FLOATING)
    button = page.get_by_role("button", name="How can we help?")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(box(page)).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("button", name="Contact a person")).to_be_visible()
    expect(options(page)).not_to_have_count(0)  # what the empty box offers is known by now
    ask(page)
    screenshot(page, "widget-panel")
    for _ in range(3):  # the list, the text, the panel
        page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.parametrize("target", ["#subject", "#ticket"])
def test_a_field_of_the_page_gets_offers_and_keeps_its_own_keys(open_shop, target, screenshot):
    page = open_shop(FORM.replace('for="#subject"', f'for="{target}"'))
    field = page.get_by_label("Subject")
    offer = page.get_by_role("button", name="Get a refund")
    ask(page, field=field, row=offer)
    expect(page.get_by_text("These articles may answer it:")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_count(0)
    assert field.evaluate("it => [...it.attributes].map(({name}) => name)") == ["id", "name"]
    screenshot(page, "widget-field")
    assert faults(page) == ""
    offer.click()
    expect(page.get_by_role("heading", name="When it arrives")).to_be_visible()
    field.focus()
    field.press("Enter")
    page.wait_for_url(re.compile(r"/sent\?subject=refund"))


def test_an_enter_that_chooses_does_not_send_the_hosts_form(open_shop):
    page = open_shop(
        f"<form id='host' action='/sent'>{BOX}</form>",
        script="""document.getElementById("host").addEventListener("keydown", (event) => {
            if (event.key === "Enter") location.href = "/sent";
        });""",
    )
    ask(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Get a refund")).to_be_visible()
    assert "/sent" not in page.url


def test_it_works_as_a_module_twice_and_several_times_on_a_page(open_shop, shop):
    address = f"{shop.help_center}/widget/v1"
    page = open_shop(
        BOX + BOX + FLOATING,
        head=f'<script type="module" src="{address}.mjs"></script>'
        f'<script defer src="{address}.js"></script><script async src="{address}.js"></script>',
    )
    for number in (0, 1):
        ask(page, field=box(page).nth(number))
        page.keyboard.press("Escape")
        expect(options(page)).to_have_count(0)
    options_of = page.evaluate("Object.keys(window).filter((name) => /kotae/i.test(name))")
    assert options_of == ["Kotae"]


def test_it_lives_in_a_foreign_shadow_root_and_survives_being_moved(open_shop):
    page = open_shop(
        '<div id="app"></div>',
        script="""const root = document.getElementById("app").attachShadow({mode: "open"});
        const it = document.createElement("kotae-suggest");
        root.append(it);
        window.move = () => { it.remove(); root.append(it); };
        Array.prototype.polluted = () => 1;
        Object.prototype.tainted = 1;""",
    )
    ask(page)
    page.evaluate("move()")
    expect(box(page)).to_have_value("refund")
    ask(page, "s", "No good answer found")
    expect(options(page).last).to_contain_text("Contact a person")


def test_a_page_drives_it_by_its_object(open_shop):
    page = open_shop("<p>Nothing embedded.</p>")
    page.evaluate(
        """() => {
            window.heard = [];
            Kotae.once("shown", (detail) => heard.push(detail.items[0].article_id));
            Kotae.prefill({ email: "lee@example.com" });
            Kotae.search("refund");
        }"""
    )
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(options(page).first).to_contain_text("Get a refund")
    # A list is told once it has been in sight long enough to be read.
    wait_for(page, lambda: page.evaluate("heard"))
    ask(page, "s", "No good answer found")
    page.wait_for_timeout(1200)
    assert page.evaluate("heard") == ["refund"]
    assert page.evaluate("Kotae.suggest('refund').then(({items}) => items.length)") == 1
    page.evaluate("Kotae.close()")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.evaluate("Kotae.open()")
    page.get_by_role("button", name="Contact a person").click()
    expect(page.get_by_label("Your e-mail address")).to_have_value("lee@example.com")


# For everybody


@pytest.mark.parametrize("lang", ["en", "ko", "ja", "zh", "zh-Hant"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_accessible(open_shop, screenshot, lang, scheme):
    page = open_shop(
        f'<div class="tall"></div>{FLOATING.replace(">", f" theme={scheme}>", 1)}', lang=lang
    )
    assert faults(page) == ""
    page.locator("kotae-suggest button").first.click()
    ask(page, "get a refund")
    expect(options(page)).to_have_count(2)
    page.keyboard.press("ArrowDown")
    assert faults(page) == ""
    screenshot(page, f"widget-panel-{lang}-{scheme}")
    page.keyboard.press("Enter")
    expect(page.locator("kotae-suggest h2.title")).to_be_focused()
    assert faults(page) == ""
    page.locator("kotae-suggest .person").click()
    expect(page.locator("kotae-suggest form")).to_be_visible()
    assert faults(page) == ""
    screenshot(page, f"widget-contact-{lang}-{scheme}")


@pytest.mark.parametrize("ending", ["reset", "sent"])
@pytest.mark.parametrize("target", ["#subject", "#ticket"])
def test_offers_go_when_the_pages_form_is_sent_or_emptied(open_shop, target, ending):
    script = """document.querySelector("form").addEventListener("submit", (event) => {
        event.preventDefault(); document.querySelector("#subject").value = ""; })"""
    body = FORM.replace('for="#subject"', f'for="{target}"')
    page = open_shop(
        body.replace("</form>", '<button type="reset">Empty</button></form>'), script=script
    )
    field = page.get_by_label("Subject")
    offer = page.get_by_role("button", name="Get a refund")
    ask(page, field=field, row=offer)
    page.get_by_role("button", name="Empty" if ending == "reset" else "Send it").click()
    expect(offer).to_be_hidden()
    expect(field).to_have_value("")
    ask(page, field=field, row=offer)


@pytest.mark.parametrize("body", [BOX, FLOATING, FORM])
def test_it_fits_320_pixels_and_moves_nothing(open_shop, screenshot, body):
    page = open_shop(body, viewport={"width": 320, "height": 640})
    page.evaluate(
        """() => {
            window.shifted = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) window.shifted += entry.value;
            }).observe({ type: "layout-shift", buffered: true });
        }"""
    )
    if body == FLOATING:
        page.locator("kotae-suggest button").first.click()
    field = page.get_by_label("Subject") if body == FORM else box(page)
    ask(page, field=field, row=page.locator("kotae-suggest .suggestion").first)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
    screenshot(page, "widget-narrow")
    if body != FORM:  # offers below a field take their place once somebody writes
        assert page.evaluate("shifted") == 0


def test_targets_are_large_enough_to_touch(open_shop):
    page = open_shop(FLOATING)
    page.locator("kotae-suggest button").first.click()
    ask(page)
    small = page.evaluate(
        """() => [...document.querySelector("kotae-suggest").shadowRoot
            .querySelectorAll("button, input, [role=option]")]
            .map((each) => each.getBoundingClientRect().height).filter((height) => height < 44)"""
    )
    assert small == []


# Visitors' wishes


@pytest.mark.parametrize("wish", ["doNotTrack", "globalPrivacyControl"])
def test_nothing_is_told_of_visitors_who_do_not_want_it(open_shop, wish):
    page = open_shop(BOX)
    value = "'1'" if wish == "doNotTrack" else "true"
    page.add_init_script(
        f"Object.defineProperty(navigator, '{wish}', {{get: () => {value}, configurable: true}})"
    )
    page.reload()
    sent = []
    page.on("request", lambda request: sent.append((request.url, request.post_data)))
    ask(page)
    open_article(page)
    page.get_by_role("button", name="Yes").click()
    page.wait_for_timeout(1500)
    await_answers(page)
    box(page).fill("gift card")
    expect_answer(page, "Use a gift card")
    page.wait_for_timeout(500)
    assert len(sent) > 1
    assert [url for url, _ in sent if "/events" in url or "session=" in url] == []
    assert page.evaluate("Object.keys({...localStorage, ...sessionStorage})") == []


@pytest.mark.parametrize("wish", ["doNotTrack", "globalPrivacyControl"])
def test_who_is_not_counted_is_told_the_same(open_shop, wish):
    page = open_shop(BOX)
    value = "'1'" if wish == "doNotTrack" else "true"
    page.add_init_script(
        f"Object.defineProperty(navigator, '{wish}', {{get: () => {value}, configurable: true}})"
    )
    page.reload()
    ask(page, "zz", "No good answer found.")
    expect(page.get_by_role("listbox")).to_have_attribute("aria-label", "Suggestions")


def test_no_cookie_is_set_and_only_the_help_center_is_asked(open_shop, shop):
    page = open_shop(BOX)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    ask(page)
    options(page).first.click()
    expect(page.get_by_role("heading", name="When it arrives")).to_be_visible()
    wait_for_event(shop, page, "article_viewed")
    assert [url for url in asked if not url.startswith(shop.help_center)] == []
    assert page.context.cookies() == []
    # The names of its own visits, told only with a ticket.
    assert page.evaluate("Object.keys(localStorage)") == ["kotae-sessions"]
