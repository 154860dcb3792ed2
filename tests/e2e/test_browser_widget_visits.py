"""What widget and site tell of a visit, what links days, and who takes part in experiments."""

import json
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.models import Event, Ticket
from tests.widget_fixtures import BOX, CORS, ITEM, ask, box, options, wait_for

pytestmark = pytest.mark.browser

HOUR = 3_600_000


def batches_of(page):
    """What is sent to the events API from now on."""
    sent = []

    def keep(request):
        if "/api/v1/events" in request.url:
            sent.append(json.loads(request.post_data))

    page.on("request", keep)
    return sent


def events_in(batches):
    return [event for batch in batches for event in batch["events"]]


def wait_for_list(page, batches, query):
    """What is told of the list that answered `query`."""

    def told():
        lists = [e for e in events_in(batches) if e["type"] == "suggest_shown"]
        return [e for e in lists if e["value"]["query"] == query]

    wait_for(page, told)
    return told()[-1]


def serve_experiment(page, *, consent, running=lambda: True):
    """Answer suggestions as a server with an experiment does; returns the addresses asked."""
    asked = []

    def answer(route):
        asked.append(route.request.url)
        known = "visitor=" in route.request.url
        title = "For a participant" if known else "For anybody"
        body = {
            "query_id": f"q{len(asked)}", "items": [ITEM | {"title": title}], "no_answer": False,
            "held_back": False, "contact_url": "/en/contact",
        }  # fmt: skip
        if running():
            body["experiment"] = {"consent": consent}
        route.fulfill(status=200, body=json.dumps(body), headers=CORS)

    page.route("**/api/v1/suggest*", answer)
    return asked


# Events


def test_a_list_in_sight_is_told_with_what_was_asked_and_shown(open_shop):
    page = open_shop(BOX)
    batches = batches_of(page)
    ask(page)
    shown = wait_for_list(page, batches, "refund")
    assert shown["type"] == "suggest_shown"
    assert 0 < shown["value"].pop("score") <= 1
    assert shown["value"].pop("page") == page.url
    assert shown["value"] == {
        "query": "refund",
        "results": 1,
        "articles": ["refund"],
        "no_answer": False,
        "via": "suggest",
        "held_back": False,
    }
    assert batches[-1]["sent_at"] >= shown["at"]


def test_offers_beside_a_message_are_told_apart(open_shop):
    page = open_shop(
        '<form><input id="subject" name="subject"></form>'
        '<kotae-suggest for="#subject"></kotae-suggest>'
    )
    batches = batches_of(page)
    page.locator("#subject").press_sequentially("refund")
    assert wait_for_list(page, batches, "refund")["value"]["via"] == "contact"


def test_the_contact_step_offers_answers_to_the_subject_in_a_tab_of_their_own(open_shop):
    page = open_shop(BOX)
    ask(page, "zz", "No good answer found")
    options(page).last.click()
    batches = batches_of(page)
    expect(page.get_by_label("Subject")).to_have_value("zz")
    with page.expect_request("**/offers.js"):  # not before somebody edits it
        page.get_by_label("Subject").fill("")
    offer = page.get_by_role("button", name="Get a refund")
    ask(page, field=page.get_by_label("Subject"), row=offer)
    assert wait_for_list(page, batches, "refund")["value"]["via"] == "contact"
    with page.context.expect_page() as opened:
        offer.click()
    assert "/en/articles/refund" in opened.value.url
    expect(page.get_by_label("Subject")).to_have_value("refund")


def test_offers_that_were_not_read_before_the_message_went_are_not_told_of(open_shop):
    page = open_shop(BOX)
    ask(page, "zz", "No good answer found")
    options(page).last.click()
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    offer = page.get_by_role("button", name="Get a refund")
    page.get_by_label("Subject").fill("")
    ask(page, field=page.get_by_label("Subject"), row=offer)
    batches = batches_of(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you. We have your message")).to_be_visible()
    page.wait_for_timeout(900)  # whatever is told of by now goes with what is sent next
    wait_for(page, lambda: any(e["type"] == "ticket_submitted" for e in events_in(batches)))
    assert events_in(batches)[-1]["type"] == "ticket_submitted"


def test_offers_of_the_site_are_not_told_of_once_the_message_went(open_page):
    page = open_page("/en/contact")
    batches = batches_of(page)
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    page.get_by_label("Message").fill("Where is it?")
    wait_for(page, lambda: batches)  # that contact was begun
    submitted = []

    def answer_late(route):
        submitted.append(datetime.now(UTC))
        answer = route.fetch(max_redirects=0)
        page.wait_for_timeout(2000)  # for reading, and for sending what is told
        route.fulfill(response=answer)

    page.route("**/contact", answer_late)
    row = page.get_by_role("link", name="Get a refund")
    ask(page, field=page.get_by_label("Subject"), row=row)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1, name="Message sent")).to_be_visible()
    (then,) = submitted
    told = {e["type"]: datetime.fromisoformat(e["at"]) > then for e in events_in(batches)}
    assert told.pop("contact_started") is False
    assert True not in told.values()


def test_a_long_question_in_many_bytes_is_cut_to_what_the_server_takes(open_shop):
    page = open_shop(BOX)
    many = [ITEM | {"article_id": "환불" * 60 + str(number)} for number in range(10)]
    body = {"query_id": "q", "items": many, "no_answer": False, "contact_url": "/"}
    page.route(
        "**/api/v1/suggest*",
        lambda route: route.fulfill(status=200, body=json.dumps(body), headers=CORS),
    )
    batches = batches_of(page)
    box(page).fill("환" * 700)
    wait_for(page, lambda: batches)
    value = events_in(batches)[0]["value"]
    assert len(json.dumps(value)) <= 2000
    assert value["results"] == 10
    assert value["query"] == "환" * 200


def test_a_page_of_results_tells_what_it_shows(open_page):
    page = open_page("/en/")
    batches = batches_of(page)
    page.goto("/en/search?q=refund")
    wait_for(page, lambda: batches)
    shown = events_in(batches)[0]
    assert (shown["type"], shown["value"]["via"]) == ("suggest_shown", "search")
    assert shown["value"]["query"] == "refund"
    assert shown["value"]["articles"] == ["refund"]
    assert shown["query_id"]


def test_the_sites_contact_page_tells_of_its_offers_and_where_they_led(open_page):
    page = open_page("/en/contact")
    batches = batches_of(page)
    link = page.get_by_role("link", name="Get a refund")
    ask(page, field=page.get_by_label("Subject"), row=link)
    assert wait_for_list(page, batches, "refund")["value"]["via"] == "contact"
    everywhere = batches_of(page.context)
    with page.context.expect_page():
        link.click()
    wait_for(page, lambda: any(e["type"] == "result_opened" for e in events_in(batches)))
    wait_for(page, lambda: any(e["type"] == "article_viewed" for e in events_in(everywhere)))
    viewed = next(e for e in events_in(everywhere) if e["type"] == "article_viewed")
    assert viewed["value"] == {"from": "contact"}


def test_offers_that_came_with_the_contact_page_are_told_and_asked_for_no_more(open_page):
    page = open_page("/en/")
    batches, asked = batches_of(page), []
    page.on("request", lambda request: "/suggest?" in request.url and asked.append(request.url))
    page.goto("/en/contact?q=refund")
    there = page.locator(".offers a").element_handle()
    with page.context.expect_page():
        page.get_by_role("link", name="Get a refund").click()
    wait_for(page, lambda: any(e["type"] == "result_opened" for e in events_in(batches)))
    shown, opened = (
        e for e in events_in(batches) if e["type"] in ("suggest_shown", "result_opened")
    )
    assert (shown["value"]["via"], shown["value"]["query"]) == ("contact", "refund")
    assert shown["query_id"] == opened["query_id"]
    assert opened["article_id"] == "refund"
    assert asked == []
    page.get_by_role("button", name="That answers my question").click()
    expect(page.get_by_text("Good to know.")).to_be_visible()
    page.get_by_label("Subject").fill("gift")
    expect(page.get_by_role("link", name="Use a gift card")).to_be_visible()
    assert not there.is_visible()


def test_an_article_reached_otherwise_does_not_come_from_the_contact_page(open_page):
    page = open_page("/en/")
    batches = batches_of(page)
    page.goto("/en/articles/refund")
    wait_for(page, lambda: batches)
    assert "value" not in events_in(batches)[0]


# Days


def kept_sessions(page):
    return page.evaluate("JSON.parse(localStorage['kotae-sessions']).map(({name}) => name)")


def test_visits_of_the_last_three_days_go_with_a_ticket_and_with_nothing_else(open_shop, shop):
    page = open_shop(BOX)
    page.evaluate(
        """(hour) => localStorage.setItem("kotae-sessions", JSON.stringify([
            {name: "too old", at: Date.now() - 73 * hour},
            {name: "yesterday", at: Date.now() - 24 * hour}]))""",
        HOUR,
    )
    everything = []
    page.on("request", lambda request: everything.append((request.url, request.post_data or "")))
    batches = batches_of(page)
    ask(page, "zz", "No good answer found")
    wait_for(page, lambda: batches)
    options(page).last.click()
    page.get_by_label("Your e-mail address").fill("days@example.com")
    page.get_by_label("Message").fill("Days.")
    assert [body for _, body in everything if "yesterday" in body] == []
    with page.expect_request("**/api/v1/tickets") as sent:
        page.get_by_role("button", name="Send").click()
    ticket = json.loads(sent.value.post_data)
    assert ticket["earlier_sessions"] == ["yesterday"]
    expect(page.get_by_text("Thank you. We have your message")).to_be_visible()
    assert [url for url, _ in everything if "yesterday" in url] == []
    with shop.sessions() as session:
        stored = session.scalars(select(Ticket).where(Ticket.email == "days@example.com")).one()
        assert stored.session == ticket["session"]


def test_at_most_ten_visits_are_remembered_and_a_new_day_has_a_new_name(open_shop):
    page = open_shop(BOX)
    page.evaluate(
        """() => {
            const at = Date.now() - 1000;
            const made = [...Array(14).keys()].map((n) => ({name: `old ${n}`, at}));
            const old = {name: "old", day: "2020-01-01"};
            localStorage.setItem("kotae-sessions", JSON.stringify(made));
            sessionStorage.setItem("kotae-session", JSON.stringify(old));
        }"""
    )
    batches = batches_of(page)
    box(page).press_sequentially("refund")
    wait_for(page, lambda: batches)
    assert batches[0]["session"] != "old"
    kept = kept_sessions(page)
    assert len(kept) == 11  # ten and today's
    assert kept[-1] == batches[0]["session"]


def test_the_sites_contact_form_sends_earlier_visits_too(open_page):
    page = open_page("/en/contact")
    page.evaluate(
        """localStorage.setItem("kotae-sessions",
            JSON.stringify([{name: "yesterday", at: Date.now() - 86400000}]))"""
    )
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    page.get_by_label("Subject").fill("Days")
    page.get_by_label("Message").fill("Days.")
    with page.expect_request(
        lambda request: request.method == "POST" and "contact" in request.url
    ) as sent:
        page.get_by_role("button", name="Send").click()
    fields = dict(re.findall(r'name="(\w+)"\r\n\r\n(.*)\r\n', sent.value.post_data))
    assert fields["earlier_sessions"] == "yesterday"
    assert fields["session"]


@pytest.mark.parametrize("storage", ["none", "local", "session"])
def test_the_host_decides_what_is_kept(open_shop, storage):
    page = open_shop(f'<kotae-suggest storage="{storage}"></kotae-suggest>')
    batches = batches_of(page)
    box(page).press_sequentially("refund")
    wait_for(page, lambda: batches)
    wait_for(page, lambda: storage == "none" or page.evaluate("localStorage['kotae-sessions']"))
    kept = set(page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"))
    assert kept - {"kotae-answers"} == (
        set() if storage == "none" else {"kotae-session", "kotae-sessions", "kotae-trail"}
    )
    if storage == "none":
        assert kept == set()


def test_only_who_asks_for_a_person_is_told_to_be_who_the_host_says(open_shop, shop):
    page = open_shop(BOX, expect_complaints=True)
    batches = batches_of(page)
    page.evaluate(
        "Kotae.identify({id: 'customer 7', email: 'kim@example.com', hash: 'f'.repeat(64)})"
    )
    ask(page)
    wait_for(page, lambda: batches)
    assert "identity" not in batches[-1]
    options(page).last.click()
    wait_for(page, lambda: any("identity" in batch for batch in batches))
    named = next(batch for batch in batches if "identity" in batch)
    assert named["identity"] == {"id": "customer 7", "hash": "f" * 64}
    assert "contact_started" in {event["type"] for event in named["events"]}
    assert "customer 7" not in json.dumps(named["events"])
    # The shop signs nothing here, so the server refuses the name; what happened counts.
    with shop.sessions() as database:
        kinds = select(Event.type).where(Event.session == named["session"])
        wait_for(page, lambda: "contact_started" in set(database.scalars(kinds)))
    assert "identity" not in batches[-1]
    assert "customer 7" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


# Experiments


def test_who_may_take_part_gets_a_name_and_sees_only_the_second_answer(open_shop):
    page = open_shop(BOX)
    asked = serve_experiment(page, consent=False)
    batches = batches_of(page)
    page.evaluate(
        """() => {
            window.seen = new Set();
            const root = document.querySelector("kotae-suggest").shadowRoot;
            const look = () => seen.add(root.querySelector(".suggestion-title")?.textContent);
            new MutationObserver(look).observe(root, {childList: true, subtree: true});
        }"""
    )
    ask(page, "refund", "For a participant")
    name = page.evaluate("JSON.parse(localStorage['kotae-visitor'])")
    assert len(name) == 36
    assert f"visitor={name}" in asked[-1]
    assert "For anybody" not in page.evaluate("[...seen]")
    wait_for(page, lambda: batches)
    assert batches[0]["visitor"] == name
    assert batches[0]["session"] != name
    before = len(asked)
    ask(page, "s", "For a participant")
    page.wait_for_timeout(300)
    assert len(asked) == before + 1  # asked twice once a browser, not once a question


def test_where_consent_is_needed_nobody_takes_part_before_giving_it(open_shop):
    page = open_shop(BOX)
    serve_experiment(page, consent=True)
    ask(page, "refund", "For anybody")
    assert page.evaluate("localStorage.getItem('kotae-visitor')") is None
    page.evaluate("Kotae.consent(true)")
    ask(page, "s", "For a participant")
    page.evaluate("Kotae.consent(false)")
    assert page.evaluate("localStorage.getItem('kotae-visitor')") is None
    ask(page, "x", "For anybody")


def test_the_host_may_say_that_consent_is_given(open_shop):
    page = open_shop('<kotae-suggest consent="granted"></kotae-suggest>')
    serve_experiment(page, consent=True)
    ask(page, "refund", "For a participant")


def test_the_name_is_deleted_when_the_experiment_is_over(open_shop):
    page = open_shop(BOX)
    state = {"running": True}
    serve_experiment(page, consent=False, running=lambda: state["running"])
    ask(page, "refund", "For a participant")
    state["running"] = False
    box(page).press_sequentially("s")
    wait_for(page, lambda: page.evaluate("localStorage.getItem('kotae-visitor')") is None)


def test_a_ticket_carries_the_name_of_the_experiment(open_shop):
    page = open_shop(BOX)
    serve_experiment(page, consent=False)
    ask(page, "refund", "For a participant")
    options(page).last.click()
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    with page.expect_request("**/api/v1/tickets") as sent:
        page.get_by_role("button", name="Send").click()
    assert json.loads(sent.value.post_data)["visitor"] == page.evaluate(
        "JSON.parse(localStorage['kotae-visitor'])"
    )


@pytest.mark.parametrize(
    ("button", "title"), [("Take part", "a participant"), ("Do not take part", "anybody")]
)
def test_the_site_asks_at_its_foot_and_remembers_either_answer(
    open_page, screenshot, button, title
):
    page = open_page("/en/")
    asked = serve_experiment(page, consent=True)
    question = page.locator(".experiment")
    expect(question).to_be_hidden()
    ask(page, "refund", "For anybody")
    expect(question).to_be_visible()
    yes, no = (question.get_by_role("button").nth(n) for n in (0, 1))
    assert yes.bounding_box()["height"] == no.bounding_box()["height"] >= 44
    assert yes.get_attribute("class") == no.get_attribute("class")
    screenshot(page, "consent")
    question.get_by_role("button", name=button, exact=True).click()
    expect(question).to_be_hidden()
    ask(page, "s", f"For {title}")
    before = len(asked)
    page.goto("/en/")
    ask(page, "refunds", f"For {title}")
    assert len(asked) > before
    expect(question).to_be_hidden()
