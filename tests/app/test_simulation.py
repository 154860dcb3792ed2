"""A clock of the simulation's own: only with the setting, an empty database, and from near."""

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.deflection.report import make_report
from app.deflection.tracking import update_episodes
from app.indexer import Indexer
from app.models import Event, Ticket, utc_now
from app.simulation import HEADER, SimulationRefused, prepare_simulation

THEN = "2026-01-31T09:30:00+00:00"
GOOD = {"email": "kim@example.com", "subject": "Refund", "body": "Where is it?", "session": "v"}


@pytest.fixture
def simulated(settings):
    return dataclasses.replace(settings, clock="simulated")


def event():
    about = {"id": "00000000-0000-4000-8000-000000000001", "type": "solved", "at": THEN}
    return {"session": "v", "events": [about], "sent_at": THEN}


def test_a_simulations_requests_say_when_they_happen(sessions, make_client, simulated):
    prepare_simulation(sessions, simulated, "127.0.0.1")
    client = make_client(clock="simulated")
    for path, body in (("events", event()), ("tickets", GOOD)):
        answer = client.post(f"/api/v1/{path}", json=body, headers={HEADER: THEN})
        assert answer.status_code < 300
    with sessions() as session:
        assert session.scalar(select(Event.received_at)).isoformat() == THEN
        assert session.scalar(select(Event.occurred_at)).isoformat() == THEN
        assert session.scalar(select(Ticket.created_at)).isoformat() == THEN


def test_a_report_on_made_up_visitors_says_so(sessions, simulated):
    for expected in (False, True):
        with sessions() as session:
            report = make_report(session, since=None, window=timedelta(hours=72), now=utc_now())
        assert report.to_json()["simulated"] is expected
        prepare_simulation(sessions, simulated, "127.0.0.1")


@pytest.mark.parametrize(
    ("clock", "prepared", "address", "headers"),
    [
        ("real", True, "127.0.0.1", {}),
        ("simulated", False, "127.0.0.1", {}),
        ("simulated", True, "192.0.2.7", {}),
        ("simulated", True, "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
    ],
)
def test_everywhere_else_nobody_says_what_time_it_is(
    sessions, make_client, simulated, clock, prepared, address, headers
):
    if prepared:
        prepare_simulation(sessions, simulated, "127.0.0.1")
    answer = make_client(clock=clock).post(
        "/api/v1/events",
        json=event(),
        headers=headers | {HEADER: THEN},
        environ_base={"REMOTE_ADDR": address},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (403, "simulation-refused")
    with sessions() as session:
        assert session.scalars(select(Event)).all() == []


def test_a_database_with_real_tickets_is_never_simulated_upon(sessions, client, simulated):
    client.post("/api/v1/tickets", json=GOOD)
    with pytest.raises(SimulationRefused, match="real events or tickets"):
        prepare_simulation(sessions, simulated, "127.0.0.1")


@pytest.mark.parametrize(
    ("host", "change"),
    [
        ("0.0.0.0", {}),
        ("127.0.0.1", {"base_url": "https://help.example.com"}),
        ("127.0.0.1", {"allowed_origins": ("https://shop.example.com",)}),
    ],
)
def test_a_server_that_others_reach_goes_by_the_real_clock(sessions, simulated, host, change):
    with pytest.raises(SimulationRefused, match=r"127\.0\.0\.1 only"):
        prepare_simulation(sessions, dataclasses.replace(simulated, **change), host)


def test_a_real_server_needs_no_preparation_and_marks_nothing(sessions, settings):
    prepare_simulation(sessions, settings, "0.0.0.0")
    with sessions() as session:
        report = make_report(session, since=None, window=timedelta(hours=72), now=utc_now())
    assert report.is_simulated is False


def test_a_simulation_forgets_nothing_while_it_runs(sessions, simulated, index, monkeypatch):
    monkeypatch.setattr("app.indexer.bring_up_to_date", lambda *_arguments: 0)
    old = utc_now() - timedelta(days=200)
    with sessions.begin() as session:
        session.add(Event(id="1", session="v", type="solved", at=old, received_at=old))
    Indexer(simulated, sessions, index).work_once()
    with sessions() as session:
        assert len(session.scalars(select(Event)).all()) == 1
    assert update_episodes(sessions, window=timedelta(hours=72), now=utc_now()) == 1


def test_a_time_that_is_none_is_refused(sessions, make_client, simulated):
    prepare_simulation(sessions, simulated, "127.0.0.1")
    client = make_client(clock="simulated")
    answer = client.post("/api/v1/events", json=event(), headers={HEADER: "yesterday"})
    assert answer.status_code == 400
