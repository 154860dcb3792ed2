"""Editors in a real browser: signed in, on the page of an article of the test's own."""

import pytest
from playwright.sync_api import expect

from app.accounts.audit import COMMAND_LINE
from app.accounts.sessions import open_session
from app.accounts.users import add_user
from app.models import utc_now


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
