"""Staff at work in a real browser: what visitors did shows as what it was, and every page of
figures is accessible, in five languages, light and dark, narrow, and without scripts."""

import json
import threading
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update
from werkzeug.serving import make_server

from app import create_app
from app.accounts.audit import COMMAND_LINE
from app.branding import read_products
from app.db import create_database_engine, session_factory
from app.deflection.holdout import note_experiment
from app.deflection.participants import Holdout
from app.deflection.tracking import update_episodes
from app.insights.improvements import note_change, plan_improvement
from app.models import Article, Base, EpisodeRecord, Event, Ticket, utc_now
from app.settings import Settings
from tests.accessibility import faults
from tests.app.deflection.recording import record
from tests.app.deflection.timelines import START
from tests.browser_fixtures import VIEWPORT, _Quiet, watched_pages
from tests.fake_index import FakeIndex
from tests.help_center import hits_of_help_center, small_help_center
from tests.staff_fixtures import STAFF_PASSWORD, add_staff
from tests.widget_fixtures import ask, box, options

pytestmark = pytest.mark.browser

LOCALES = ["en", "ko", "ja", "zh", "zh-Hant"]
PAGES = {
    "overview": "/insights?compare=1",
    "articles": "/insights/articles",
    "questions": "/insights/questions",
    "worth": "/insights/worth",
    "speed": "/insights/speed",
    "improvements": "/insights/improvements",
    "improvement": "/insights/improvements/1",
    "episodes": "/insights/episodes?outcome=failed",
    "definitions": "/insights/definitions",
    "account": "/account",
}
ASKED = ("refund", "refund late", "환불 언제", "transfer money abroad", "gift")


class Site:
    """A help center of its own for one test module, its database within reach."""

    def __init__(self, folder):
        self.settings = Settings(
            var_dir=folder,
            secret_key="a secret that only these tests know",
            rate_suggest="100000/minute",
            rate_events="100000/minute",
            rate_tickets="100000/minute",
            products=read_products("web=Website, ios=iPhone"),
            effort_percent=100,
        )
        engine = create_database_engine(self.settings)
        Base.metadata.create_all(engine)
        self.sessions = session_factory(engine)
        with self.sessions.begin() as session:
            session.add_all(small_help_center())
        with self.sessions() as session:
            add_staff(session, "kim", "owner", password=STAFF_PASSWORD)
        self.app = create_app(self.settings, index=FakeIndex(hits_of_help_center()))
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=_Quiet)
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.engine = engine

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.app.extensions["kotae"].sessions.kw["bind"].dispose()
        self.engine.dispose()

    def let_days_pass(self, days):
        """Move what was recorded into the past: a window of 72 hours closes while nobody waits."""
        with self.sessions.begin() as session:
            moments = {Event: ("at", "received_at", "occurred_at"), Ticket: ("created_at",)}
            for table, columns in moments.items():
                for row in session.query(table):
                    for name in columns:
                        setattr(row, name, getattr(row, name) - timedelta(days=days))


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def busy_site(tmp_path_factory):
    """A help center with some weeks of visitors."""
    site = Site(tmp_path_factory.mktemp("busy"))
    now = utc_now()
    timelines = (
        "0m suggest_shown, 1m result_opened:refund, 3m ticket",
        "0m suggest_shown, 1m result_opened:refund",
        "0m suggest_shown:miss",
        "0m contact_started, 1m suggest_shown, 2m solved",
        "0m suggest_shown, 1m result_opened:gift-cards, 2m helpful:gift-cards",
        "0m contact_started, 4m ticket",
    )
    with site.sessions() as session:
        note_experiment(session, name="first", percent=50, now=now - timedelta(days=42))
    for number in range(180):
        record(
            site.sessions,
            f"v{number}",
            timelines[number * 7 % len(timelines)],
            later=now - START - timedelta(days=1 + number % 40),
            locale=("en", "ko", "ja", "zh")[number % 4],
            query=ASKED[number % len(ASKED)],
            holdout=Holdout("first", 50),
        )
    with site.sessions() as session:
        session.execute(update(Ticket).values(subject="Where is my money?", page="/cart"))
        session.execute(update(Article).values(products=["web"]))
        session.commit()
        values = {"kind": "improve", "article": "refund", "title": "Get a refund"}
        item = plan_improvement(session, values, actor=COMMAND_LINE, now=now)
        note_change(session, item, plan="Say when", change="Said", actor=COMMAND_LINE, now=now)
        item.changed_at = now - timedelta(days=15)
        session.commit()
    yield site
    site.stop()


@pytest.fixture
def open_at(browser):
    with watched_pages(browser) as open_pages:
        yield lambda site, path, **options: open_pages(site.url, path, **options)


def sign_in(page):
    page.goto("/sign-in?lang=en")
    page.get_by_label("E-mail address").fill("kim@example.com")
    page.get_by_label("Password").fill(STAFF_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def search_and_read(page):
    ask(page, field=box(page).first)
    options(page).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("refund")


def ask_a_person(page):
    page.get_by_role("main").get_by_role("link", name="Contact a person").click()
    page.get_by_label("Your e-mail address").fill("lee@example.com")
    ask(page, field=page.get_by_label("Subject"), row=page.locator(".offers a").first)


def count_of(page, name):
    item = page.locator(".numbers li").filter(has_text=name)
    return item.inner_text().splitlines()


def wait_for_events(site, kind, number):
    """Events come a moment after what they tell of."""
    for _ in range(100):
        with site.sessions() as session:
            if session.query(Event).filter(Event.type == kind).count() >= number:
                return
        threading.Event().wait(0.1)
    raise AssertionError(f"there were not {number} {kind}")


def test_what_visitors_did_shows_as_what_it_was(site, open_at, screenshot):
    """Search, read, write to a person, see suggestions: solved; sent all the same; tab closed."""
    solved = open_at(site, "/en/")
    search_and_read(solved)
    ask_a_person(solved)
    solved.get_by_role("button", name="That answers my question").click()
    expect(solved.get_by_role("status").filter(has_text="Good to know")).to_be_visible()
    wait_for_events(site, "solved", 1)

    sent = open_at(site, "/en/")
    search_and_read(sent)
    ask_a_person(sent)
    sent.get_by_label("Message", exact=True).fill("Still nothing.")
    sent.get_by_role("button", name="Send").click()
    expect(sent.get_by_role("heading", level=1, name="Message sent")).to_be_visible()
    sent.get_by_role("button", name="4", exact=True).click()
    expect(sent.get_by_role("heading", level=1, name="Thank you")).to_be_visible()
    wait_for_events(site, "effort_rated", 1)

    closed = open_at(site, "/en/")
    search_and_read(closed)
    ask_a_person(closed)
    closed.close()
    wait_for_events(site, "contact_started", 3)

    site.let_days_pass(5)
    page = open_at(site, "/")
    sign_in(page)
    shown = {
        name: count_of(page, name)
        for name in ("Confirmed deflection", "Assumed deflection", "Ticket after seeking help")
    }
    assert all("1 of 3" in lines for lines in shown.values()), shown
    assert "3" in count_of(page, "Needs for help")
    screenshot(page, "insights-journeys")


def test_an_answer_opened_in_another_tab_belongs_to_the_same_need(site, open_at):
    page = open_at(site, "/en/contact")
    offer = page.locator(".offers a").first
    ask(page, field=page.get_by_label("Subject"), row=offer)
    with page.expect_popup() as opened:
        offer.click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("refund")
    page.get_by_role("button", name="That answers my question").click()
    expect(page.get_by_role("status").filter(has_text="Good to know")).to_be_visible()
    wait_for_events(site, "solved", 1)
    wait_for_events(site, "article_viewed", 1)
    site.let_days_pass(5)
    with site.sessions() as session:
        told = {(event.session, event.type) for event in session.query(Event)}
    update_episodes(site.sessions, window=site.settings.ticket_window, now=utc_now())
    with site.sessions() as session:
        outcomes = [each.outcome for each in session.query(EpisodeRecord)]
    assert (outcomes, len({name for name, _ in told})) == (["confirmed"], 1), told


def test_visitors_see_save_and_delete_what_is_kept_of_them(site, open_at, screenshot):
    page = open_at(site, "/en/")
    search_and_read(page)
    wait_for_events(site, "article_viewed", 1)
    page.get_by_role("link", name="Your data").click()
    kept = page.locator(".your-data dd")
    expect(kept.nth(0)).to_have_text("1")
    shown = int(kept.nth(1).inner_text())
    with site.sessions() as session:
        assert session.query(Event).count() == shown >= 2
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a file").click()
    (visit,) = json.loads(saved.value.path().read_text(encoding="utf-8"))["visits"]
    assert len(visit["events"]) == shown
    screenshot(page, "your-data")
    page.get_by_role("button", name="Delete all of it").click()
    expect(page.get_by_role("status").filter(has_text="Deleted")).to_be_visible()
    expect(kept.nth(0)).to_have_text("0")
    with site.sessions() as session:
        assert session.query(Event).count() == 0
    page.get_by_role("button", name="Take part in no experiment").click()
    expect(page.get_by_role("status").filter(has_text="no part")).to_be_visible()
    assert page.evaluate("({...localStorage})") == {"kotae-consent": "false"}


def test_a_link_of_the_command_line_sets_up_an_account(site, open_at):
    from app.accounts.invitations import invite
    from app.accounts.users import find_user

    with site.sessions() as session:
        user = find_user(session, "kim@example.com")
        token = invite(session, user, actor=COMMAND_LINE, now=utc_now())
    page = open_at(site, f"/set-up/{token}?lang=en", java_script_enabled=False)
    page.get_by_label("Your name").fill("Kim A")
    page.get_by_label("New password").fill("another kettle entirely")
    page.get_by_label("The same password again").fill("another kettle entirely")
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


def test_what_was_searched_for_and_read_goes_along_only_where_it_is_ticked(site, open_at):
    page = open_at(site, "/en/search?q=refund")
    page.get_by_role("link", name="Get a refund").first.click()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Contact a person").click()
    expect(page.get_by_label("You have searched for: refund")).to_be_checked()
    page.get_by_label("You have searched for: refund").uncheck()
    page.get_by_label("Your e-mail address").fill("lee@example.com")
    page.get_by_label("Subject").fill("Money")
    page.get_by_label("Message", exact=True).fill("Where?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1, name="Message sent")).to_be_visible()
    with site.sessions() as session:
        custom = session.query(Ticket).one().custom
    assert "asked" not in custom
    assert custom["read"] == ["refund"]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_of_figures_is_accessible_in_light_and_dark_and_fits_320_pixels(
    busy_site, open_at, screenshot, locale
):
    page = open_at(busy_site, "/")
    sign_in(page)
    for name, address in PAGES.items():
        joint = "&" if "?" in address else "?"
        page.set_viewport_size(VIEWPORT)
        page.goto(f"{address}{joint}lang={locale}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert faults(page) == "", name
            screenshot(page, f"insights-{name}-{locale}-{scheme}")
        page.set_viewport_size({"width": 320, "height": 640})
        width = page.evaluate("document.scrollingElement.scrollWidth")
        assert width <= 320, f"{name} is {width} wide"
        screenshot(page, f"insights-{name}-{locale}-narrow")


def test_a_gap_is_put_on_the_list_by_keyboard_and_without_scripts(busy_site, open_at):
    page = open_at(busy_site, "/", java_script_enabled=False)
    sign_in(page)
    page.goto("/insights/questions?lang=en")
    row = page.get_by_role("row").filter(has_text="transfer money abroad")
    row.get_by_role("button", name="Write this article").first.press("Enter")
    expect(page.get_by_role("heading", level=1, name="transfer money abroad")).to_be_visible()
    page.get_by_label("What was changed").fill("Wrote it")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Changed, being checked")).to_be_visible()
    expect(page.get_by_text("Too early to tell")).to_be_visible()
