"""The holdout: who is in it, what they are shown, and what comes of it."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.deflection.holdout import (
    CONTROL,
    TREATMENT,
    VisitorResult,
    arm_of,
    last_experiment,
    measure_effect,
    note_experiment,
    visitor_results,
)
from app.models import EpisodeRecord, Event, Experiment
from tests.app.deflection.timelines import START, WINDOW

DAY = timedelta(days=1)
EXPERIMENT = Experiment(id=1, name="first", percent=10, started_at=START)
SUGGEST = "/api/v1/suggest?q=refund&locale=en&session="


def visitor_in(arm, name="first", percent=20):
    names = (str(number) for number in range(1000))
    return next(each for each in names if arm_of(each, name, percent) == arm)


def test_as_many_are_held_out_as_was_asked_for():
    visitors = [str(uuid.UUID(int=number)) for number in range(20_000)]
    for percent in (5, 20):
        held = sum(arm_of(each, "x", percent) == CONTROL for each in visitors)
        assert held / 20_000 == pytest.approx(percent / 100, abs=0.006)
    assert {arm_of(each, "x", 0) for each in visitors[:100]} == {TREATMENT}


def test_another_experiment_draws_other_visitors_and_the_same_one_the_same():
    visitors = [str(number) for number in range(5_000)]
    first, again, second = (
        {each for each in visitors if arm_of(each, name, 20) == CONTROL}
        for name in ("one", "one", "two")
    )
    assert first == again
    assert len(first & second) / len(first) == pytest.approx(0.2, abs=0.05)


def test_raising_the_share_keeps_who_was_held_out():
    visitors = [str(number) for number in range(2_000)]
    few, more = (
        {each for each in visitors if arm_of(each, "x", percent) == CONTROL} for percent in (5, 20)
    )
    assert few < more


def test_the_control_group_sees_no_suggestions_but_finds_and_writes_as_others(
    sessions, make_client
):
    client = make_client(holdout_percent=20)
    shown = client.get(SUGGEST + visitor_in(TREATMENT)).get_json()
    held = client.get(SUGGEST + visitor_in(CONTROL)).get_json()
    assert shown["items"]
    assert (held["items"], held["held_back"], held["no_answer"]) == ([], True, False)
    assert shown["held_back"] is False
    found = client.get(f"/api/v1/search?q=refund&session={visitor_in(CONTROL)}").get_json()
    assert found["items"]
    assert held["contact_url"] == shown["contact_url"]


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_who_asks_not_to_be_tracked_is_in_no_experiment(sessions, make_client, header):
    client = make_client(holdout_percent=20)
    answer = client.get(SUGGEST + visitor_in(CONTROL), headers={header: "1"}).get_json()
    assert answer["items"]


def test_without_a_session_or_an_experiment_nothing_is_held_back(sessions, make_client):
    assert make_client(holdout_percent=20).get(SUGGEST).get_json()["items"]
    assert make_client().get(SUGGEST + visitor_in(CONTROL)).get_json()["items"]


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_nothing_is_kept_of_who_asks_not_to_be_tracked(sessions, client, header):
    event = {"id": str(uuid.uuid4()), "type": "solved", "at": "2026-01-31T09:30:00Z"}
    body = {"session": "s", "events": [event]}
    answer = client.post("/api/v1/events", json=body, headers={header: "1"})
    assert (answer.status_code, answer.get_json()) == (202, {"accepted": 0})
    ticket = {"session": "s", "email": "a@b.cd", "subject": "x", "body": "y"}
    client.post("/api/v1/tickets", json=ticket, headers={header: "1"})
    with sessions() as session:
        assert session.scalars(select(Event)).all() == []
        from app.models import Ticket

        assert session.scalars(select(Ticket.session)).all() == [None]


def test_a_change_of_share_or_name_begins_another_experiment(sessions):
    steps = [("a", 10), ("a", 10), ("a", 20), ("b", 20), ("b", 0), ("b", 0)]
    for day, (name, percent) in enumerate(steps):
        with sessions() as session:
            note_experiment(session, name=name, percent=percent, now=START + day * DAY)
    with sessions() as session:
        found = session.scalars(select(Experiment).order_by(Experiment.id)).all()
        assert [(e.name, e.percent, e.started_at, e.ended_at) for e in found] == [
            ("a", 10, START, START + 2 * DAY),
            ("a", 20, START + 2 * DAY, START + 3 * DAY),
            ("b", 20, START + 3 * DAY, START + 4 * DAY),
        ]
        assert last_experiment(session).name == "b"


def episode(visitor, hours, ticket_hours=None):
    at = START + timedelta(hours=hours)
    ticket = START + timedelta(hours=ticket_hours) if ticket_hours is not None else None
    return EpisodeRecord(
        id=uuid.uuid4().hex,
        visitor=visitor,
        started_at=at,
        ended_at=at,
        outcome="failed" if ticket else "abandoned",
        tickets=1 if ticket else 0,
        first_ticket_at=ticket,
        evidence={},
    )


def test_every_visitor_is_followed_for_the_window_and_no_longer(sessions):
    rows = {
        "before": [episode("before", -5), episode("before", 5, 6)],
        "plain": [episode("plain", 1), episode("plain", 2)],
        "ticket": [episode("ticket", 1, 2), episode("ticket", 3)],
        "late": [episode("late", 1, 74), episode("late", 90, 91)],
        "open": [episode("open", 24 * 10 - 71, 24 * 10 - 70)],
    }
    with sessions() as session:
        for each in rows.values():
            session.add_all(each)
        session.flush()
        results = visitor_results(session, EXPERIMENT, window=WINDOW, now=START + 10 * DAY)
    expected = [("late", 1, 0), ("plain", 2, 0), ("ticket", 2, 1)]
    assert results == [VisitorResult(arm_of(v, "first", 10), n, t) for v, n, t in expected]


def test_the_effect_is_the_difference_of_the_arms_as_assigned():
    results = [
        *[VisitorResult(CONTROL, 1, 1)] * 80,
        *[VisitorResult(CONTROL, 1, 0)] * 720,
        *[VisitorResult(TREATMENT, 1, 1)] * 560,
        *[VisitorResult(TREATMENT, 2, 0)] * 6640,
    ]
    effect = measure_effect(EXPERIMENT, results, window=WINDOW, now=START + 33 * DAY)
    assert effect.visitors == {TREATMENT: 7200, CONTROL: 800}
    assert effect.avoided.value == pytest.approx(0.1 - 560 / 7200)
    assert effect.avoided.low > 0
    assert effect.reduction.value == pytest.approx(1 - (560 / 7200) / 0.1)
    assert effect.days == 30
    assert effect.avoided_per_month.value == pytest.approx(0.1 * 7200 - 560)
    assert effect.tickets_per_episode.value == pytest.approx(0.1 - 560 / (560 + 2 * 6640))
    assert not effect.suspicious
    assert effect.to_json()["avoided"]["value"] == pytest.approx(0.022222, abs=1e-6)


def test_lost_events_of_one_arm_are_noticed():
    results = [VisitorResult(CONTROL, 1, 0)] * 500 + [VisitorResult(TREATMENT, 1, 0)] * 7200
    assert measure_effect(EXPERIMENT, results, window=WINDOW, now=START + 33 * DAY).suspicious


def test_an_experiment_nobody_took_part_in_claims_nothing():
    effect = measure_effect(EXPERIMENT, [], window=WINDOW, now=START)
    assert effect.avoided is None
    assert effect.to_json()["avoided_per_month"] is None
