"""A visitor sees what is kept of them, and has it deleted."""

import uuid

import pytest
from sqlalchemy import select

from app.deflection.tracking import update_episodes
from app.models import EpisodeChange, EpisodeRecord, Event, Ticket, utc_now
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
    }


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
