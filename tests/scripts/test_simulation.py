"""`scripts/simulate_visitors`, small: made-up visitors, the real API, a truth the report holds."""

import dataclasses
import importlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.deflection.holdout import note_experiment
from app.deflection.report import make_report
from app.deflection.tracking import update_episodes
from app.simulation import HEADER, prepare_simulation

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = timedelta(days=40)
WINDOW = timedelta(hours=72)
QUESTIONS = [("refund", "en"), ("card", "en"), ("환불", "ko")]


@pytest.fixture
def simulation(monkeypatch):
    """simulation("population") -> that module of scripts/simulation."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return lambda name: importlib.import_module(f"simulation.{name}")


@pytest.fixture
def plan(simulation):
    population = simulation("population")
    return population.Plan(300, START, START + DAYS, rate=0.4, effect=0.6, seed=5)


@pytest.fixture
def simulated(simulation, plan, sessions, settings, make_client):
    """The truths of the plan's visitors, all of whom have gone through the API."""
    simulated = dataclasses.replace(settings, clock="simulated")
    prepare_simulation(sessions, simulated, "127.0.0.1")
    with sessions() as session:
        note_experiment(session, name="trial", percent=40, now=START)
    rates = {f"rate_{name}": "1000000/minute" for name in ("suggest", "events", "tickets")}
    client = make_client(clock="simulated", holdout_percent=40, holdout_name="trial", **rates)

    def send(method, path, body, at):
        answer = client.open(path, method=method, json=body, headers={HEADER: at.isoformat()})
        assert answer.status_code < 300, answer.data
        return answer.get_json()

    population, behaviour = simulation("population"), simulation("behaviour")
    return [
        behaviour.visit(send, visitor, effect=plan.effect, window=WINDOW)
        for visitor in population.draw_visitors(plan, QUESTIONS)
    ]


def test_the_report_holds_the_truth_and_says_that_it_was_made_up(
    simulation, plan, simulated, sessions
):
    now = plan.end + timedelta(days=30)
    update_episodes(sessions, window=WINDOW, now=now)
    with sessions() as session:
        report = make_report(session, since=None, window=WINDOW, now=now)
    number, without, with_suggestions = simulation("behaviour").true_effect(simulated, now)
    truth, effect = without - with_suggestions, report.effect
    assert number == sum(effect.visitors.values()) == plan.visitors
    assert sum(effect.with_ticket.values()) == sum(each.sent for each in simulated)
    assert truth > 0.1
    # Suggestions make nobody write who would not have written without them.
    assert not any(each.with_suggestions and not each.without for each in simulated)
    for interval in (effect.avoided, effect.avoided_always()):
        assert interval.low <= truth <= interval.high
    assert effect.avoided.low > 0
    assert effect.reduction.low <= truth / without <= effect.reduction.high
    assert not effect.suspicious
    assert report.is_simulated


def test_the_same_seed_draws_the_same_visitors_and_none_comes_too_late(simulation, plan):
    draw = simulation("population").draw_visitors
    visitors = list(draw(plan, QUESTIONS))
    assert visitors == list(draw(plan, QUESTIONS))
    moments = [need.at for visitor in visitors for need in visitor.needs]
    assert min(moments) >= START
    assert max(moments) <= plan.end
    assert len({visitor.name for visitor in visitors}) == plan.visitors


def test_where_nobody_came_there_is_no_truth(simulation):
    assert simulation("behaviour").true_effect([], START) == (0, 0.0, 0.0)


def test_a_folder_that_exists_is_left_alone(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "simulate_visitors"), "--var", str(tmp_path)],
        capture_output=True,
        text=True,
        env=os.environ | {"KB_VAR_DIR": str(tmp_path)},
    )
    assert done.returncode == 1
    assert done.stderr == f"simulate_visitors: {tmp_path} exists; delete it or name another --var\n"
    assert list(tmp_path.iterdir()) == []
