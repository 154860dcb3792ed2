"""From the list to the published article in a real browser: by the keyboard alone, and in four
languages; and through a real server to the customer's next search."""

import json
import shutil
import time
from functools import partial
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from playwright.sync_api import expect

import app
from app.accounts.audit import COMMAND_LINE
from app.accounts.sessions import open_session
from app.accounts.users import add_user
from app.db import create_database_engine, session_factory
from app.models import utc_now
from app.settings import Settings
from tests.browser_fixtures import watched_pages
from tests.editing_fixtures import address_of, area_of
from tests.server_fixtures import environment, start_server

pytestmark = pytest.mark.browser

FOUND_WITHIN = 2.0
"""Seconds from the answer to who publishes until every worker finds the text: the product's own
promise."""
TEXTS = {
    "en": ("Rent a tandem", "Scan **both** codes."),
    "ko": ("2인용 자전거 빌리기", "코드를 **모두** 찍으세요."),
    "ja": ("二人乗り自転車を借りる", "**両方**のコードを読み取ります。"),
    "zh": ("租双人自行车", "请扫描**两个**二维码。"),
}


@pytest.fixture
def in_words():
    """What the interface says for a text of ours: `in_words("ko")("Save")`."""

    def of(locale):
        folder = Path(app.__file__).parent / "translations" / locale.replace("-", "_")
        with (folder / "LC_MESSAGES" / "messages.mo").open("rb") as file:
            catalogue = read_mo(file)
        return lambda text: catalogue[text].string

    return of


def go_to(page, control):
    """Go to a control by nothing but the Tab key."""
    for _ in range(120):
        if control.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(control).to_be_focused()


def press(page, control):
    go_to(page, control)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page, control, text):
    go_to(page, control)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_the_keyboard_alone_leads_from_the_list_to_the_published_article(open_as, open_page):
    writer = open_as("writer", "/edit")
    press(writer, writer.get_by_role("link", name="New article"))
    write(writer, writer.get_by_label("Title"), "Rent a tandem by keys")
    write(writer, writer.get_by_label("Address", exact=True), "city/tandem-by-keys")
    press(writer, writer.get_by_role("button", name="Create the draft"))
    write(writer, area_of(writer), "Scan both codes.")
    press(writer, writer.get_by_role("button", name="Save and request a review"))
    expect(writer.locator(".marks")).to_contain_text("In review")
    reviewer = open_as("reviewer", "/edit?state=review")
    press(reviewer, reviewer.get_by_role("link", name="Rent a tandem by keys"))
    write(reviewer, reviewer.get_by_label("Answer to the writer"), "Right.")
    press(reviewer, reviewer.get_by_role("button", name="Approve"))
    press(writer, writer.get_by_role("link", name="All articles"))
    press(writer, writer.get_by_role("link", name="Rent a tandem by keys"))
    expect(writer.locator(".panel")).to_contain_text("Reviewer Kim approved this text.")
    press(writer, writer.get_by_role("button", name="Publish the saved text"))
    visitor = open_page("/en/articles/city/tandem-by-keys")
    expect(visitor.locator("main")).to_contain_text("Scan both codes.")


@pytest.mark.parametrize("locale", TEXTS)
def test_an_article_is_written_reviewed_and_published_in_each_language(
    open_as, open_page, in_words, locale
):
    words, (title, body) = in_words(locale), TEXTS[locale]
    named = {"exact": True}
    writer = open_as("writer", f"/edit/new?lang={locale}&in={locale}&id=city/tandem")
    writer.get_by_label(words("Title"), **named).fill(title)
    writer.get_by_role("button", name=words("Create the draft"), **named).click()
    area_of(writer).fill(f"{body}\n")
    toolbar = writer.get_by_role("toolbar")
    toolbar.get_by_role("button", name=words("Preview"), **named).click()
    expect(writer.locator("#live strong")).to_have_count(1)
    writer.get_by_role("button", name=words("Save and request a review"), **named).click()
    expect(writer.locator(".marks")).to_contain_text(words("In review"))
    place = address_of(writer)
    reviewer = open_as("reviewer", f"{place}?lang={locale}")
    reviewer.get_by_role("button", name=words("Approve"), **named).click()
    expect(reviewer.locator(".notice.good")).to_be_visible()
    writer.goto(place)
    writer.get_by_role("button", name=words("Publish the saved text"), **named).click()
    expect(writer.locator(".marks")).to_contain_text(words("Published"))
    visitor = open_page(f"/{locale}/articles/city/tandem")
    expect(visitor.get_by_role("heading", name=title)).to_be_visible()
    expect(visitor.locator("main strong")).to_have_count(1)


@pytest.fixture
def publisher_at(tmp_path, stocked_var, model_dir, browser):
    """Opens a page of a real server with two workers as a publisher; returns it and the server."""
    shutil.copytree(stocked_var, tmp_path / "var")
    rates = {"KB_RATE_SUGGEST": "100000/minute", "KB_RATE_SEARCH": "100000/minute"}
    env = environment(tmp_path / "var", model_dir, **rates)
    server = start_server(env, tmp_path / "log", "--no-import", "--workers", "2")
    engine = create_database_engine(Settings(var_dir=tmp_path / "var"))
    given = {"email": "kim@example.com", "name": "Kim", "role": "publisher", "password": None}
    with session_factory(engine)() as session:
        user = add_user(session, **given, actor=COMMAND_LINE)
        token = open_session(session, user, now=utc_now())
    engine.dispose()
    cookie = {"name": "kotae_staff", "value": token, "domain": "127.0.0.1", "path": "/"}
    state = {"cookies": [cookie], "origins": []}
    with watched_pages(browser) as open_at:
        yield partial(open_at, server.url, storage_state=state), server
    server.stop()


def found_at(server, path, article_id, **query):
    """When the first of ten answers in a row named the article: either worker gives some."""
    start, since, in_a_row = time.monotonic(), 0.0, 0
    while in_a_row < 10:
        asked = time.monotonic()
        items = server.get(path, **query)["items"][:3]
        named = article_id in [each["article_id"] for each in items]
        since = since if named and in_a_row else asked
        in_a_row = in_a_row + 1 if named else 0
        assert asked - start < 20.0, items
    return since


def publish_and_find(open_it, server, thing):
    """Seconds from the answer to who publishes until both workers find the text both ways."""
    page = open_it(f"/edit/new?in=en&id=city/{thing}")
    page.get_by_label("Title").fill(f"Borrow a {thing}")
    page.get_by_role("button", name="Create the draft").click()
    area_of(page).fill("Scan the code on the saddle and ride away.\n")
    asked = {"q": f"where can i borrow a {thing}", "locale": "en"}
    assert thing not in json.dumps(server.get("/api/v1/search", **asked)["items"])
    with page.expect_response(lambda got: got.request.method == "POST" and got.status == 303):
        page.get_by_role("button", name="Save and publish").click()
    published = time.monotonic()
    ways = ("/api/v1/search", "/api/v1/suggest")
    return max(found_at(server, way, f"city/{thing}", **asked) for way in ways) - published


@pytest.mark.model
def test_what_is_published_in_the_browser_is_found_by_a_new_search_within_two_seconds(
    publisher_at,
):
    """Once of three times: another program may take the processor from the server for that long."""
    open_it, server = publisher_at
    took = []
    for thing in ("zwerfbike", "kwikfiets", "jolleboot"):
        took.append(publish_and_find(open_it, server, thing))
        print(f"found after {took[-1]:.2f} s")
        if took[-1] <= FOUND_WITHIN:
            break
    assert min(took) <= FOUND_WITHIN
    page = open_it(f"/en/search?q=borrow+a+{thing}")
    page.get_by_role("link", name=f"Borrow a {thing}").first.click()
    expect(page.locator("main")).to_contain_text("Scan the code on the saddle")
