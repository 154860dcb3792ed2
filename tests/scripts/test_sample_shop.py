"""The sample shop: a look that can be used, and notices that always hold one that is planned."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from app.db import create_database_engine, session_factory
from app.models import Notice
from app.notice_fields import read_notice
from app.notices import list_notices
from app.settings import Settings
from tests.model_fixtures import ROOT

SCRIPT = ROOT / "scripts" / "sample_shop.py"
SUNDAY = datetime(2026, 3, 1, 2, 0, tzinfo=UTC) - timedelta(hours=9)
"""02:00 in Seoul."""


@pytest.fixture
def shop(load_script):
    return vars(load_script("sample_shop.py"))


def test_its_look_can_be_used(shop):
    settings = Settings.from_env(shop["look"](ROOT))
    assert (settings.site_name, len(settings.products)) == ("Haru", 3)


@pytest.mark.parametrize("hours", [-167, -24, -1, 0, 1, 100])
def test_payments_pause_on_the_next_sunday(shop, hours):
    now = SUNDAY + timedelta(hours=hours)
    start = shop["next_pause"](now)
    assert now < start <= now + timedelta(days=7)
    assert (start - SUNDAY) % timedelta(days=7) == timedelta()


def test_a_pause_that_is_over_is_followed_by_another_and_an_ended_one_is_not(shop):
    now = SUNDAY - timedelta(days=2)
    kept = [read_notice(values, now=now) for values in shop["wanted"]([], now)]
    assert [notice.kind for notice in kept] == ["planned", "problem"]
    assert shop["wanted"](kept, now) == []
    later = SUNDAY + timedelta(hours=3)
    (again,) = shop["wanted"](kept, later)
    assert read_notice(again, now=later).starts_at == SUNDAY + timedelta(days=7)
    kept[0].ends_at = now
    assert shop["wanted"](kept, later) == []


def test_a_notice_of_somebodys_own_is_left_alone(shop):
    now = SUNDAY
    own = read_notice({"kind": "info", "texts": {"en": {"title": "Hello"}}}, now=now)
    assert shop["wanted"]([own], now) == []


def test_announced_twice_there_is_one_of_each(tmp_path):
    environ = {"PATH": os.environ["PATH"], "KB_VAR_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, SCRIPT], env=environ, check=True, timeout=60)
    engine = create_database_engine(Settings(var_dir=tmp_path))
    with session_factory(engine)() as session:
        kinds = sorted(notice.kind for notice in list_notices(session))
        assert session.query(Notice).count() == 2
    engine.dispose()
    assert kinds == ["planned", "problem"]
