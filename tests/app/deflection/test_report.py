"""The report: every figure from known visitors, small groups hidden, the past kept as sums."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.deflection.day_sums import update_sums
from app.deflection.holdout import note_experiment
from app.deflection.participants import Holdout, arm_of
from app.deflection.report import make_report
from app.deflection.tracking import update_episodes
from app.models import (
    DaySums,
    DeflectionMark,
    EpisodeChange,
    EpisodeRecord,
    Event,
    Experiment,
    Participant,
    ParticipantSession,
    Ticket,
    TicketOutcome,
)
from app.retention import forget_old_events
from app.ticket_outcomes import Outcome, record_outcome
from tests.app.deflection.recording import record
from tests.app.deflection.timelines import START, WINDOW

DAY = timedelta(days=1)
LATER = START + 10 * DAY
X = Holdout("x", 20)

STORIES = {
    "confirmed": (6, "0m contact_started, 1m suggest_shown, 2m solved"),
    "assumed": (2, "0m contact_started, 1m suggest_shown, 2m contact_abandoned"),
    "failed": (7, "0m suggest_shown, 1m result_opened:bad, 2m not_helpful:bad, 3m ticket"),
    "self_served": (9, "0m suggest_shown, 1m result_opened:good, 2m helpful:good"),
    "direct": (3, "0m contact_started, 2m ticket"),
    "abandoned": (5, "0m suggest_shown:miss"),
}


@pytest.fixture
def recorded(sessions):
    for name, (count, timeline) in STORIES.items():
        for number in range(count):
            locale = "ko" if name == "self_served" else "en"
            about = {"locale": locale, "query": f"about {name}", "holdout": X}
            record(sessions, f"{name}{number}", timeline, **about)
    return sessions


def report_of(sessions, now=LATER, since=None):
    update_episodes(sessions, window=WINDOW, now=now)
    with sessions() as session:
        return make_report(session, since=since, window=WINDOW, now=now)


def test_every_outcome_is_counted_and_its_share_has_an_interval(recorded):
    report = report_of(recorded)
    assert report.outcomes == {name: n for name, (n, _) in STORIES.items()} | {"pending": 0}
    failed = report.shares["failed"]
    assert (failed.count, failed.of) == (7, 32)
    assert failed.rate.low < 7 / 32 < failed.rate.high
    claimed = report.shares["confirmed_and_assumed_of_contacts"]
    assert (claimed.count, claimed.of) == (8, 18)
    assert report.self_service_score == pytest.approx(29 / 10)
    assert report.effect is None


def test_needs_without_contact_that_a_ticket_of_another_refutes_are_not_of_the_contacts(sessions):
    record(sessions, "c", "0m contact_started, 1m suggest_shown, 2m solved")
    record(sessions, "e", "0m suggest_shown, 1m result_opened:a, 2h contact_started, 121m ticket")
    report = report_of(sessions)
    assert report.outcomes["failed"] == 1
    assert report.outcomes["direct"] == 1
    confirmed = report.shares["confirmed_of_contacts"]
    assert (confirmed.count, confirmed.of) == (1, 2)


def test_who_only_began_to_write_sought_no_help_whether_they_sent_it_or_not(sessions):
    for name, timeline in {
        "left": "0m contact_started",
        "sent": "0m contact_started, 1m ticket",
        "searched": "0m suggest_shown:miss, 4m ticket",
        "reading": "0m article_viewed:contact",
        "judged": "0m helpful:a",
    }.items():
        record(sessions, name, timeline)
    assert report_of(sessions).self_service_score == 3 / 2


def test_sums_made_by_other_definitions_are_made_anew(sessions):
    record(sessions, "left", "0m contact_started")
    record(sessions, "sent", "0m suggest_shown, 4m ticket")
    report_of(sessions)
    update_sums(sessions, LATER)
    with sessions.begin() as session:
        for day in session.scalars(select(DaySums)):
            day.sums = [["seeker", "", "", 2]]
    assert report_of(sessions).self_service_score == 2
    with sessions.begin() as session:
        session.execute(delete(DeflectionMark).where(DeflectionMark.name.like("day sums%")))
    assert update_sums(sessions, LATER) == 1
    assert report_of(sessions).self_service_score == 1
    assert update_sums(sessions, LATER) == 0


def test_articles_questions_and_languages_are_told_and_small_groups_are_not(recorded):
    shown = report_of(recorded).to_json()
    assert shown["failing_articles"] == {
        "rows": [{"article_id": "bad", "read": 7, "failed": 7, "helpful": 0, "not_helpful": 7}],
        "hidden": 0,
    }
    assert [row["article_id"] for row in shown["articles"]["rows"]] == ["good", "bad"]
    assert [(r["query"], r["visitors"]) for r in shown["queries"]["rows"]] == [
        ("about self_served", 9),
        ("about failed", 7),
        ("about confirmed", 6),
        ("about abandoned", 5),
    ]
    assert shown["queries"]["rows"][3]["unanswered"] == 5
    assert shown["queries"]["hidden"] == 1  # about assumed: two people
    assert [(r["locale"], r["episodes"]) for r in shown["languages"]["rows"]] == [
        ("en", 23),
        ("ko", 9),
    ]


def test_since_leaves_out_what_began_before(recorded):
    record(recorded, "new", "0m suggest_shown:miss", later=5 * DAY)
    report = report_of(recorded, since=START + 5 * DAY)
    assert sum(report.outcomes.values()) == report.outcomes["abandoned"] == 1
    assert report.counts.events["suggest_shown"] == 1


def test_forgetting_leaves_the_figures_as_they_were_and_names_nobody(recorded):
    with recorded() as session:
        note_experiment(session, name="x", percent=20, now=START - DAY)
    before = report_of(recorded)
    assert before.effect.visitors == arms(recorded)
    assert forget_old_events(recorded, 90, START + 95 * DAY, window=WINDOW) > 60
    with recorded() as session:
        for table in (Event, EpisodeRecord, EpisodeChange, DaySums, ParticipantSession):
            assert session.scalars(select(table)).all() == []
        after = make_report(session, since=None, window=WINDOW, now=LATER)
    assert after.outcomes == before.outcomes
    assert after.shares == before.shares
    assert after.effect.avoided == before.effect.avoided
    assert (after.articles, after.failing) == (before.articles, before.failing)
    assert after.languages == before.languages
    assert dict(after.counts.events) == dict(before.counts.events)
    assert after.queries.rows == []


@pytest.mark.parametrize("here", [True, False])
def test_a_help_desks_word_of_a_ticket_of_a_forgotten_day_changes_no_figure(sessions, here):
    def say(name, what, at, **about):
        with sessions.begin() as session:
            about = {"reference": "R", "session": "v", "at": at, "received_at": at} | about
            session.add(TicketOutcome(id=name, outcome=what, **about))

    def keep(now):
        update_episodes(sessions, window=WINDOW, now=now)
        forget_old_events(sessions, 90, now, window=WINDOW)
        with sessions() as session:
            return make_report(session, since=None, window=WINDOW, now=now).outcomes

    record(sessions, "v", "0m suggest_shown, 4m ticket" if here else "0m suggest_shown")
    record(sessions, "s", "0m ticket")
    with sessions() as session:
        mine, spam = (
            session.scalar(select(Ticket.id).where(Ticket.session == each)) for each in "vs"
        )
    say("0", "created", START + DAY / 200, ticket_id=mine)
    say("1", "spam", START + DAY, ticket_id=spam, session="s", reference=None)
    before = keep(LATER)
    assert (before["failed"], before["direct"]) == (1, 0)
    for number, what in enumerate(("reopened", "solved", "closed")):
        now = START + (95 + number) * DAY
        assert keep(now) == before
        _tell(sessions, now, what, number, mine)
        _tell(sessions, now, what, number + 5, spam)
        assert keep(now + DAY / 24) == before


def _tell(sessions, now, what, number, ticket_id):
    told = Outcome(f"late{number}", ticket_id or "", "R" if not ticket_id else "", what, now, {})
    with sessions() as session:
        record_outcome(session, told, now=now)


def arms(sessions):
    with sessions() as session:
        visitors = set(session.scalars(select(EpisodeRecord.visitor)))
    held = sum(arm_of(each, "x", 20) == "control" for each in visitors)
    return {"treatment": len(visitors) - held, "control": held}


def test_forgetting_day_by_day_counts_nobody_twice(sessions):
    for number in range(6):
        record(
            sessions,
            f"v{number}",
            "0m suggest_shown:miss, 20h suggest_shown, 30h suggest_shown",
            holdout=X,
        )
    with sessions() as session:
        note_experiment(session, name="x", percent=20, now=START - DAY)
    before = report_of(sessions)
    assert before.outcomes["abandoned"] == 18
    assert sum(before.effect.visitors.values()) == 6
    for day in range(89, 95):
        forget_old_events(sessions, 90, START + day * DAY, window=WINDOW)
        with sessions() as session:
            now = make_report(session, since=None, window=WINDOW, now=LATER)
        assert now.outcomes == before.outcomes
        assert now.effect.visitors == before.effect.visitors


def test_an_empty_house_reports_nothing_and_does_not_fail(sessions):
    shown = report_of(sessions).to_json()
    assert shown["shares"]["confirmed"] == {"count": 0, "of": 0, "rate": None}
    assert shown["self_service_score"] is None


def test_who_is_deleted_is_in_no_figure(recorded):
    report_of(recorded)
    with recorded.begin() as session:
        session.execute(delete(Ticket))
        session.execute(delete(Event).where(Event.session.like("failed%")))
        session.execute(delete(EpisodeRecord).where(EpisodeRecord.visitor.like("failed%")))
    assert report_of(recorded).outcomes["failed"] == 0


def test_sums_of_days_change_no_figure_and_follow_what_changes(recorded):
    record(recorded, "old", "0m suggest_shown, 1m result_opened:a", later=-3 * DAY)
    record(recorded, "two days", "0m suggest_shown:miss, 15h suggest_shown:miss, 30h suggest_shown")
    counted = report_of(recorded)
    assert update_sums(recorded, LATER) == 5
    assert update_sums(recorded, LATER) == 0
    with recorded() as session:
        # Nothing is counted again: without the episodes the sums still say the same.
        session.execute(delete(EpisodeRecord))
        session.execute(delete(Event))
        session.add(Event(id="1", session="s", type="solved", at=LATER, received_at=LATER))
        session.add(
            Event(id="0", session="s", type="solved", at=LATER, received_at=START - 3 * DAY)
        )
        summed = make_report(session, since=None, window=WINDOW, now=LATER)
        session.rollback()
    assert summed.outcomes == counted.outcomes
    assert (summed.queries, summed.articles) == (counted.queries, counted.articles)
    record(recorded, "old", "60h ticket", later=-3 * DAY)
    with recorded.begin() as session:
        session.execute(delete(DeflectionMark))
    changed = report_of(recorded)
    assert changed.outcomes["failed"] == counted.outcomes["failed"] + 1
    assert update_sums(recorded, LATER) > 0
    assert report_of(recorded) == changed


def test_since_the_middle_of_a_day_counts_the_rest_of_it(recorded):
    record(recorded, "evening", "9h suggest_shown:miss")
    report_of(recorded)
    update_sums(recorded, LATER)
    report = report_of(recorded, since=START + 5 * DAY / 24)
    assert sum(report.outcomes.values()) == 1


def test_when_an_experiment_is_over_its_visitors_become_sums(recorded):
    with recorded() as session:
        note_experiment(session, name="x", percent=20, now=START - DAY)
    before = report_of(recorded)
    with recorded() as session:
        note_experiment(session, name="x", percent=0, now=LATER)
    forget_old_events(recorded, 90, LATER + 89 * DAY, window=WINDOW)
    with recorded() as session:
        assert len(session.scalars(select(Participant)).all()) == 32
    forget_old_events(recorded, 90, LATER + 91 * DAY, window=WINDOW)
    with recorded() as session:
        assert session.scalars(select(Participant)).all() == []
        assert len(session.scalars(select(Experiment)).all()) == 1
        after = make_report(session, since=None, window=WINDOW, now=LATER + 91 * DAY)
    assert after.effect.visitors == before.effect.visitors
    assert after.effect.avoided == before.effect.avoided
    assert after.effect.tickets_per_episode == before.effect.tickets_per_episode


def test_a_participant_who_comes_back_when_the_past_is_forgotten_is_not_counted_anew(sessions):
    with sessions() as session:
        note_experiment(session, name="x", percent=20, now=START - DAY)
    for number in range(2):
        later = number * 95 * DAY
        record(
            sessions, f"s{number}", "0m suggest_shown, 1h ticket", later=later, holdout=X, name="v"
        )
        now = START + later + 10 * DAY
        report_of(sessions, now=now)
        forget_old_events(sessions, 90, now, window=WINDOW)
        effect = report_of(sessions, now=now).effect
        assert sum(effect.visitors.values()) == sum(effect.with_ticket.values()) == 1


def test_what_began_lately_is_in_no_share_tickets_come_before_their_absence_is_known(recorded):
    soon = START + timedelta(hours=10)
    early, late = report_of(recorded, now=soon), report_of(recorded)
    assert early.outcomes["failed"] == late.outcomes["failed"] == STORIES["failed"][0]
    assert early.shares["failed"].of == 0
    assert late.shares["failed"].of == sum(n for n, _ in STORIES.values())
