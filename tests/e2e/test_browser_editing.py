"""What editors do with an article besides writing it, in a real browser: planned, translated,
restored, gone back from, written on a telephone, its conflicts resolved."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.content import read_content
from app.editing.actors import SYSTEM
from app.editing.revisions import append_revision, show_revision
from app.editing.scheduling import publish_planned
from app.editing.transaction import ArticleName, Transaction
from app.models import utc_now
from tests.accessibility import faults
from tests.editing_fixtures import address_of, area_of, body_of, save

pytestmark = pytest.mark.browser

LOCALES = ["en", "ko", "ja", "zh", "zh-Hant"]


def article_of(page):
    """(language, id) of the article whose page is open."""
    locale, _, article_id = address_of(page).partition("/edit/text/")[2].partition("/")
    return locale, article_id


def site_page_of(page):
    return "/{}/articles/{}".format(*article_of(page))


def test_a_change_is_published_at_its_time_and_the_old_text_stays_until_then(
    make_article, open_page, site_sessions
):
    page = make_article("publisher", "Free for one hour.\n")
    save(page, "Save and publish")
    area_of(page).fill("Free for two hours.\n")
    save(page)
    page.get_by_text("Publish later, or for a while").click()
    tomorrow = utc_now() + timedelta(days=1)
    page.get_by_label("Begins on").fill(tomorrow.strftime("%Y-%m-%dT%H:%M"))
    save(page, "Set the times")
    expect(page.locator(".marks")).to_contain_text("Planned")
    visitor = open_page(site_page_of(page))
    expect(visitor.locator("main")).to_contain_text("Free for one hour.")
    publish_planned(site_sessions, tomorrow + timedelta(minutes=1))
    visitor.reload()
    expect(visitor.locator("main")).to_contain_text("Free for two hours.")
    page.goto(address_of(page))
    expect(page.locator(".marks")).not_to_contain_text("Planned")


def test_a_translation_is_written_beside_the_original(make_article, open_page):
    page = make_article("publisher", "Free for one hour.\n")
    save(page, "Save and publish")
    page.get_by_role("link", name="Translate into 한국어").click()
    page.get_by_label("Title").fill("자전거 빌리기")
    page.get_by_role("button", name="Create the draft").click()
    expect(page.locator(".source-body")).to_contain_text("Free for one hour.")
    area_of(page).fill("한 시간 무료입니다.\n")
    page.get_by_label("This translation says what the original says now").check()
    assert faults(page) == ""
    save(page, "Save and publish")
    visitor = open_page(site_page_of(page))
    expect(visitor.get_by_role("heading", name="자전거 빌리기")).to_be_visible()


def test_an_old_revision_is_compared_and_restored(make_article):
    page = make_article(body="First.\n")
    area_of(page).fill("Second.\n")
    save(page)
    page.get_by_role("link", name="History").click()
    expect(page.locator(".diff mark, .diff .changed").first).to_be_visible()
    page.get_by_role("button", name="Restore: Revision 2").click()
    expect(page.locator(".notice.good")).to_contain_text("brought back")
    expect(area_of(page)).to_have_text("First.")
    expect(body_of(page)).to_have_value("First.\n")


def test_the_back_button_shows_what_was_saved_and_loses_nothing(make_article):
    page = make_article(body="First.\n")
    area_of(page).fill("Second.\n")
    save(page)
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="Revisions")).to_be_visible()
    page.go_back()
    expect(area_of(page)).to_have_text("Second.")
    area_of(page).fill("Third, not saved.\n")
    expect(page.locator("#keeping")).to_have_text("Kept, not saved yet")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="All articles").click()
    expect(page.get_by_role("heading", name="Articles")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Go on with it").click()
    expect(body_of(page)).to_have_value("Third, not saved.\n")
    expect(area_of(page)).to_have_text("Third, not saved.")


def test_an_article_is_written_and_published_on_a_telephone(make_article, open_page, screenshot):
    telephone = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
    page = make_article("publisher", "One.\n", **telephone)
    area_of(page).tap()
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="Bold").tap()
    page.keyboard.type("Two")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    assert page.get_by_role("toolbar").bounding_box()["height"] < 80
    button = page.get_by_role("button", name="Save and publish").bounding_box()
    assert button["height"] >= 44
    screenshot(page, "editor-telephone")
    save(page, "Save and publish")
    visitor = open_page(site_page_of(page))
    expect(visitor.locator("main strong")).to_have_text("Two")
    page.goto("/edit")
    assert page.get_by_role("link", name="Borrow a bike").first.bounding_box()["x"] < 100
    marks = page.locator(".desk-rows .marks").first.bounding_box()
    title = page.locator(".desk-rows li > div").first.bounding_box()
    assert title["width"] > 200
    assert marks["y"] >= title["y"] + title["height"]


@pytest.fixture
def conflict(make_article, site_sessions):
    """The page of a draft whose published text was changed elsewhere, in the same line."""
    page = make_article("publisher", "Free for one hour.\n")
    save(page, "Save and publish")
    area_of(page).fill("Free for two hours.\n")
    save(page)
    locale, article_id = article_of(page)
    with site_sessions.begin() as session:
        tx = Transaction(session, SYSTEM, utc_now())
        article = tx.find(ArticleName(article_id, locale))
        pulled = read_content(article.source.replace("one hour", "three hours").encode())
        number = append_revision(tx, article, pulled, note="", origin="git")
        show_revision(tx, article, pulled, number)
    page.goto(address_of(page))
    return page


def test_a_conflict_with_what_was_pulled_is_resolved_by_choosing(conflict):
    page = conflict
    page.get_by_role("link", name="Two texts of this article changed the same lines").click()
    expect(page.locator(".clash")).to_contain_text("Free for three hours.")
    expect(page.locator(".clash")).to_contain_text("Free for two hours.")
    for locale in LOCALES:
        page.goto(f"{address_of(page)}?lang={locale}")
        assert faults(page) == "", locale
    page.goto(f"{address_of(page)}?lang=en")
    page.get_by_label("Keep both").check()
    page.get_by_role("button", name="Use this text").click()
    expect(page.locator(".notice.good")).to_contain_text("resolved")
    both = ["Free for two hours.", "Free for three hours."]
    assert sorted(body_of(page).input_value().split("\n")) == sorted(["", *both])
    page.get_by_role("link", name="Conflicts").click()
    expect(page.get_by_role("link", name="Borrow a bike")).to_have_count(0)
