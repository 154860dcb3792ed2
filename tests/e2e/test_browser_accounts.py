"""Signing in with an authenticator app in a real browser, by the keyboard alone, and accessible."""

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.accounts.audit import COMMAND_LINE
from app.accounts.users import add_user
from app.models import utc_now

pytestmark = pytest.mark.browser

PASSWORD = "green kettle on the roof"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def account(site_sessions):
    with site_sessions() as session:
        add_user(
            session,
            email="app@example.com",
            name="App Kim",
            role="publisher",
            password=PASSWORD,
            actor=COMMAND_LINE,
        )


def check(page):
    """Accessible, and no wider than the screen."""
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def sign_in(page):
    page.get_by_label("E-mail address").fill("app@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")


def test_an_app_is_set_up_and_asked_for_on_a_phone(open_page, account):
    page = open_page(
        "/sign-in?lang=en&next=/account/second-factor", viewport={"width": 320, "height": 640}
    )
    sign_in(page)
    page.get_by_label("Present password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.get_by_text("You cannot scan it?").press("Enter")
    check(page)
    app = pyotp.TOTP(page.locator(".key").inner_text().replace(" ", ""))
    page.get_by_label("Six-digit code").fill(app.at(utc_now(), counter_offset=-1))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    check(page)
    page.get_by_role("link", name="I have kept them").press("Enter")
    check(page)
    page.get_by_role("button", name="Sign out").first.press("Enter")
    sign_in(page)
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    check(page)
    expect(page.get_by_label("Six-digit code")).to_be_focused()
    page.keyboard.type(app.at(utc_now()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/insights")


def test_a_limit_is_added_and_taken_back_on_a_phone(open_as, staff_cookies):
    page = open_as("owner", "/account/grants?lang=en", viewport={"width": 320, "height": 640})
    check(page)
    page.get_by_label("Account", exact=True).select_option("writer@example.com")
    page.get_by_label("Category").fill("payment/cards")
    page.get_by_role("combobox", name="Language").select_option("ko")
    page.get_by_role("button", name="Add the limit").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("It counts from now on")
    check(page)
    page.get_by_role("button", name="Remove the limit: writer@example.com").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("counts everywhere again")
    expect(page.get_by_role("button", name="Remove the limit")).to_have_count(0)
