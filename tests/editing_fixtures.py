"""Editors at work: in a real browser, signed in, on the page of an article of the test's own; or by
plain requests, as without scripts."""

import re
from html import unescape

import pytest
from playwright.sync_api import expect

from app.accounts.audit import COMMAND_LINE
from app.accounts.sessions import open_session
from app.accounts.users import add_user
from app.models import utc_now
from tests.staff_fixtures import form_token


@pytest.fixture(scope="session")
def staff_cookies(site_sessions):
    """A signed-in browser's cookie for each role."""
    cookies = {}
    with site_sessions() as session:
        for role in ("writer", "reviewer", "publisher", "owner"):
            user = add_user(
                session,
                email=f"{role}@example.com",
                name=f"{role.title()} Kim",
                role=role,
                password=None,
                actor=COMMAND_LINE,
            )
            cookies[role] = open_session(session, user, now=utc_now())
    return cookies


@pytest.fixture
def open_as(open_page, site_url, staff_cookies):
    """Opens a page as a member of staff: `open_as("writer", "/edit")`."""

    def open_it(role, path, **options):
        cookie = {"name": "kotae_staff", "value": staff_cookies[role], "domain": "127.0.0.1"}
        state = {"cookies": [cookie | {"path": "/"}], "origins": []}
        return open_page(path, storage_state=state, **options)

    return open_it


@pytest.fixture
def make_article(open_as, request):
    """Makes an article of this test's own, and leaves its writer on its page."""

    def make(role="writer", body="One.\n\nTwo.\n\nThree.\n", **options):
        page = open_as(role, "/edit/new", **options)
        page.get_by_label("Title").fill("Borrow a bike")
        name = request.node.name.replace("[", "-").replace("]", "").replace("_", "-")
        page.get_by_label("Address", exact=True).fill(f"city/{name}")
        page.get_by_role("button", name="Create the draft").click()
        has_scripts = options.get("java_script_enabled", True)
        (area_of(page) if has_scripts else body_of(page)).fill(body)
        save(page)
        return page

    return make


def body_of(page):
    """What is sent as the text."""
    return page.locator("#body")


def area_of(page):
    """Where the text is typed."""
    return page.locator(".cm-content")


def save(page, button="Save"):
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".notice.good")).to_be_visible()


def address_of(page):
    return page.url.partition("?")[0]


TEXT = "/edit/text/en/city/borrow"
"""The page of the article that `Desk.create` makes."""


class Desk:
    """One member of staff at the editor."""

    def __init__(self, client):
        self.client = client
        self.token = form_token(client)
        self.media_dir = client.application.extensions["kotae"].settings.media_dir

    def post(self, address, **values):
        data = {"form_token": self.token} | values
        return self.client.post(address, data=data, content_type="multipart/form-data")

    def create(self, title="Borrow a bike", **values):
        return self.post("/edit/new", title=title, locale="en", id="city/borrow", **values)

    def fields(self, address=TEXT):
        """What a browser would send of the form, unchanged."""
        page = self.client.get(address).text
        form = page[page.index('id="writing"') : page.index("<aside")]
        values = {}
        for box in re.findall(r"<input[^>]*>", form):
            field = re.search(r' name="(\w+)"[^>]*? value="([^"]*)"', box)
            if field and ('type="checkbox"' not in box or " checked" in box):
                # The server takes the first of several.
                values.setdefault(*field.groups())
        values |= dict(
            re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.S)
        )
        values["audience"] = re.search(r'value="([\w-]+)" selected', form)[1]
        return {name: unescape(value) for name, value in values.items()}

    def save(self, do="save", address=TEXT, **changes):
        return self.post(address, **(self.fields(address) | {"do": do} | changes))

    def step(self, do, **values):
        base = self.fields()["base"]
        return self.post(TEXT.replace("text", "step", 1), **({"do": do, "base": base} | values))


@pytest.fixture
def desk_of(sign_in_as):
    """A member of staff at the editor, without a browser: `desk_of("writer")`."""
    return lambda role: Desk(sign_in_as(role))


@pytest.fixture
def writer(desk_of):
    """A writer who has begun the article at TEXT."""
    desk = desk_of("writer")
    assert desk.create().status_code == 303
    return desk
