"""A visitor sees what is kept of them, and has it deleted."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.deflection.day_sums import update_sums
from app.deflection.report import make_report
from app.deflection.tracking import update_episodes
from app.models import (
    EpisodeChange,
    EpisodeRecord,
    Event,
    Participant,
    ParticipantSession,
    PersonSession,
    Ticket,
    TicketSession,
    utc_now,
)
from tests.app.deflection.timelines import WINDOW

ME, OTHER = str(uuid.uuid4()), str(uuid.uuid4())


@pytest.fixture
def visited(sessions, client):
    for session in (ME, OTHER):
        event = {"id": str(uuid.uuid4()), "type": "solved", "at": utc_now().isoformat()}
        client.post("/api/v1/events", json={"session": session, "events": [event]})
        ticket = {"session": session, "email": "a@b.cd", "subject": "x", "body": "y"}
        client.post("/api/v1/tickets", json=ticket)
    update_episodes(sessions, window=WINDOW, now=utc_now())
    return sessions


def test_everything_kept_is_shown(visited, client):
    shown = client.post("/api/v1/visitor/export", json={"session": ME}).get_json()
    assert [event["type"] for event in shown["events"]] == ["solved"]
    assert [episode["outcome"] for episode in shown["episodes"]] == ["failed"]
    (ticket,) = shown["tickets"]
    with visited() as session:
        assert session.get(Ticket, ticket["ticket"]).session == ME
    assert ticket["link"] == "sent"


def test_everything_kept_is_deleted_and_nothing_of_others(visited, client):
    answer = client.post("/api/v1/visitor/delete", json={"session": ME})
    assert answer.get_json() == {"events": 1, "episodes": 1}
    with visited() as session:
        assert session.scalars(select(Event.session)).all() == [OTHER]
        kept = session.scalars(select(EpisodeRecord)).all()
        assert [each.visitor for each in kept] == [OTHER]
        assert set(session.scalars(select(EpisodeChange.episode_id))) == {kept[0].id}
        assert sorted(map(str, session.scalars(select(Ticket.session)))) == sorted(["None", OTHER])
    assert client.post("/api/v1/visitor/export", json={"session": ME}).get_json() == {
        "events": [],
        "episodes": [],
        "experiments": [],
        "tickets": [],
        "people": [],
    }


def test_who_is_deleted_leaves_the_experiment_and_every_sum(sessions, make_client):
    client = make_client(holdout_percent=20)
    for session, name in ((ME, "my random name for it"), (OTHER, "the other one's name")):
        event = {"id": str(uuid.uuid4()), "type": "solved", "at": utc_now().isoformat()}
        body = {"session": session, "events": [event], "visitor": name}
        client.post("/api/v1/events", json=body)
        ticket = {"session": session, "email": "a@b.cd", "subject": "x", "body": "y"}
        client.post("/api/v1/tickets", json=ticket | {"earlier_sessions": [session]})
    now = utc_now()
    update_episodes(sessions, window=WINDOW, now=now)
    update_sums(sessions, now + timedelta(days=2))
    shown = client.post("/api/v1/visitor/export", json={"session": ME}).get_json()
    assert [each["link"] for each in shown["tickets"]] == ["sent", "later"]
    (part,) = shown["experiments"]
    assert (part["name"], part["episodes"], part["tickets"]) == ("first/20", 1, 1)
    client.post("/api/v1/visitor/delete", json={"session": ME})
    with sessions() as session:
        for table in (ParticipantSession, TicketSession, PersonSession):
            assert set(session.scalars(select(table.session))) == {OTHER}
        assert len(session.scalars(select(Participant)).all()) == 1
        report = make_report(session, since=None, window=WINDOW, now=now)
    assert sum(report.outcomes.values()) == 1


@pytest.mark.parametrize("action", ["export", "delete"])
def test_a_name_that_could_be_guessed_is_refused(client, action):
    answer = client.post(f"/api/v1/visitor/{action}", json={"session": "s1"})
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["code"] == "too-short"


@pytest.mark.parametrize("action", ["export", "delete"])
def test_another_sites_page_may_not_ask(client, action):
    headers = {"Origin": "https://evil.example"}
    answer = client.post(f"/api/v1/visitor/{action}", json={"session": ME}, headers=headers)
    assert answer.status_code == 403
