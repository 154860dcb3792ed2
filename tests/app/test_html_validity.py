"""Every page is valid HTML by the W3C's checker (vnu)."""

import os
import shutil
import subprocess
from pathlib import Path

import pyotp
import pytest

from app.accounts.pending import begin_pending
from app.accounts.second_factor import begin_enrolment, read_enrolment
from app.accounts.users import find_user
from app.models import utc_now
from app.requests import request_key
from app.signing import signing_key
from tests.app.test_templates import ADDRESSES
from tests.help_center import rich_help_center
from tests.staff_fixtures import form_token

JARS = Path(__file__).resolve().parents[2] / "var" / "tools"
TICKET = "00000000000000aa"


@pytest.fixture
def check(tmp_path):
    """Runs the checker on files by name; its complaints, one a line."""
    jars, java = sorted(JARS.glob("vnu-*.jar")), shutil.which("java")
    if not jars or java is None:
        reason = "no HTML checker: scripts/fetch_validator obtains it, and it needs Java"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)

    def run(pages):
        for name, text in pages.items():
            (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
        files = sorted(map(str, tmp_path.glob("*.html")))
        done = subprocess.run(
            [java, "-Xss4m", "-jar", str(jars[-1]), "--format", "gnu", *files],
            capture_output=True,
            text=True,
            timeout=110,
        )
        return done.stderr.replace(f"file:{tmp_path}/", "").splitlines()

    return run


@pytest.fixture
def pages(client, sessions, settings):
    with sessions.begin() as session:
        session.add_all(rich_help_center(settings.media_dir))
    key = request_key(signing_key(settings), TICKET)
    more = ["/{}/articles/everything", f"/{{}}/requests/{TICKET}?key={key}"]
    addresses = [
        each.format(locale) for each in (*ADDRESSES, *more) for locale in ("en", "zh-Hant")
    ]
    texts = {
        f"page-{number}": client.get(address).get_data(as_text=True)
        for number, address in enumerate(addresses)
    }
    faulty = client.post("/ja/contact", data={"email": "x"}).get_data(as_text=True)
    return texts | {"faulty-form": faulty}


@pytest.mark.slow
def test_every_page_of_editor_and_account_is_valid_html(check, sessions, sign_in_as):
    client = sign_in_as("owner")
    token = form_token(client)
    named = {"form_token": token, "title": "Borrow a bike", "locale": "en", "id": "borrow"}
    client.post("/edit/new", data=named)
    client.post("/edit/notices", data={"form_token": token, "kind": "info", "title-en": "Slow"})
    addresses = ["text/en/borrow", "history/en/borrow", "new", "translations", "record", "notices"]
    pages = {
        f"page-{number}-{tag}": client.get(f"/edit/{address}?lang={tag}").text
        for number, address in enumerate(addresses)
        for tag in ("en", "zh-Hant")
    }
    for address in ("/account/notifications", "/sign-in"):
        pages[address.replace("/", "-")] = client.get(address).text
    assert check(pages | account_pages(client, sessions) | {"list": client.get("/edit").text}) == []


def account_pages(client, sessions):
    """One's account in each state of the authenticator app, tokens, and the door to all this."""
    names = ["account", "account/second-factor", "account/tokens", "account/grants"]
    names += ["sign-in/forgotten", "sign-in/forgotten?sent=1"]
    found = {name: client.get(f"/{name}").text for name in names}
    token = form_token(client)
    wish = {"form_token": token, "name": "Bot", "scope": "articles:read", "days": "7"}
    found["made"] = client.post("/account/tokens", data=wish).text
    found["refused"] = client.post("/account/tokens", data=wish | {"days": ""}).text
    client_key = signing_key(client.application.extensions["kotae"].settings)
    with sessions() as session:
        user = find_user(session, "owner@example.com")
        begin_enrolment(session, user, secret=client_key, now=utc_now())
        found["begun"] = client.get("/account/second-factor").text
        enrolment = read_enrolment(
            session, user, secret=client_key, issuer="Help center", now=utc_now()
        )
    code = pyotp.TOTP(enrolment.secret).at(utc_now(), counter_offset=-1)
    confirming = {"form_token": token, "code": code}
    found["codes"] = client.post("/account/second-factor/confirm", data=confirming).text
    found["on"] = client.get("/account/second-factor").text
    other = client.application.test_client()
    with sessions() as session:
        user = find_user(session, "owner@example.com")
        other.set_cookie("kotae_pending", begin_pending(session, user, now=utc_now()))
    found["code"] = other.get("/sign-in/code").text
    assert [name for name, text in found.items() if "<h1>" not in text] == []
    return {f"account-{number}": text for number, text in enumerate(found.values())}


@pytest.mark.slow
def test_every_page_is_valid_html(check, pages):
    assert len(pages) > 30
    assert check(pages) == []


def test_the_checker_finds_faults(check):
    (fault, *_) = check({"bad": "<!doctype html><html lang=en><title>x</title><p><div></p>"})
    assert "error" in fault
