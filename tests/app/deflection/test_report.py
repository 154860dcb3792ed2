"""The report: every figure from known visitors, small groups hidden, the past kept as sums."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.deflection.holdout import CONTROL, arm_of, note_experiment
from app.deflection.report import make_report
from app.deflection.tracking import update_episodes
from app.models import EpisodeChange, EpisodeRecord, Event, Ticket
from app.retention import forget_old_events
from tests.app.deflection.recording import record
from tests.app.deflection.timelines import START, WINDOW

DAY = timedelta(days=1)
LATER = START + 10 * DAY

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
            record(sessions, f"{name}{number}", timeline, locale=locale, query=f"about {name}")
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
        for table in (Event, EpisodeRecord, EpisodeChange):
            assert session.scalars(select(table)).all() == []
        after = make_report(session, since=None, window=WINDOW, now=LATER)
    assert after.outcomes == before.outcomes
    assert after.shares == before.shares
    assert after.effect.avoided == before.effect.avoided
    assert (after.articles, after.failing) == (before.articles, before.failing)
    assert after.languages == before.languages
    assert dict(after.counts.events) == dict(before.counts.events)
    assert after.queries.rows == []


def arms(sessions):
    with sessions() as session:
        visitors = set(session.scalars(select(EpisodeRecord.visitor)))
    held = sum(arm_of(each, "x", 20) == CONTROL for each in visitors)
    return {"treatment": len(visitors) - held, "control": held}


def test_forgetting_day_by_day_counts_nobody_twice(sessions):
    for number in range(6):
        record(
            sessions, f"v{number}", "0m suggest_shown:miss, 20h suggest_shown, 30h suggest_shown"
        )
    with sessions() as session:
        note_experiment(session, name="x", percent=20, now=START - DAY)
    before = report_of(sessions)
    assert before.outcomes["abandoned"] == 18
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
