"""A shop on an origin of its own, whose pages carry the widget under a strict policy; and how its
visitors ask: `ask` types and waits for the answer to just what was typed."""

import json
import re
import threading
from dataclasses import dataclass, field
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from app import create_app
from app.db import create_database_engine, session_factory
from app.models import Base
from app.settings import Settings
from tests.browser_fixtures import _Quiet, watched_pages
from tests.fake_index import FakeIndex
from tests.help_center import hits_of_help_center, small_help_center

BOX = "<kotae-suggest></kotae-suggest>"
FLOATING = '<kotae-suggest mode="button"></kotae-suggest>'
FORM = """<form id="ticket" action="/sent">
<label>Subject <input id="subject" name="subject"></label>
<label>Text <textarea name="body"></textarea></label><button>Send it</button></form>
<kotae-suggest for="#subject"></kotae-suggest>"""
CORS = {"Access-Control-Allow-Origin": "*"}
NONE = {"query_id": "q", "items": [], "no_answer": True, "contact_url": "/en/contact"}
"""What a server answers that found nothing."""
ITEM = {
    "article_id": "refund", "locale": "en", "title": "Get a refund", "title_highlights": [],
    "answer": "Within five days.", "answer_highlights": [], "url": "/en/articles/refund",
    "score": 1, "why": [], "translation_of_query_locale": False,
}  # fmt: skip

STYLE = "body { margin: 1rem; font-family: sans-serif } .tall { block-size: 30rem }\n"
STYLE += "kotae-suggest:not([mode], [for]) { display: block; min-block-size: 2.75rem }"
FRAME = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/style.css">{head}</head>
<body><main><h1>Shop</h1>{body}</main></body></html>"""


def policy(help_center):
    """What a careful shop allows; no inline style or script, no text made into markup."""
    return (
        f"default-src 'none'; script-src {help_center} 'self'; style-src 'self'; "
        f"connect-src {help_center}; img-src {help_center}; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


@dataclass
class Shop:
    """The shop's server: pages by path, files by path."""

    help_center: str
    pages: dict = field(default_factory=dict)
    other_homes: list = field(default_factory=list)
    """More help centers that its pages may load from."""
    files: dict = field(default_factory=dict)

    def __call__(self, environ, start_response):
        path = Request(environ).path
        if path == "/style.css":
            response = Response(STYLE, content_type="text/css")
        elif path in self.files:
            kind = "text/css" if path.endswith(".css") else "text/javascript"
            response = Response(self.files[path], content_type=kind)
        elif path in self.pages:
            response = Response(self.pages[path], content_type="text/html; charset=utf-8")
            response.headers["Content-Security-Policy"] = policy(
                " ".join([self.help_center, *self.other_homes])
            )
        else:
            response = Response("<title>Elsewhere</title>", content_type="text/html")
        return response(environ, start_response)


def _serve(app):
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    return server, thread


def _stop(server, thread):
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """The shop; its help center allows its origin, and nobody else's."""
    yield from _open_shop(tmp_path_factory.mktemp("shop"), allows=True)


@pytest.fixture(scope="session")
def strict_shop(tmp_path_factory):
    """Another; its help center answers nobody without a site key."""
    yield from _open_shop(tmp_path_factory.mktemp("strict"), allows=False)


def _open_shop(folder, *, allows):
    shop = Shop("")
    server, thread = _serve(shop)
    # Another host name is another site, too.
    shop.url = f"http://localhost:{server.server_port}"
    generous = "100000/minute"
    settings = Settings(
        var_dir=folder,
        allowed_origins=(shop.url,) if allows else (),
        rate_suggest=generous,
        rate_search=generous,
        rate_tickets=generous,
        rate_events=generous,
    )
    shop.settings = settings
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    shop.sessions = session_factory(engine)
    with shop.sessions.begin() as session:
        session.add_all(small_help_center())
    app = create_app(settings, index=FakeIndex(hits_of_help_center()))
    help_server, help_thread = _serve(app)
    shop.help_center = f"http://127.0.0.1:{help_server.server_port}"
    yield shop
    _stop(help_server, help_thread)
    _stop(server, thread)
    app.extensions["kotae"].sessions.kw["bind"].dispose()
    engine.dispose()


@pytest.fixture
def open_shop(browser, shop):
    """Opens a page of the shop around `body`; complaints, also of its policy, fail the test."""
    the_shop = shop
    with watched_pages(browser) as open_at:

        def open_around(body, *, head=None, lang="en", script=None, at=None, **options):
            shop = at or the_shop
            number = len(shop.pages)
            tag = f'<script defer src="{shop.help_center}/widget/v1.js"></script>'
            more = ""
            if script is not None:
                shop.files[f"/{number}.js"] = script
                more = f'<script defer src="/{number}.js"></script>'
            whole = FRAME.format(lang=lang, head=(tag if head is None else head) + more, body=body)
            shop.pages[f"/page/{number}"] = whole
            return open_at(shop.url, f"/page/{number}", **options)

        yield open_around


def box(page):
    return page.get_by_role("combobox")


def options(page):
    return page.get_by_role("option")


MARK_ROWS = """() => addEventListener("input", () => {
    const within = (root) => {
        for (const row of root.querySelectorAll("[role=option], .offers li > *"))
            row.setAttribute("data-of-before", "");
        for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) within(shadowRoot);
    };
    within(document);
}, { capture: true })"""
"""Marks the rows that are there when something is typed; its answer comes in rows of its own."""


def await_answers(page):
    """From here on, `expect_answer` knows an answer from the rows of what was typed before."""
    page.evaluate(MARK_ROWS)


def expect_answer(page, title="", *, row=None):
    """Wait until a row, by default the first, answers what is typed by now, not a part of it."""
    row = row or options(page).first
    expect(row).not_to_have_attribute("data-of-before", "")
    expect(row).to_contain_text(title)


def ask(page, text="refund", title="Get a refund", *, field=None, row=None):
    """Type, and wait for the answer to the whole of it.

    On a slow machine a part of the text is answered while the rest is typed, and mostly by the same
    articles: whoever acts on such a row acts on a list that is about to be replaced.
    """
    await_answers(page)
    (field or box(page)).press_sequentially(text)
    expect_answer(page, title, row=row)


def open_article(page, text="When it arrives"):
    """Open the first row, and wait for the article: what asks about it comes with it."""
    options(page).first.click()
    expect(page.get_by_text(text)).to_be_visible()


def asking(text):
    """Addresses that ask for suggestions to just this text."""
    return re.compile(rf"/suggest\?(.*&)?q={re.escape(quote_plus(text))}(&|$)")


def answer_with(page, **body):
    """Have every question answered by this, and by nothing else."""
    whole = json.dumps(NONE | body)
    page.route(
        "**/api/v1/suggest*",
        lambda route: route.fulfill(status=200, body=whole, headers=CORS),
    )


def wait_for(page, condition, seconds=20):
    """Wait for what is true of no element, such as what was sent."""
    for _ in range(seconds * 10):
        if condition():
            return
        page.wait_for_timeout(100)
    pytest.fail("waited in vain")
