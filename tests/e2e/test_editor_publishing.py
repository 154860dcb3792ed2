"""From the editor's button to the customer's search, through a real server with two workers."""

import json
import re
import shutil
import time
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.accounts.sessions import open_session
from app.db import create_database_engine, session_factory
from app.models import utc_now
from app.settings import Settings
from tests.server_fixtures import environment, start_server
from tests.staff_fixtures import add_staff

pytestmark = pytest.mark.model

PATIENCE_SECONDS = 20.0
PLACE = "/edit/text/en/city/borrow-a-zwerfbike"


@pytest.fixture
def server(tmp_path, stocked_var, model_dir):
    shutil.copytree(stocked_var, tmp_path / "var")
    rates = {"KB_RATE_SUGGEST": "100000/minute", "KB_RATE_SEARCH": "100000/minute"}
    env = environment(tmp_path / "var", model_dir, **rates)
    server = start_server(env, tmp_path / "log", "--no-import", "--workers", "2")
    yield server
    server.stop()


@pytest.fixture
def send(server):
    """Opens pages, and sends forms, as a publisher; returns what the last page says."""
    engine = create_database_engine(Settings(var_dir=Path(server.env["KB_VAR_DIR"])))
    with session_factory(engine)() as session:
        user = add_staff(session, "kim", "publisher")
        cookie = open_session(session, user, now=utc_now())
    engine.dispose()

    def send(path, **values):
        data = urllib.parse.urlencode(values).encode() if values else None
        request = urllib.request.Request(server.url + path, data)
        request.add_header("Cookie", f"kotae_staff={cookie}")
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read().decode()

    return send


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def settle(server, path, wanted, **query):
    """Ask until forty answers in a row are as wanted: either worker gives some. In seconds."""
    start = time.monotonic()
    while True:
        answers = [json.dumps(server.get(path, **query)["items"][:1]) for _ in range(40)]
        if all(("zwerfbike" in answer) == wanted for answer in answers):
            return time.monotonic() - start
        assert time.monotonic() - start < PATIENCE_SECONDS, answers[0]


def test_what_is_published_in_the_editor_is_found_and_what_is_taken_away_is_not(server, send):
    token = hidden(send("/edit/new"), "form_token")
    asked = {"q": "where can i borrow a zwerfbike", "locale": "en"}
    named = {"title": "Borrow a zwerfbike", "locale": "en", "id": "city/borrow-a-zwerfbike"}
    page = send("/edit/new", form_token=token, **named)
    text = {"title": "Borrow a zwerfbike", "body": "Scan the code on the zwerfbike and ride."}
    page = send(PLACE, form_token=token, base=hidden(page, "base"), do="save", **text)
    settle(server, "/api/v1/search", False, **asked)
    soon = (datetime.now(UTC) + timedelta(seconds=3)).strftime("%Y-%m-%dT%H:%M:%S")
    step = PLACE.replace("text", "step", 1)
    planned = {"do": "schedule", "base": hidden(page, "base"), "publish_at": soon}
    assert "Planned" in send(step, form_token=token, **planned)
    settle(server, "/api/v1/search", False, **asked)
    settle(server, "/api/v1/search", True, **asked)
    page = send(PLACE)
    send(step, form_token=token, base=hidden(page, "base"), do="unpublish")
    settle(server, "/api/v1/search", False, **asked)
    page = send(PLACE)
    send(step, form_token=token, base=hidden(page, "base"), do="publish")
    for path in ("/api/v1/search", "/api/v1/suggest"):
        print(f"{path} after {settle(server, path, True, **asked):.2f} s")
    page = send(PLACE)
    assert "Place 1" in page
    send(step, form_token=token, base=hidden(page, "base"), do="delete")
    for path in ("/api/v1/search", "/api/v1/suggest"):
        print(f"{path} gone after {settle(server, path, False, **asked):.2f} s")
