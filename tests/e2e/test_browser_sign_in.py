"""Signing in through an OpenID provider that others wrote, in a real browser."""

import json
import re
import subprocess
import sys
import threading
import time

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.db import create_database_engine
from app.models import Base
from app.settings import Settings
from tests.fake_index import FakeIndex
from tests.server_fixtures import free_port

pytestmark = pytest.mark.browser

KIM = {"sub": "kim", "email": "kim@example.com", "email_verified": True, "name": "Kim Haneul"}
PARK = {"sub": "park", "email": "park@example.com", "email_verified": True, "name": "Park"}


class _Quiet(WSGIRequestHandler):
    def log(self, *given):
        pass


@pytest.fixture
def issuer():
    port = free_port()
    users = [KIM | {"groups": ["help-writers"]}, PARK | {"groups": []}]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    command += ["true", *(part for user in users for part in ("--user-claims", json.dumps(user)))]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 30
    while True:
        try:
            requests.get(f"{address}/.well-known/openid-configuration", timeout=5)
            break
        except requests.ConnectionError:
            assert time.monotonic() < deadline, "the provider did not start"
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture
def help_center(tmp_path, issuer):
    secret = tmp_path / "client-secret"
    secret.write_text("any secret is right there\n", encoding="utf-8")
    settings = Settings(
        var_dir=tmp_path,
        password_sign_in="off",
        oidc_issuer=issuer,
        oidc_client_id="kotae",
        oidc_client_secret_file=secret,
        oidc_name="Haru account",
        oidc_roles=(("help-writers", "writer"),),
    )
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    app = create_app(settings, index=FakeIndex([]))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["kotae"].sessions.kw["bind"].dispose()
    engine.dispose()


def test_a_provider_that_others_wrote_signs_in_whom_a_group_lets_in(
    browser, help_center, issuer, screenshot
):
    page = browser.new_page()
    page.goto(f"{help_center}/account")
    button = page.get_by_role("link", name="Sign in with Haru account")
    expect(page.get_by_label("Password")).to_have_count(0)
    assert Axe().run(page).response["violations"] == []
    screenshot(page, "sign-in-by-provider")
    button.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(issuer)))
    page.get_by_role("button", name="kim").click()
    expect(page).to_have_url(f"{help_center}/account")
    expect(page.get_by_text("Kim Haneul")).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("link", name="Sign in with Haru account").click()
    page.get_by_role("button", name="park").click()
    expect(page.get_by_role("alert")).to_contain_text("none of your groups has access")
    screenshot(page, "sign-in-by-provider-refused")
    page.close()
