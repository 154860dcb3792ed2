"""`kb brand`: the look in words, and as one file that needs nothing else."""

import re
from html import unescape

import pytest
from click.testing import CliRunner

from app.commands.look import brand_command
from app.db import create_database_engine, session_factory
from app.migrating import upgrade
from app.settings import Settings
from tests.help_center import small_help_center

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8z"/></svg>'


@pytest.fixture
def brand(tmp_path, monkeypatch):
    (tmp_path / "logo.svg").write_text(LOGO)
    given = {"VAR_DIR": tmp_path, "LOGO": tmp_path / "logo.svg", "SITE_NAME": "Haru & Co"}
    for name, value in given.items():
        monkeypatch.setenv(f"KB_{name}", str(value))
    monkeypatch.setenv("KB_ACCENT_COLOR", "#8a2be2")
    settings = Settings.from_env()
    upgrade(settings)
    engine = create_database_engine(settings)
    with session_factory(engine).begin() as session:
        session.add_all(small_help_center())
    engine.dispose()
    return lambda *arguments: CliRunner().invoke(brand_command, arguments)


def test_the_look_is_shown_in_both_themes_in_one_file_that_loads_nothing(brand, tmp_path):
    done = brand("--preview", str(tmp_path / "look.html"))
    assert done.exit_code == 0, done.output
    text = (tmp_path / "look.html").read_text(encoding="utf-8")
    frames = [unescape(each) for each in re.findall(r'srcdoc="([^"]*)"', text)]
    assert len(frames) == 6
    assert sum("Get a refund</h1>" in each for each in frames) == 2
    for light, dark in zip(frames[::2], frames[1::2], strict=True):
        assert "#8a2be2" in light
        assert "@media not all" in light
        assert "@media all" in dark
        assert "Haru &amp; Co" in light
        assert 'src="data:image/svg+xml;base64,' in light
        assert not re.search(r'<script|<link|src="/|prefers-color-scheme', light + dark)


def test_without_preview_no_file_and_no_database_is_needed(monkeypatch, tmp_path):
    monkeypatch.setenv("KB_VAR_DIR", str(tmp_path / "none"))
    done = CliRunner().invoke(brand_command, [])
    assert (done.exit_code, done.output.splitlines()[0]) == (0, "name      Help center")
    assert not (tmp_path / "none").exists()
