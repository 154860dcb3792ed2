"""The widget on all kinds of host pages: by loader, pinned, under a site key, hostile ones."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError, expect
from sqlalchemy import select

import app
from app.deflection.people import sign_identity
from app.models import Ticket
from app.sites import add_site, remove_site
from tests.browser_fixtures import compose
from tests.widget_fixtures import (
    BOX,
    CORS,
    FLOATING,
    FORM,
    ask,
    await_answers,
    box,
    expect_answer,
    options,
    wait_for,
)

pytestmark = pytest.mark.browser

BUILT = Path(app.__file__).parent / "static" / "widget" / "built"


def scripts_of(page):
    """The help center's files that the page has fetched, by name."""
    urls = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    return [url.split("?")[0].rsplit("/", 1)[1] for url in urls if "/widget/" in url]


def open_first_apart(page):
    """Open the article that is shown as a page of the help center."""
    with page.context.expect_page() as opened:
        options(page).first.click()
    assert "/en/articles/refund" in opened.value.url


def open_first_apart_at_last(page):
    """The same, with a second click: a browser that has just refused a module by its hash now and
    then opens no window, once in some hundred times."""
    try:
        with page.context.expect_page(timeout=8000) as opened:
            options(page).first.click()
    except TimeoutError:
        open_first_apart(page)
    else:
        assert "/en/articles/refund" in opened.value.url


def open_last_apart(page):
    """Go to a person on a page of the help center."""
    with page.context.expect_page() as opened:
        options(page).last.click()
    assert "/en/contact?q=refund" in opened.value.url


@pytest.fixture
def loader(shop):
    return f'<script defer src="{shop.help_center}/widget/loader.js"></script>'


# The loader


def test_the_loader_fetches_nothing_until_somebody_is_interested(open_shop, loader, screenshot):
    page = open_shop(BOX, head=loader)
    page.wait_for_timeout(500)
    assert scripts_of(page) == ["loader.js"]
    expect(page.get_by_placeholder("How can we help?")).to_be_visible()
    screenshot(page, "widget-loader")
    page.get_by_role("searchbox").or_(page.get_by_role("textbox")).first.focus()
    expect(box(page)).to_be_focused()
    expect(options(page).last).to_have_text("Contact a person")


def test_keys_typed_before_the_widget_is_there_stay_and_are_answered(open_shop, loader):
    page = open_shop(BOX, head=loader)
    held = []
    page.route("**/v1.mjs", lambda route: held.append(route))
    expect(page.locator("kotae-suggest input")).to_be_visible()
    with page.expect_request("**/v1.mjs"):
        page.keyboard.press("Tab")
    page.keyboard.type("refu")
    page.wait_for_timeout(300)
    field = page.get_by_placeholder("How can we help?")
    expect(field).to_have_value("refu")
    held[0].continue_()
    page.keyboard.type("nd")
    expect(box(page)).to_have_value("refund")
    expect(box(page)).to_be_focused()
    expect(options(page).first).to_contain_text("Get a refund")


def test_a_composition_goes_on_while_the_widget_takes_over(open_shop, loader):
    page = open_shop(BOX, head=loader, lang="ko")
    held = []
    page.route("**/v1.mjs", lambda route: held.append(route))
    expect(page.locator("kotae-suggest input")).to_be_visible()
    with page.expect_request("**/v1.mjs"):
        page.keyboard.press("Tab")
    compose(page, "환부")
    page.wait_for_timeout(200)
    held[0].continue_()
    expect(box(page)).to_have_value("환부")
    session = compose(page, "환불")
    expect(box(page)).to_have_value("환불")
    session.send("Input.insertText", {"text": "환불"})
    expect(box(page)).to_have_value("환불")
    expect(options(page).first).to_contain_text("환불 받기")


def test_the_loaders_button_opens_the_panel_with_what_was_typed_meanwhile(open_shop, loader):
    page = open_shop(FLOATING, head=loader)
    assert scripts_of(page) == ["loader.js"]
    held = []
    page.route("**/v1.mjs", lambda route: held.append(route))
    with page.expect_request("**/v1.mjs"):
        page.get_by_role("button", name="How can we help?").click()
    page.keyboard.type("refund")
    page.wait_for_timeout(200)
    held[0].continue_()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(box(page)).to_have_value("refund")
    expect(options(page).first).to_contain_text("Get a refund")


@pytest.mark.parametrize("key", ["Enter", "Tab"])
def test_the_loaders_button_keeps_the_focus_and_its_click_while_the_panel_comes(
    open_shop, loader, key
):
    page = open_shop(f"{FLOATING}<button>next</button>", head=loader)
    held = []
    page.route("**/floating.js", lambda route: held.append(route))
    with page.expect_request("**/floating.js"):
        page.keyboard.press("Tab")  # the widget is here, its panel is not
    if key == "Enter":
        page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    held[0].continue_()
    if key == "Enter":
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(box(page)).to_be_focused()
    else:
        expect(page.locator("kotae-suggest .launch")).to_be_focused()
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="next")).to_be_focused()


def test_the_loader_looks_after_a_field_of_the_page(open_shop, loader):
    page = open_shop(FORM, head=loader)
    assert scripts_of(page) == ["loader.js"]
    page.locator("#subject").press_sequentially("refund")
    expect(page.get_by_role("button", name="Get a refund")).to_be_visible()


def test_the_loaders_object_does_what_was_asked_once_it_can(open_shop, loader):
    page = open_shop(BOX, head=loader)
    page.evaluate(
        "window.heard = []; Kotae.on('shown', ({text}) => heard.push(text));"
        "Kotae.prefill({email: 'lee@example.com'}); void 0"
    )
    page.wait_for_timeout(300)
    assert scripts_of(page) == ["loader.js"]
    assert page.evaluate("Kotae.suggest('refund').then(({items}) => items.length)") == 1
    page.evaluate("Kotae.search('refund')")
    expect(options(page).first).to_contain_text("Get a refund")
    wait_for(page, lambda: page.evaluate("heard"))
    assert page.evaluate("heard") == ["refund"]
    assert page.evaluate("Kotae.constructor.name") != "Object"


def test_an_element_added_later_is_drawn_by_the_loader_too(open_shop, loader):
    page = open_shop("<p>Nothing yet.</p>", head=loader)
    page.evaluate("document.querySelector('main').append(document.createElement('kotae-suggest'))")
    expect(page.get_by_placeholder("How can we help?")).to_be_visible()
    assert scripts_of(page) == ["loader.js"]


def test_taking_over_from_the_loader_moves_nothing(open_shop, loader):
    page = open_shop(f"{BOX}<p>Below.</p>", head=loader)
    below = page.get_by_text("Below.")
    before = below.bounding_box()
    page.keyboard.press("Tab")
    expect(box(page)).to_be_focused()
    assert below.bounding_box() == before


def test_a_loader_that_could_not_fetch_tries_again(open_shop, loader):
    page = open_shop(BOX, head=loader, expect_complaints=True)
    page.route("**/v1.mjs", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.keyboard.press("Tab")
    page.unroute("**/v1.mjs")
    field = page.get_by_placeholder("How can we help?")
    expect(field).to_be_visible()

    def tried_again():
        # The page may not have heard of the failure yet.
        field.click()
        return box(page).is_visible()

    wait_for(page, tried_again)


@pytest.mark.parametrize("body", [BOX, FLOATING, FORM])
@pytest.mark.parametrize("name", ["v1.js", "loader.js"])
def test_nothing_of_the_page_moves_while_the_script_comes_late(open_shop, shop, body, name):
    page = open_shop("<p>First.</p>")
    page.add_init_script(
        """window.shifted = 0;
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shifted += entry.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    page.route(f"**/widget/{name}", lambda route: (page.wait_for_timeout(400), route.continue_()))
    tag = f'<script async src="{shop.help_center}/widget/{name}"></script>'
    frame = shop.pages[page.url.removeprefix(shop.url)]
    shop.pages["/late"] = (
        frame.replace("</head>", f"{tag}</head>")
        .replace("<p>First.</p>", f"{body}<p>{'Below. ' * 50}</p>")
        .replace("/widget/v1.js", f"/widget/{name}")
    )
    page.goto("/late", wait_until="networkidle")
    page.wait_for_timeout(300)
    expect(page.locator("kotae-suggest")).to_have_count(1)
    assert page.evaluate("document.querySelector('kotae-suggest').shadowRoot !== null") or (
        body == FORM
    )
    assert page.evaluate("shifted") == 0


# Versions


def pinned_script(shop, name):
    data = (BUILT / name).read_bytes()
    version = hashlib.sha256(data).hexdigest()[:12]
    integrity = base64.b64encode(hashlib.sha384(data).digest()).decode()
    return (
        f'<script defer src="{shop.help_center}/widget/{version}/{name}" '
        f'integrity="sha384-{integrity}" crossorigin="anonymous"></script>'
    )


@pytest.mark.parametrize("name", ["v1.js", "loader.js"])
def test_a_script_pinned_by_its_hash_runs_and_so_do_its_later_steps(open_shop, shop, name):
    page = open_shop(BOX, head=pinned_script(shop, name))
    fetched = []
    page.on("request", lambda request: fetched.append(request.url.rsplit("/", 1)[1]))
    page.keyboard.press("Tab")
    ask(page)
    options(page).first.click()
    expect(page.get_by_role("heading", name="When it arrives")).to_be_visible()
    # What was checked is what runs: it is not fetched again.
    assert fetched.count("read.en.js") == fetched.count("hashes.js") == 1
    assert page.locator("head link[rel=modulepreload]").count() == 0


@pytest.mark.parametrize("script", ["v1.js", "loader.js"])
@pytest.mark.parametrize("name", ["read.en", "hashes"])
def test_a_later_step_with_another_hash_does_not_run_where_the_script_is_pinned(
    open_shop, shop, name, script
):
    page = open_shop(BOX, head=pinned_script(shop, script), expect_complaints=True)
    forged = "window.forged = true; export const show = () => {}; export default {};"
    about = {"content_type": "text/javascript", "headers": CORS}
    page.route(f"**/{name}.js", lambda route: route.fulfill(body=forged, **about))
    page.keyboard.press("Tab")
    ask(page)
    open_first_apart_at_last(page)
    assert page.evaluate("window.forged") is None


def test_a_later_step_whose_check_does_not_end_leads_to_the_help_center(open_shop, shop):
    page = open_shop(BOX, head=pinned_script(shop, "v1.js"), expect_complaints=True)
    page.route("**/read.en.js", lambda route: None)
    page.keyboard.press("Tab")
    ask(page)
    open_first_apart(page)


def test_a_pinned_loader_does_not_run_another_widget(open_shop, shop):
    page = open_shop(BOX, head=pinned_script(shop, "loader.js"), expect_complaints=True)
    about = {"content_type": "text/javascript", "headers": CORS}
    forged = {"body": "window.forged = true", **about}
    page.route("**/v1.mjs", lambda route: route.fulfill(**forged))
    page.keyboard.press("Tab")
    page.wait_for_timeout(500)
    assert page.evaluate("window.forged") is None
    assert page.locator("head link[rel=modulepreload]").count() == 0
    # Whoever fixes no hash takes what is served.
    page = open_shop(BOX, head=f'<script defer src="{shop.help_center}/widget/loader.js"></script>')
    page.route("**/v1.mjs", lambda route: route.fulfill(**forged))
    with page.expect_response("**/v1.mjs"):
        page.keyboard.press("Tab")
    wait_for(page, lambda: page.evaluate("window.forged") is True)


def test_a_script_with_another_hash_does_not_run(open_shop, shop):
    page = open_shop(
        BOX,
        head=f'<script defer src="{shop.help_center}/widget/v1.js" '
        f'integrity="sha384-{"A" * 64}" crossorigin="anonymous"></script>',
        expect_complaints=True,
    )
    page.wait_for_timeout(500)
    assert page.evaluate("typeof Kotae") == "undefined"


def test_another_script_of_the_page_under_a_like_name_does_not_speak_for_it(open_shop, shop):
    """A module is not told which script it is, and must not take the settings of a stranger's."""
    shop.files["/widget/other.js"] = "window.other = 1"
    page = open_shop(
        BOX,
        head='<script src="/widget/other.js" data-site="site_000000000000000000000000"></script>'
        f'<script type="module" src="{shop.help_center}/widget/v1.mjs"></script>',
    )
    ask(page)


def test_it_is_imported_as_a_module(open_shop, shop):
    page = open_shop(
        BOX, head=f'<script type="module" src="{shop.help_center}/widget/v1.mjs"></script>'
    )
    ask(page)


# Site keys


@pytest.fixture
def site(strict_shop):
    with strict_shop.sessions() as session:
        site = add_site(session, "Shop", [strict_shop.url], "mailto:shop@example.com")
        return {"key": site.key, "secret": site.secret}


def key_script(shop, key, name="v1.js"):
    return f'<script defer src="{shop.help_center}/widget/{name}" data-site="{key}"></script>'


@pytest.mark.parametrize("name", ["v1.js", "loader.js"])
def test_a_site_is_answered_under_its_key(open_shop, strict_shop, site, name):
    page = open_shop(BOX, head=key_script(strict_shop, site["key"], name), at=strict_shop)
    page.keyboard.press("Tab")
    ask(page)
    options(page).first.click()
    expect(page.get_by_role("heading", name="When it arrives")).to_be_visible()


def test_without_a_key_it_is_not_answered_there(open_shop, strict_shop):
    head = f'<script defer src="{strict_shop.help_center}/widget/v1.js"></script>'
    page = open_shop(BOX, head=head, at=strict_shop, expect_complaints=True)
    box(page).fill("zzzz")
    expect(options(page).first).to_contain_text("Suggestions are not available right now.")


def test_a_removed_key_is_not_answered(open_shop, strict_shop, site):
    with strict_shop.sessions() as session:
        remove_site(session, site["key"])
    head = key_script(strict_shop, site["key"])
    page = open_shop(BOX, head=head, at=strict_shop, expect_complaints=True)
    box(page).fill("zzzz")
    expect(options(page).first).to_contain_text("Suggestions are not available right now.")


def write_as(page, identity):
    page.evaluate("(identity) => Kotae.identify(identity)", identity)
    ask(page, "zz", "No good answer found")
    options(page).last.click()
    expect(page.get_by_label("Your e-mail address")).to_have_value(identity["email"])
    page.get_by_label("Message").fill(f"From {identity['id']}.")
    page.get_by_role("button", name="Send").click()


def test_a_ticket_says_who_is_signed_in_where_the_site_vouches_for_it(open_shop, strict_shop, site):
    page = open_shop(BOX, head=key_script(strict_shop, site["key"]), at=strict_shop)
    proof = sign_identity(site["secret"], "customer 7")
    write_as(page, {"id": "customer 7", "email": "kim@example.com", "hash": proof})
    expect(page.get_by_text("Thank you. We have your message")).to_be_visible()
    # tests/app/test_widget.py weighs these; away.js comes when the browser is idle.
    steps = {"begin.en.js", "write.en.js"}
    assert set(scripts_of(page)) - {"away.js"} == {"v1.js"} | steps
    with strict_shop.sessions() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.identity == "customer 7")).one()
        assert (ticket.email, ticket.site) == ("kim@example.com", site["key"])


def test_nobody_speaks_as_somebody_else(open_shop, strict_shop, site):
    head = key_script(strict_shop, site["key"])
    page = open_shop(BOX, head=head, at=strict_shop, expect_complaints=True)
    proof = sign_identity(site["secret"], "customer 7")
    write_as(page, {"id": "customer 8", "email": "lee@example.com", "hash": proof})
    expect(page.get_by_text("The message may not have been sent")).to_be_visible()
    with strict_shop.sessions() as session:
        assert session.scalars(select(Ticket).where(Ticket.identity == "customer 8")).all() == []


# Hostile pages


def test_a_framework_that_takes_it_out_and_puts_it_back_loses_nothing(open_shop):
    page = open_shop(BOX)
    ask(page)
    page.evaluate(
        """() => {
            const it = document.querySelector("kotae-suggest"), place = it.parentNode;
            for (let times = 0; times < 50; times++) { it.remove(); place.append(it); }
        }"""
    )
    asked = []
    page.on("request", lambda request: "/suggest" in request.url and asked.append(request.url))
    ask(page, "s", "No good answer found")
    page.wait_for_timeout(300)
    assert len(asked) == 1  # what listens is there once, not fifty times


def test_a_page_that_resets_every_style_changes_nothing_inside(open_shop, shop, screenshot):
    style = "* { all: unset !important; font-size: 40px !important; display: inline !important }"
    shop.files["/reset.css"] = style
    reset = '<link rel="stylesheet" href="/reset.css">'
    page = open_shop(
        reset + FLOATING, head=f'<script src="{shop.help_center}/widget/v1.js" defer></script>'
    )
    page.get_by_role("button", name="How can we help?").click()
    ask(page)
    title = page.locator("kotae-suggest .suggestion-title").first
    assert title.evaluate("(each) => getComputedStyle(each).display") == "block"
    screenshot(page, "widget-reset")


POLLUTED = """
Array.prototype.polluted = () => 1; Object.prototype.tainted = 1;
Array.prototype.toJSON = undefined;
Object.defineProperty(Object.prototype, "hash", {get() { return "x"; }, set() {},
    configurable: true});
String.prototype.shout = function () { return this; };
"""


OLD_LISTS = "Array.prototype.toJSON = function () { return `[${this.join(', ')}]`; };"


@pytest.mark.parametrize(
    ("when", "more"), [("before", ""), ("after", ""), ("before", OLD_LISTS)], ids=str
)
def test_polluted_prototypes_do_not_reach_it(open_shop, shop, when, more):
    shop.files["/polluted.js"] = POLLUTED + more
    tags = [
        '<script defer src="/polluted.js"></script>',
        f'<script defer src="{shop.help_center}/widget/v1.js"></script>',
    ]
    page = open_shop(BOX, head="".join(tags if when == "before" else reversed(tags)))
    assert page.evaluate("({}).tainted") == 1
    ask(page)
    options(page).first.click()
    expect(page.get_by_role("heading", name="When it arrives")).to_be_visible()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you. We have your message")).to_be_visible()


def test_inside_a_form_with_its_own_enter_handler_rows_are_chosen_and_text_is_the_forms(open_shop):
    page = open_shop(
        f'<form action="/sent">{BOX}</form>',
        script="""window.entered = 0;
        document.addEventListener("keydown", ({key}) => { if (key === "Enter") entered++; }, true);
        document.querySelector("form").addEventListener("keydown", (event) => {
            if (event.key === "Enter") { entered++; event.preventDefault(); }
        });""",
    )
    ask(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Get a refund")).to_be_visible()
    # The page's own capturing listener hears it first, as it may; its form does not.
    assert page.evaluate("entered") == 1
    assert "/page/" in page.url


def test_a_later_step_that_cannot_be_fetched_leads_to_the_help_center(open_shop):
    page = open_shop(BOX, expect_complaints=True)
    page.route(re.compile(r"/(read|write)\.\w+\.js"), lambda route: route.abort())
    ask(page)
    open_first_apart(page)
    open_last_apart(page)


@pytest.mark.parametrize("body", [BOX, FLOATING])
def test_a_script_that_a_browser_kept_over_an_upgrade_leads_to_pages(open_shop, body):
    """Its later steps are gone; today's have other names inside."""
    page = open_shop(body, expect_complaints=True)
    today = (BUILT / "v1.js").read_text("utf-8")
    kept = re.sub(r"/widget/[0-9a-f]{12}/", "/widget/000000000000/", today)
    page.route(
        "**/widget/v1.js",
        lambda route: route.fulfill(body=kept, content_type="text/javascript", headers=CORS),
    )
    page.reload()
    ask(page)
    open_first_apart(page)
    open_last_apart(page)


@pytest.mark.parametrize("step", ["begin", "away", "offers"])
def test_no_other_step_that_is_missing_keeps_answers_away(open_shop, step):
    page = open_shop(BOX, expect_complaints=True)
    page.route(f"**/{step}.*js", lambda route: route.abort())
    ask(page)
    expect(options(page).last).to_contain_text("Contact a person")


HOSTILE = [
    {"items": [None]},
    {"items": [{"title": 5, "title_highlights": "x", "answer": {}, "url": None}]},
    {"items": [{}] * 10_000},
    {"items": "refund"},
    {"items": [], "notices": "x"},
    [],
    None,
    "x",
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_an_answer_of_another_shape_leaves_a_person(open_shop, number):
    page = open_shop(BOX, expect_complaints=True)
    page.route(
        "**/api/v1/suggest*",
        lambda route: route.fulfill(status=200, body=json.dumps(HOSTILE[number]), headers=CORS),
    )
    box(page).press_sequentially("refund")
    expect(options(page).last).to_contain_text("Contact a person")
    page.unroute("**/api/v1/suggest*")
    box(page).press_sequentially("s")
    await_answers(page)
    box(page).fill("refund now")
    expect_answer(page, "No good answer found")
    expect(options(page).last).to_contain_text("Contact a person")


# Half an hour of typing


@pytest.mark.slow
def test_half_an_hour_of_keystrokes_leaves_nothing_behind(open_shop):
    """4,500 keys, as one types in 30 minutes at 150 a minute, sent as fast as they are answered."""
    page = open_shop(FLOATING)
    page.get_by_role("button", name="How can we help?").click()
    session = page.context.new_cdp_session(page)
    words = ["refund", "gift card", "환불", "zz", "sign in"]

    def type_for(keys):
        done = 0
        while done < keys:
            word = words[done % len(words)]
            box(page).fill("")
            for letter in word:
                session.send("Input.insertText", {"text": letter})
            done += len(word)
        expect(options(page).last).to_be_visible()

    def counted():
        page.wait_for_timeout(1500)
        session.send("HeapProfiler.collectGarbage")
        found = session.send("Memory.getDOMCounters")
        return found["nodes"], found["jsEventListeners"]

    type_for(1500)  # by now undo, caches and pools hold what they ever will
    box(page).fill("refund")
    expect(options(page).first).to_contain_text("Get a refund")
    nodes, listeners = counted()
    type_for(4500)
    box(page).fill("refund")
    expect(options(page).first).to_contain_text("Get a refund")
    more_nodes, more_listeners = counted()
    assert more_listeners <= listeners
    assert more_nodes <= nodes + 10
