"""Reading in a real browser: arriving at the words that answer, contents, copying, pictures."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.addresses import passage_url
from app.models import Notice, utc_now
from app.notice_fields import read_notice
from app.notices import add_notice
from tests.widget_fixtures import ask, asking, options

pytestmark = pytest.mark.browser

ARTICLE = "/en/articles/everything"


def passage(page):
    return page.locator("mark.passage")


def test_a_suggestion_opens_the_article_at_the_words_that_answer(open_page):
    page = open_page("/en/")
    ask(page)
    options(page).first.click()
    page.wait_for_url(re.compile(r"/en/articles/refund\?mark="))
    expect(page.get_by_role("heading", level=1)).to_have_text("Get a refund")


def test_back_returns_to_the_suggestions_as_they_were(open_page):
    page = open_page("/en/")
    ask(page)
    options(page).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get a refund")
    page.go_back()
    expect(page.get_by_role("combobox")).to_have_value("refund")
    expect(page.get_by_role("option").first).to_contain_text("Get a refund")


def test_back_returns_to_the_same_results(open_page):
    page = open_page("/en/search?q=refund")
    page.get_by_role("link", name="Get a refund").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get a refund")
    page.go_back()
    page.wait_for_url("**/en/search?q=refund")
    expect(page.get_by_role("link", name="Get a refund")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_passage_is_marked_and_in_sight_with_and_without_scripts(open_page, scripts):
    words = "Something%20to%20fear"
    page = open_page(
        f"{ARTICLE}?mark={words}#callouts:~:text={words}",
        java_script_enabled=scripts,
        viewport={"width": 800, "height": 500},
    )
    expect(passage(page)).to_have_text("Something to fear.")
    if scripts:
        expect(passage(page)).to_be_in_viewport()
    else:
        expect(page.locator("#callouts")).to_be_attached()


def test_words_that_are_not_there_mark_nothing(open_page):
    page = open_page(f"{ARTICLE}?mark=<img src=x onerror=document.title='hacked'>")
    expect(passage(page)).to_have_count(0)
    assert page.title() != "hacked"


def test_the_contents_follow_the_reading(open_page):
    page = open_page(ARTICLE, viewport={"width": 1280, "height": 600})
    current = page.locator(".contents a[aria-current]")
    page.locator("#callouts").evaluate("it => scrollBy(0, it.getBoundingClientRect().top - 20)")
    expect(current).to_have_text("Callouts")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(current).to_have_text("A smaller heading")
    page.evaluate("scrollTo(0, 0)")
    expect(current).to_have_count(0)


def test_the_link_to_a_heading_and_code_can_be_copied(open_page, site_url):
    page = open_page(f"{ARTICLE}?mark=Something", permissions=["clipboard-read", "clipboard-write"])
    expect(page.get_by_role("heading", name="Steps", exact=True)).to_be_visible()
    status = page.locator("article").get_by_role("status")
    expect(status).to_have_count(1)
    page.get_by_role("button", name="Copy the link to this section: Steps").click()
    expect(status).to_have_text("Copied")
    expect(page.locator("#steps + .heading-link")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site_url}{ARTICLE}#steps"
    page.locator(".copy").click()
    expect(page.locator(".copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == 'answer = "yes"  # not 42'


@pytest.mark.parametrize("asked", ["", "?mark=The+way+of+a+parcel"])
def test_a_picture_is_enlarged_and_escape_puts_it_back(open_page, asked):
    page = open_page(ARTICLE + asked)
    expect(passage(page).get_by_role("button")).to_have_count(1 if asked else 0)
    button = page.get_by_role("button", name="Enlarge the picture: The way of a parcel")
    button.click()
    expect(page.get_by_role("dialog", name="The way of a parcel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_the_language_menu_says_what_is_missing(open_page):
    page = open_page("/ko/articles/gift-cards")
    page.locator(".languages summary").click()
    expect(page.locator(".languages li", has_text="한국어")).to_contain_text("아직 번역되지 않음")
    expect(page.locator(".languages li", has_text="English")).not_to_contain_text("번역되지")
    expect(page.locator(".notice.missing")).to_contain_text("English")


def test_no_letter_of_cjk_is_slanted(open_page):
    page = open_page("/ko/articles/everything")
    slanted = page.evaluate(
        """() => {
            const paragraph = document.createElement("p");
            paragraph.lang = "ja";
            paragraph.innerHTML = "<em>強調</em>";
            document.querySelector("main").append(paragraph);
            return getComputedStyle(paragraph.firstChild).fontStyle;
        }"""
    )
    assert slanted == "normal"


def test_what_was_read_goes_along_with_a_message_unless_it_is_unticked(open_page):
    page = open_page("/en/articles/refund")
    page.goto("/en/articles/sign-in")
    page.goto("/en/contact")
    ticked = page.get_by_role("checkbox", name="You have read:")
    expect(ticked).to_have_count(2)
    expect(ticked.first).to_be_checked()
    expect(page.get_by_role("checkbox", name="Sign in again")).to_have_value("sign-in")


def test_answers_are_offered_while_the_subject_is_typed(open_page):
    page = open_page("/en/contact")
    page.get_by_label("Subject").press_sequentially("refund")
    offers = page.locator(".offers")
    expect(offers.get_by_role("link", name="Get a refund")).to_be_visible()
    expect(offers.get_by_role("link", name="Get a refund")).to_have_attribute("target", "_blank")
    page.get_by_label("Subject").fill("")
    expect(offers).to_be_hidden()


def test_offers_do_not_move_while_one_is_about_to_be_chosen(open_page):
    page = open_page("/en/contact")
    subject = page.get_by_label("Subject")
    link = page.locator(".offers").get_by_role("link", name="Get a refund")
    ask(page, field=subject, row=link)
    held = []
    page.route(asking("refund z"), lambda route: held.append(route))
    with page.expect_request(asking("refund z")):
        subject.press_sequentially(" z")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    with page.expect_response(asking("refund z")):
        held[0].continue_()
    page.wait_for_timeout(100)
    expect(link).to_be_focused()
    subject.focus()
    expect(page.locator(".offers")).to_be_hidden()
    subject.fill("refund")
    expect(link).to_be_visible()
    page.route(asking("refundz"), lambda route: held.append(route))
    with page.expect_request(asking("refundz")):
        subject.press_sequentially("z")
    link.hover()
    with page.expect_response(asking("refundz")):
        held[1].continue_()
    page.wait_for_timeout(100)
    expect(link).to_be_visible()
    page.mouse.move(0, 0)
    expect(link).to_be_hidden()


def test_a_notice_that_the_subject_calls_for_comes_before_the_answers(
    open_page, site_sessions, screenshot
):
    text = {"en": {"title": "Refunds take a day longer", "body": "All will arrive."}}
    notice = read_notice({"kind": "problem", "texts": text, "phrases": ["refund"]}, now=utc_now())
    with site_sessions() as session:
        add_notice(session, notice)
    try:
        page = open_page("/en/contact")
        offers = page.locator(".offers")
        row = offers.get_by_role("link", name="Get a refund")
        ask(page, field=page.get_by_label("Subject"), row=row)
        links = page.locator(".offers").get_by_role("link")
        expect(links).to_have_text(["Refunds take a day longer", "Get a refund"])
        expect(page.locator(".offers .notice.problem")).to_contain_text("Known problem:")
        expect(page.locator(".offers .notice.problem")).to_contain_text("All will arrive.")
        assert Axe().run(page).violations_count == 0
        screenshot(page, "contact-notice")
        page.goto("/en/contact?q=refund")
        expect(page.get_by_text("Refunds take a day longer")).to_have_count(1)
    finally:
        with site_sessions() as session:
            session.delete(session.get(Notice, notice.id))
            session.commit()


def test_a_product_once_chosen_is_remembered(open_page):
    page = open_page("/en/")
    page.get_by_role("button", name="iPhone").click()
    expect(page.get_by_role("button", name="iPhone")).to_have_attribute("aria-pressed", "true")
    with page.expect_request("**/api/v1/suggest*products=ios*"):
        page.get_by_role("combobox").press_sequentially("refund")
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["value"], cookie["httpOnly"]) == ("kotae_products", "ios", True)
    page.goto("/en/")
    page.get_by_role("button", name="iPhone").click()
    expect(page.get_by_role("button", name="iPhone")).to_have_attribute("aria-pressed", "false")
    assert page.context.cookies() == []


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Short & sweet - 100% (yes)!",
        "환불은 5일 안에 돌려드려요. " * 9,
        "word " * 40,
        "Yes. It takes five days — or less. More",
        "Card — 3 to 5 — Any bank of yours",
        "한 문장이에요. 다음 문장은 여기까지예요. 끝",
        "退款、换货都行，请在订单页点“申请售后”。之后",
        "x" * 200,
        "💸" * 90,
    ],
)
def test_scripts_and_server_write_the_same_address_for_an_answer(open_page, answer):
    page = open_page("/en/")
    script = page.locator('script[src$="/widget/built/site.js"]').get_attribute("src")
    # The pages load it as a part of that bundle; by itself it lies beside the other sources.
    module = script.replace("widget/built/site.js", "passage.js")
    for url in ("/en/articles/a", "/en/articles/a#b"):
        written = page.evaluate(
            "async ([module, url, answer]) => (await import(module)).passageUrl(url, answer)",
            [module, url, answer],
        )
        assert written == passage_url(url, answer)
