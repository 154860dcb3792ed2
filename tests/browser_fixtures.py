"""A real browser on a real server: Debian's Chromium, the pages and their scripts, a fake index."""

import contextlib
import os
import shutil
import threading
import urllib.request
from functools import partial
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.branding import FooterLink, read_products
from app.db import create_database_engine, session_factory
from app.models import Base
from app.settings import Settings
from app.support_hours import read_hours
from tests.fake_index import FakeIndex
from tests.help_center import (
    hits_in_each_language,
    hits_of_help_center,
    rich_help_center,
    small_help_center,
)

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
VIEWPORT = {"width": 1024, "height": 768}
PATIENCE_MS = 20_000
"""How long a fact is waited for where several such browsers share few processors."""


class _Quiet(WSGIRequestHandler):
    def log(self, *given):
        pass


@pytest.fixture(scope="session")
def site_secret():
    """What signs the addresses of requests on that server."""
    return "a secret that only these tests know"


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory):
    """Where that server keeps what it writes."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def site_sessions(site_url, site_folder):
    """Sessions with that server's database."""
    engine = create_database_engine(Settings(var_dir=site_folder))
    yield session_factory(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def site_url(site_folder, site_secret):
    """The address of the small help center, served from a thread."""
    settings = Settings(
        var_dir=site_folder,
        secret_key=site_secret,
        demo="on",
        rate_suggest="100000/minute",
        rate_search="100000/minute",
        rate_tickets="100000/minute",
        rate_events="100000/minute",
        products=read_products("web=Website, ios=iPhone"),
        support_hours=read_hours("Mon-Fri 09:00-18:00"),
        answer_hours=24,
        footer_links=(FooterLink("Shop", "/en/"),),
    )
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    with session_factory(engine).begin() as session:
        session.add_all([*small_help_center(), *rich_help_center(settings.media_dir)])
    index = FakeIndex([*hits_of_help_center(), *hits_in_each_language()])
    index.corrections["refnud"] = "refund"
    index.breaks_at = "break it"
    with served(create_app(settings, index=index)) as address:
        yield address
    engine.dispose()


@pytest.fixture(scope="session")
def busy_url(site_url, site_folder, site_secret):
    """The address of the same help center where nobody may search again for an hour."""
    settings = Settings(var_dir=site_folder, secret_key=site_secret, rate_search="1/hour")
    with served(create_app(settings, index=FakeIndex())) as address:
        urllib.request.urlopen(f"{address}/en/search", timeout=30).close()
        yield address


@contextlib.contextmanager
def served(app):
    """Serve an application from a thread; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["kotae"].sessions.kw["bind"].dispose()


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests; each test has a context of its own."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        reason = "no Chromium is installed"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def watched_pages(browser):
    """Opens pages, each in a context of its own; complaints in the console fail at the end."""
    contexts = []
    complaints = []

    def open_at(url, path, *, expect_complaints=False, **options):
        # Requests that a worker makes are hidden from the tests' routes.
        given = {"service_workers": "block", "viewport": VIEWPORT} | options
        context = browser.new_context(base_url=url, **given)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        if not expect_complaints:
            page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def open_page(browser, site_url):
    """Opens pages of the site: `open_page("/en/", color_scheme="dark")`."""
    with watched_pages(browser) as open_at:
        yield partial(open_at, site_url)


@pytest.fixture
def visit(browser, server_url):
    """Opens pages of the real server with the sample help center: `visit("/ko/")`."""
    with watched_pages(browser) as open_at:
        yield partial(open_at, server_url)


def compose(page, text):
    """What an input method does while a syllable is being put together; returns its session."""
    session = page.context.new_cdp_session(page)
    session.send(
        "Input.imeSetComposition",
        {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
    )
    return session


@pytest.fixture
def screenshot():
    """Keeps a picture where KB_SCREENSHOTS names a folder, for people who look at a change."""

    def keep(page, name):
        folder = os.environ.get("KB_SCREENSHOTS")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return keep
