"""Stored episodes follow what is recorded, late tickets included, and keep their history."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.deflection import tracking
from app.deflection.participants import Holdout, join
from app.deflection.people import link_ticket
from app.deflection.tracking import update_episodes
from app.models import (
    DeflectionMark,
    EpisodeChange,
    EpisodeRecord,
    Event,
    Participant,
    Ticket,
    TicketOutcome,
    utc_now,
)
from tests.app.deflection.timelines import START, WINDOW, read_timeline

HOUR = timedelta(hours=1)


@pytest.fixture
def record(sessions):
    """Stores a visitor's timeline: tickets as tickets, the rest as events."""

    def record(visitor, timeline):
        with sessions.begin() as session:
            for moment in read_timeline(timeline):
                session.add(_row(visitor, moment))

    return record


def _row(visitor, moment):
    name = f"{visitor}-{moment.id}"
    if moment.kind == "ticket":
        return Ticket(id=name, session=visitor, email="a@b", body="x", created_at=moment.at)
    return Event(
        id=name,
        session=visitor,
        type=moment.kind,
        at=moment.at - timedelta(days=300),  # the visitor's clock does not matter
        received_at=moment.at,
        occurred_at=moment.at,
        article_id=moment.article_id,
        value=moment.value,
    )


@pytest.fixture
def opened_elsewhere(sessions):
    """Stores a help desk's word of a ticket opened by mail or phone."""

    def opened(visitor, *, at, told):
        with sessions.begin() as session:
            session.add(
                TicketOutcome(
                    id="away", session=visitor, outcome="created", at=at, received_at=told
                )
            )

    return opened


@pytest.fixture
def follow(sessions):
    def follow(now=START + 30 * 24 * HOUR):
        return update_episodes(sessions, window=WINDOW, now=now)

    return follow


@pytest.fixture
def stored(sessions):
    def stored():
        with sessions() as session:
            rows = session.scalars(select(EpisodeRecord).order_by(EpisodeRecord.started_at))
            return [(row.visitor, row.outcome) for row in rows]

    return stored


@pytest.fixture
def history(sessions):
    def history():
        with sessions() as session:
            return list(session.scalars(select(EpisodeChange.outcome).order_by(EpisodeChange.id)))

    return history


def test_a_late_ticket_changes_the_outcome_and_history_is_kept(
    record, opened_elsewhere, follow, stored, history
):
    record("v", "0m contact_started, 1m suggest_shown, 2m solved")
    follow(START + HOUR)
    follow(START + 80 * HOUR)
    assert stored() == [("v", "confirmed")]
    opened_elsewhere("v", at=START + 40 * HOUR, told=START + 90 * HOUR)
    follow(START + 91 * HOUR)
    assert stored() == [("v", "failed")]
    follow(START + 92 * HOUR)
    assert history() == ["pending", "confirmed", "failed"]


def test_only_visitors_of_whom_there_is_news_are_looked_at(record, follow, history):
    record("old", "0m suggest_shown, 1m result_opened:a")
    follow(START + 8 * 24 * HOUR)
    record("new", "9d suggest_shown")
    assert follow(START + 9 * 24 * HOUR + HOUR) == 1
    before = history()
    record("newer", "10d ticket")
    assert follow(START + 10 * 24 * HOUR + HOUR) == 1
    assert history() == [*before, "direct"]
    # No news, but a window that has closed.
    assert follow(START + 11 * 24 * HOUR) == 0
    assert follow(START + 12 * 24 * HOUR) == 1


def test_following_again_from_the_beginning_changes_nothing(
    sessions, record, follow, stored, history
):
    for visitor in "abc":
        record(visitor, "0m suggest_shown, 1m result_opened:a, 3h ticket, 9d suggest_shown")
    follow()
    before = stored(), history()
    with sessions.begin() as session:
        session.query(tracking.DeflectionMark).delete()
    assert follow() == 3
    assert (stored(), history()) == before


def test_an_episode_that_a_late_event_makes_part_of_another_is_withdrawn(
    record, follow, stored, history
):
    record("v", "20m suggest_shown")
    follow(START + 21 * HOUR / 60)
    record("v", "0m contact_started")
    follow(START + 22 * HOUR / 60)
    assert stored() == [("v", "pending")]
    assert history() == ["pending", "withdrawn", "pending"]


def test_a_vote_without_a_visit_makes_no_episode(record, follow, stored):
    record("", "0m helpful:a, 1m ticket")
    follow()
    assert stored() == []


@pytest.mark.parametrize(("said", "outcome"), [("spam", "self_served"), ("solved", "failed")])
def test_a_ticket_that_was_spam_is_none(sessions, record, follow, stored, said, outcome):
    record("v", "0m suggest_shown, 1m result_opened:a, 3h ticket")
    follow(START + 4 * HOUR)
    with sessions.begin() as session:
        session.add_all(
            TicketOutcome(
                id=name,
                ticket_id="v-2-ticket",
                session="v",
                outcome=what,
                at=START,
                received_at=START + hours * HOUR,
            )
            for name, what, hours in (("1", "created", 4), ("2", said, 5))
        )
    follow()
    assert stored() == [("v", outcome)]


@pytest.mark.parametrize("number", [None, "v-2-ticket"])
def test_a_ticket_that_was_spam_is_none_whatever_the_browser_said_of_it(
    sessions, record, follow, number
):
    """The widget's own word of it, with the ticket's number or without."""
    record("v", "0m suggest_shown, 1m result_opened:a, 3h ticket")
    at = START + 3 * HOUR
    with sessions.begin() as session:
        said = {"id": "told", "session": "v", "type": "ticket_submitted", "at": at}
        value = {"ticket_id": number} if number else None
        session.add(Event(**said, received_at=at, occurred_at=at, value=value))
        about = {"ticket_id": "v-2-ticket", "outcome": "spam", "at": at, "received_at": at}
        session.add(TicketOutcome(id="1", session="v", **about))
        join(session, Holdout("x", 20), "name", "v", START)
    follow()
    with sessions() as session:
        (episode,) = session.scalars(select(EpisodeRecord))
        (participant,) = session.scalars(select(Participant))
    assert (episode.outcome, episode.tickets) == ("self_served", 0)
    assert participant.tickets == 0


def test_many_visitors_are_followed_in_parts(record, follow, stored, monkeypatch):
    monkeypatch.setattr(tracking, "_AT_ONCE", 2)
    for number in range(5):
        record(f"v{number}", "0m suggest_shown, 1m result_opened:a, 3h ticket")
    assert follow() == 5
    assert [outcome for _, outcome in stored()] == ["failed"] * 5


def test_events_of_before_there_was_a_settled_time_count_by_arrival(sessions, follow, stored):
    with sessions.begin() as session:
        session.add(Event(id="1", session="v", type="solved", at=utc_now(), received_at=START))
    follow()
    assert stored() == [("v", "self_served")]


EARLIER, TODAY = "yesterday", "today"
DAYS = {
    EARLIER: "0m contact_started, 1m suggest_shown, 9m result_opened:a, 55m suggest_shown:miss",
    TODAY: "20h suggest_shown, 21h contact_started, 22h ticket, 26h suggest_shown, 60h ticket",
}


@pytest.mark.parametrize("seed", range(12))
def test_in_whatever_order_news_arrives_the_end_is_as_if_all_had_been_there(sessions, seed):
    """Events, tickets, their links to earlier sessions and the experiment's names, late or not."""
    chance = random.Random(seed)
    news = [
        *((visit, moment) for visit, story in DAYS.items() for moment in read_timeline(story)),
        *((visit, "join") for visit in DAYS),
        (EARLIER, "link"),
    ]
    chance.shuffle(news)
    now = START + 100 * HOUR
    for step, (visit, what) in enumerate(news):
        _arrive(sessions, visit, what, now + step * HOUR)
        if chance.random() < 0.5:
            update_episodes(sessions, window=WINDOW, now=now + step * HOUR)
    end = now + 400 * HOUR
    update_episodes(sessions, window=WINDOW, now=end)
    piecemeal = _everything(sessions)
    with sessions.begin() as session:
        for table in (DeflectionMark, EpisodeRecord, EpisodeChange):
            session.execute(delete(table))
    update_episodes(sessions, window=WINDOW, now=end)
    assert _everything(sessions) == piecemeal
    outcomes = [row[1] for row in piecemeal[0] if row[0] == EARLIER]
    assert outcomes == ["failed", "failed"]
    assert [row[2:] for row in piecemeal[1]] == [(5, 2)]


def _arrive(sessions, visit, what, at):
    holdout = Holdout("x", 20)
    with sessions.begin() as session:
        if what == "join":
            join(session, holdout, "one person's name", visit, START)
            # A name comes with an event, never alone; this one lies in no episode.
            last = START + 24 * 9 * HOUR
            about = {"at": last, "received_at": at, "occurred_at": last}
            session.add(Event(id=f"{visit}-j", session=visit, type="effort_rated", **about))
        elif what == "link":
            link_ticket(session, f"{TODAY}-2-ticket", [visit], at=START + 22 * HOUR, now=at)
        else:
            session.add(_late(visit, what, at))


def _late(visit, moment, at):
    if moment.kind != "ticket":
        row = _row(visit, moment)
        row.received_at = at
        return row
    # A ticket made here is known at once; one opened elsewhere is told of later.
    return TicketOutcome(
        id=f"{visit}-{moment.id}", session=visit, outcome="created", at=moment.at, received_at=at
    )


def _everything(sessions):
    with sessions() as session:
        episodes = session.scalars(select(EpisodeRecord).order_by(EpisodeRecord.started_at))
        participants = session.scalars(select(Participant).order_by(Participant.visitor))
        return (
            [(e.visitor, e.outcome, e.id, e.tickets, str(e.evidence)) for e in episodes],
            [(p.arm, p.enrolled_at, p.episodes, p.tickets) for p in participants],
        )
