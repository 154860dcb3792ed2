"""The widget while the help center is away: kept answers, a signed index, events that wait."""

import json
import shutil

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.away_index import verifying_key
from app.models import Event
from app.signing import signing_key
from tests.server_fixtures import environment, free_port, start_server, wait_until_ready
from tests.widget_fixtures import BOX, CORS, ITEM, ask, box, options, wait_for

pytestmark = pytest.mark.browser

SAID = "These are answers from a while ago."


def open_provided(open_shop, body=BOX, **given):
    """A page whose widget has fetched what it needs while the server is away."""
    page = open_shop(body, expect_complaints=True, **given)
    with page.expect_response("**/widget/answers/*"):
        ask(page)
    wait_for(page, lambda: "Get a refund" in page.evaluate(KEPT))
    return page


KEPT = "sessionStorage['kotae-answers'] ?? ''"
"""The answers that the browser keeps once the widget has what it needs while the server is away."""


def take_away(page):
    page.route("**/api/v1/**", lambda route: route.abort())


@pytest.fixture
def key(shop):
    return verifying_key(signing_key(shop.settings))


def script(shop, key):
    return f'<script defer src="{shop.help_center}/widget/v1.js" data-key="{key}"></script>'


def test_it_goes_on_suggesting_from_the_index_and_says_so(open_shop, screenshot):
    page = open_provided(open_shop)
    take_away(page)
    box(page).fill("")
    ask(page, "gift c", "Use a gift card")
    expect(options(page).last).to_contain_text(SAID)
    expect(options(page).last).to_contain_text("Contact a person")
    expect(page.get_by_role("status").first).to_have_text(
        f"The help center cannot be reached. {SAID}"
    )
    screenshot(page, "widget-away")


def reload_away(page):
    """The page anew, its question asked already, and the API gone."""
    take_away(page)
    page.reload()


def test_what_this_page_was_answered_before_is_answered_again_after_a_reload(open_shop):
    page = open_provided(open_shop)
    page.route("**/widget/answers/*", lambda route: route.abort())
    reload_away(page)
    ask(page)
    expect(options(page).last).to_contain_text(SAID)


def test_the_index_answers_on_a_page_that_was_never_answered_itself(open_shop):
    page = open_provided(open_shop)
    reload_away(page)
    ask(page, "gift c", "Use a gift card")
    expect(options(page).last).to_contain_text(SAID)


def test_what_is_not_there_either_while_it_is_away_is_tried_again(open_shop):
    page = open_shop(BOX, expect_complaints=True)
    take_away(page)
    page.route("**/away.js", lambda route: route.abort())
    ask(page, "gift", "Suggestions are not available right now.")
    page.unroute("**/away.js")
    ask(page, " c", "Use a gift card")


@pytest.mark.parametrize(
    ("lang", "typed", "title"),
    [("ko", "환부", "환불 받기"), ("ja", "返金", "返金を受ける"), ("zh", "退款", "申请退款")],
)
def test_the_index_is_asked_in_each_language_half_a_syllable_included(
    open_shop, lang, typed, title
):
    page = open_shop(BOX, lang=lang, expect_complaints=True)
    with page.expect_response("**/widget/answers/*"):
        box(page).press_sequentially("refund")
    page.wait_for_timeout(300)
    take_away(page)
    box(page).fill(typed)
    expect(options(page).first).to_contain_text(title)


def test_an_index_signed_by_the_help_center_is_used(open_shop, shop, key):
    page = open_provided(open_shop, head=script(shop, key))
    take_away(page)
    box(page).fill("gift card")
    expect(options(page).first).to_contain_text("Use a gift card")


@pytest.mark.parametrize("tampering", ["index", "signature", "key"])
def test_an_index_that_somebody_changed_is_not_used(open_shop, shop, key, tampering):
    head = script(shop, key if tampering != "key" else "A" * 43)
    page = open_shop(BOX, head=head, expect_complaints=True)

    def tamper(route):
        file = route.fetch().json()
        if tampering == "index":
            file["index"] = file["index"].replace("Use a gift card", "Use a gift card!")
        if tampering == "signature":
            first = "B" if file["signature"].startswith("A") else "A"
            file["signature"] = first + file["signature"][1:]
        route.fulfill(status=200, body=json.dumps(file), headers=CORS)

    page.route("**/widget/answers/*", tamper)
    with page.expect_response("**/widget/answers/*"):
        box(page).press_sequentially("refund")
    page.wait_for_timeout(300)
    take_away(page)
    box(page).fill("gift card")
    expect(options(page)).to_have_count(1)
    expect(options(page).first).to_contain_text("Suggestions are not available right now.")


def test_a_person_is_reached_by_the_hosts_own_way_while_it_is_away(open_shop):
    page = open_provided(
        open_shop, '<kotae-suggest fallback="https://shop.invalid/help"></kotae-suggest>'
    )
    page.context.route("https://shop.invalid/**", lambda route: route.fulfill(body="help"))
    take_away(page)
    box(page).fill("gift card")
    expect(options(page).last).to_contain_text(SAID)
    with page.context.expect_page() as opened:
        options(page).last.click()
    assert opened.value.url == "https://shop.invalid/help"
    # Back again, the form is offered as ever.
    page.unroute("**/api/v1/**")
    box(page).fill("zz")
    expect(options(page).last).to_contain_text("No good answer found")
    options(page).last.click()
    expect(page.get_by_label("Your e-mail address")).to_be_visible()


def answer_with(page, **body):
    answer = {"query_id": "q", "items": [], "no_answer": True, "contact_url": "/"} | body
    answer |= {"experiment": {"consent": False}}
    page.route(
        "**/api/v1/suggest*",
        lambda route: route.fulfill(status=200, body=json.dumps(answer), headers=CORS),
    )


def ask_while_provided(page, text):
    with page.expect_response("**/widget/answers/*"):
        box(page).press_sequentially(text)
    page.wait_for_timeout(300)


ARMS = {
    "control": {"held_back": True, "no_answer": False},
    "not known": {},
    "treatment": {"items": [ITEM], "no_answer": False},
}


@pytest.mark.parametrize("arm", ARMS)
def test_who_is_known_to_see_suggestions_sees_those_of_the_index_on_a_fresh_page_too(
    open_shop, arm
):
    page = open_shop(BOX, expect_complaints=True)
    answer_with(page, **ARMS[arm])
    ask_while_provided(page, "refund")
    page.reload()
    answer_with(page)  # nothing to show tells nothing of the arm
    ask_while_provided(page, "zzz")
    take_away(page)
    box(page).fill("gift card")
    said = "Use a gift card" if arm == "treatment" else "Suggestions are not available right now."
    expect(options(page).first).to_contain_text(said)


def events_of(shop, session):
    with shop.sessions() as database:
        return list(database.scalars(select(Event).where(Event.session == session)))


def told_by_now(shop, page):
    """What has reached the server of this page's visit."""
    return events_of(shop, page.evaluate("JSON.parse(sessionStorage['kotae-session']).name"))


WAITING = "localStorage.getItem('kotae-waiting')"


def test_events_wait_while_it_is_away_and_are_sent_once(open_shop, shop):
    page = open_provided(open_shop)
    wait_for(page, lambda: told_by_now(shop, page))
    page.route("**/api/v1/events*", lambda route: route.abort())
    box(page).fill("refunds")
    wait_for(page, lambda: page.evaluate(WAITING))
    session = page.evaluate("JSON.parse(sessionStorage['kotae-session']).name")
    waiting = page.evaluate("JSON.parse(localStorage['kotae-waiting'])")
    assert len(waiting) == 1
    ids = [event["id"] for event in waiting[0]["events"]]
    assert not {event.id for event in events_of(shop, session)} & set(ids)
    page.unroute("**/api/v1/events*")
    sent = []
    page.on("request", lambda r: "/events" in r.url and sent.append(r.post_data))
    box(page).fill("gift cards please")
    wait_for(page, lambda: set(ids) <= {event.id for event in events_of(shop, session)})
    assert page.evaluate(WAITING) is None
    box(page).fill("sign in")
    wait_for(page, lambda: any("sign in" in body for body in sent))
    assert sum(ids[0] in body for body in sent) == 1


def test_what_waits_is_bounded_and_expires(open_shop, shop):
    page = open_provided(open_shop)
    wait_for(page, lambda: told_by_now(shop, page))
    page.evaluate(
        """() => {
            const event = (at) => ({id: "1", type: "solved", at: new Date(at).toISOString()});
            const about = {session: "s", endpoint: "https://x.invalid/", text: "x".repeat(900)};
            const batch = (at) => ({...about, events: [event(at)]});
            const old = Date.now() - 25 * 3600 * 1000;
            const all = [batch(old), ...Array(200).fill(batch(Date.now() - 1000))];
            localStorage.setItem("kotae-waiting", JSON.stringify(all));
        }"""
    )
    page.route("**/api/v1/events*", lambda route: route.abort())
    box(page).fill("refunds")
    wait_for(page, lambda: "refunds" in (page.evaluate(WAITING) or ""))
    kept = page.evaluate(WAITING)
    assert len(kept) <= 100_000
    assert len(json.loads(kept)) <= 100
    assert "refunds" in kept


@pytest.mark.model
@pytest.mark.slow
def test_a_real_server_killed_in_mid_word_and_brought_back(
    open_shop, shop, tmp_path, stocked_var, model_dir
):
    shutil.copytree(stocked_var, tmp_path / "var")
    env = environment(
        tmp_path / "var", model_dir, KB_ALLOWED_ORIGINS=shop.url, KB_CONTACT_EMAIL="a@example.com"
    )
    port = str(free_port())
    server = start_server(env, tmp_path / "log", "--no-import", "--port", port, wait=False)
    home = f"http://127.0.0.1:{port}"
    server.url = home
    wait_until_ready(server)
    shop.other_homes.append(home)
    try:
        tag = f'<script defer src="{home}/widget/v1.js"></script>'
        page = open_shop(BOX, head=tag, expect_complaints=True)
        with page.expect_response("**/widget/answers/*"):
            box(page).press_sequentially("how do i ge", delay=20)
            expect(options(page)).not_to_have_count(0)
            page.wait_for_timeout(1200)
        page.wait_for_timeout(500)
        server.kill()
        box(page).press_sequentially("t a refund", delay=20)
        expect(options(page).last).to_contain_text(SAID)
        expect(options(page).first).to_contain_text("efund")
        server = start_server(env, tmp_path / "log", "--no-import", "--port", port, wait=False)
        server.url = home
        wait_until_ready(server)
        box(page).press_sequentially(" now", delay=20)
        expect(options(page).last).not_to_contain_text(SAID)
        expect(options(page).first).to_contain_text("efund")
    finally:
        server.stop()
