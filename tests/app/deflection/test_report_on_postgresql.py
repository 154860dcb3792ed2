"""The whole path on PostgreSQL: events, episodes, report, forgetting."""

import json
from datetime import timedelta

import pytest

from app.db import create_database_engine, session_factory
from app.deflection.day_sums import update_sums
from app.deflection.holdout import note_experiment
from app.deflection.participants import Holdout
from app.deflection.people import hash_address
from app.deflection.report import make_report
from app.deflection.tracking import update_episodes
from app.deflection.visitor_data import delete_visitor, export_visitor
from app.migrating import upgrade
from app.retention import forget_old_events
from app.settings import Settings
from app.ticket_outcomes import read_outcome, record_outcome
from app.tickets import NewTicket, open_ticket
from tests.app.deflection.recording import record
from tests.app.deflection.timelines import START, WINDOW

DAY = timedelta(days=1)


@pytest.fixture
def sessions(postgresql_url, tmp_path):
    settings = Settings.from_env({"KB_VAR_DIR": str(tmp_path), "KB_DATABASE_URL": postgresql_url})
    upgrade(settings)
    engine = create_database_engine(settings)
    yield session_factory(engine)
    engine.dispose()


@pytest.mark.postgresql
def test_events_become_a_report_and_then_sums(sessions):
    with sessions() as session:
        note_experiment(session, name="x", percent=20, now=START - DAY)
    for number in range(6):
        story = "0m suggest_shown, 1m result_opened:a, 3m ticket"
        record(sessions, f"v{number}", story, holdout=Holdout("x", 20))
    assert update_episodes(sessions, window=WINDOW, now=START + 9 * DAY) == 6
    assert update_episodes(sessions, window=WINDOW, now=START + 10 * DAY) == 0
    with sessions() as session:
        before = make_report(session, since=None, window=WINDOW, now=START + 10 * DAY)
        assert len(export_visitor(session, "v0")["events"]) == 2
    assert before.outcomes["failed"] == 6
    assert forget_old_events(sessions, 90, START + 95 * DAY, window=WINDOW) == 12
    with sessions() as session:
        after = make_report(session, since=None, window=WINDOW, now=START + 10 * DAY)
        assert delete_visitor(session, "v0").events == 0
    assert (after.outcomes, after.failing) == (before.outcomes, before.failing)
    assert after.effect.visitors == before.effect.visitors


@pytest.mark.postgresql
def test_links_between_sessions_and_sums_of_days_are_kept_there_too(sessions):
    for number in range(6):
        record(sessions, f"v{number}", "0m suggest_shown, 1m result_opened:a")
    ticket = {"email": "kim@example.com", "subject": "x", "body": "y", "session": "today"}
    call = {"id": "call", "outcome": "created", "reference": "R", "at": START.isoformat()}
    digest = hash_address("secret", "kim@example.com")
    with sessions() as session:
        earlier = NewTicket(**ticket, earlier_sessions=("v0", "v1"))
        open_ticket(session, earlier, secret="secret", now=START + DAY)
        for again in range(2):
            outcome = read_outcome(json.dumps(call | {"email_hash": digest}).encode())
            found = record_outcome(session, outcome, secret="secret", now=START + DAY)
            assert found == 3, again
    now = START + 10 * DAY
    update_episodes(sessions, window=WINDOW, now=now)
    with sessions() as session:
        before = make_report(session, since=None, window=WINDOW, now=now)
    # The call is the ticket of the latest session that said who they are, and counts there too.
    assert before.outcomes["failed"] == 2
    assert before.outcomes["self_served"] == 4
    assert update_sums(sessions, now) > 0
    with sessions() as session:
        assert make_report(session, since=None, window=WINDOW, now=now) == before
