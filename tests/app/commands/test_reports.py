"""`kb report deflection` as it is printed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from app.cli import main
from app.db import create_database_engine, session_factory
from app.deflection.holdout import note_experiment
from app.deflection.participants import Holdout
from app.migrating import upgrade
from app.models import utc_now
from app.settings import Settings
from tests.app.deflection.recording import record
from tests.app.deflection.timelines import START

FAILED = "0m suggest_shown, 1m result_opened:bad, 3m ticket"


@pytest.fixture
def report(tmp_path, monkeypatch):
    monkeypatch.setenv("KB_VAR_DIR", str(tmp_path))
    settings = Settings.from_env()
    upgrade(settings)
    engine = create_database_engine(settings)
    sessions = session_factory(engine)
    with sessions() as session:
        note_experiment(session, name="spring", percent=20, now=START - timedelta(days=1))
    for number in range(40):
        story = FAILED if number % 4 == 0 else "0m suggest_shown, 1m solved"
        record(sessions, f"v{number}", story, holdout=Holdout("spring", 20))
    engine.dispose()

    def report(*arguments):
        done = CliRunner().invoke(main, ["report", "deflection", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    return report


def test_it_prints_outcomes_the_effect_and_where_help_fails(report):
    shown = report()
    assert "failed                     10  25.00% [14.19%, 40.19%]" in shown
    assert "holdout 'spring', 20 % of visitors" in shown
    assert "tickets avoided" in shown
    assert "articles that failed" in shown
    assert "bad" in shown


def test_tickets_are_told_for_each_visitor_and_episode_beside_what_others_would_claim(report):
    shown = report("--find", "50")
    for line in ("tickets per visitor", "tickets per episode", "to find a fall by 50%"):
        assert f"\n{line}" in shown
    claims = shown.partition("tickets avoided, as others count them and as measured\n")[2]
    names = [line[:20].strip() for line in claims.splitlines()[:4]]
    assert names == [
        "confirmed",
        "confirmed + assumed",
        "self-service score",
        "holdout: reduction",
    ]
    assert "4.00 for each sender of a ticket" in claims


def test_json_has_the_same(report):
    shown = json.loads(report("--json"))
    assert shown["episodes"]["failed"] == 10
    assert shown["holdout"]["name"] == "spring"
    assert sum(shown["holdout"]["visitors"].values()) == 40
    assert shown["claims"]["measured_reduction"] == shown["holdout"]["reduction_always"]
    assert set(shown["holdout"]["per_episode"]) == {
        "treatment",
        "control",
        "difference",
        "reduction",
    }
    assert shown["simulated"] is False
    assert shown["failing_articles"]["rows"][0]["article_id"] == "bad"


def test_since_is_a_day_of_utc(report):
    tomorrow = (utc_now() + timedelta(days=1)).astimezone(UTC)
    shown = json.loads(report("--json", "--since", f"{tomorrow:%Y-%m-%d}"))
    assert shown["since"] == datetime.combine(tomorrow, datetime.min.time(), UTC).isoformat()
    assert sum(shown["episodes"].values()) == 0


@pytest.mark.parametrize("sheet", ["overview", "articles", "questions", "worth"])
def test_the_figures_of_the_pages_are_printed_too(report, sheet):
    arguments = ["report", "insights", sheet, "--from", "2026-03-01", "--to", "2026-03-10"]
    plain = CliRunner().invoke(main, arguments)
    assert plain.exit_code == 0, plain.output
    found = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)
    assert found["id"] == sheet
    assert found["selection"] == {"from": "2026-03-01", "to": "2026-03-10"}
    if sheet == "overview":
        values = {figure["id"]: figure for figure in found["figures"]}
        assert (values["failed"]["count"], values["failed"]["of"]) == (10, 40)
        assert "10 of 40" in plain.output
