"""What was done while no server ran is told by the next one that starts, once, with two workers."""

import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.db import create_database_engine, session_factory
from app.models import EditorialAction, Letter, utc_now
from app.settings import Settings
from tests.server_fixtures import environment, kb, start_server
from tests.staff_fixtures import add_staff

pytestmark = pytest.mark.model

PATIENCE_SECONDS = 30.0


@pytest.fixture
def sessions(tmp_path, stocked_var):
    shutil.copytree(stocked_var, tmp_path / "var")
    engine = create_database_engine(Settings(var_dir=Path(tmp_path / "var")))
    yield session_factory(engine)
    engine.dispose()


def test_a_server_tells_what_was_done_before_it_started(tmp_path, sessions, mails, model_dir):
    env = environment(
        tmp_path / "var", model_dir, KB_SMTP_URL=mails.url, KB_MAIL_FROM="help@example.com"
    )
    assert kb("migrate", env=env).returncode == 0
    with sessions() as session:
        for name in ("kim", "lee"):
            add_staff(session, name, "reviewer")
        asked = {"actor": "Kim", "actor_id": "user:1", "action": "submit", "locale": "en"}
        asked |= {"article_id": "reset-password", "at": utc_now() - timedelta(minutes=5)}
        session.add(EditorialAction(**asked, detail={"note": "Please"}))
        session.commit()
    server = start_server(env, tmp_path / "log", "--no-import", "--workers", "2")
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not mails.mails and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(4)  # the other worker looks every three seconds
    finally:
        server.stop()
    [mail] = mails.mails
    assert b"To: Lee <lee@example.com>" in mail
    with sessions() as session:
        assert [letter.state for letter in session.scalars(select(Letter))] == ["delivered"]
