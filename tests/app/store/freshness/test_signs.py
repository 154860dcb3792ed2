"""What counts as a sign of an article that has gone stale, and what does not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.freshness.signs import KINDS, Facts, Votes, find_signs, is_older, weigh

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FRESH = Facts(
    today=date(2026, 6, 1),
    review_by=None,
    cared_for_at=NOW - timedelta(days=100),
    votes=Votes(),
    votes_before=Votes(),
    readers=0,
    readers_who_wrote=0,
    usual_rate=0.02,
    dead_links=(),
    dead_outside=(),
    written_for={},
    versions={},
    source_changed_at=None,
)


def kinds(**values):
    return [sign.kind for sign in find_signs(replace(FRESH, **values))]


def test_an_article_of_which_nothing_bad_is_known_is_fresh_however_old():
    assert kinds(cared_for_at=NOW - timedelta(days=3000)) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"review_by": date(2026, 6, 1)}, ["review-due"]),
        ({"review_by": date(2026, 6, 2)}, []),
        ({"source_changed_at": NOW}, ["source-changed"]),
        ({"source_changed_at": NOW - timedelta(days=101)}, []),
        ({"dead_links": ("a.md",)}, ["dead-links"]),
        ({"dead_outside": ("https://a.example (404)",)}, ["dead-outside-links"]),
        ({"votes": Votes(5, 45), "votes_before": Votes(45, 5)}, ["helpfulness-fell"]),
        ({"votes": Votes(44, 6), "votes_before": Votes(46, 4)}, []),
        ({"votes": Votes(1, 8), "votes_before": Votes(45, 5)}, []),
        ({"votes": Votes(3, 17)}, ["not-helpful"]),
        ({"votes": Votes(9, 11)}, []),
        ({"readers": 100, "readers_who_wrote": 40}, ["tickets-after-reading"]),
        ({"readers": 100, "readers_who_wrote": 40, "usual_rate": 0.4}, []),
        ({"readers": 100, "readers_who_wrote": 10}, []),
        ({"readers": 10, "readers_who_wrote": 10}, []),
        ({"written_for": {"app": "4.1"}, "versions": {"app": "5.0"}}, ["superseded-version"]),
        ({"written_for": {"app": "5.0"}, "versions": {"app": "5.0"}}, []),
        ({"written_for": {"app": "4.1"}, "versions": {"web": "5.0"}}, []),
    ],
)
def test_each_sign_is_seen_where_it_is_and_nowhere_else(values, expected):
    assert kinds(**values) == expected


@pytest.mark.parametrize(
    ("version", "current", "older"),
    [
        ("4.9", "4.10", True),
        ("4", "4.2", False),
        ("4.2.1", "4.2", False),
        ("v3", "4.2", True),
        ("2025.1", "2024.12", False),
    ],
)
def test_versions_are_compared_as_numbers_as_far_as_they_go(version, current, older):
    assert is_older(version, current) is older


def test_the_heaviest_sign_stands_first():
    signs = find_signs(
        replace(FRESH, dead_links=("a",), review_by=date(2020, 1, 1), source_changed_at=NOW)
    )
    assert [sign.kind for sign in signs] == ["source-changed", "review-due", "dead-links"]
    assert weigh(signs) == sum(KINDS[sign.kind] for sign in signs)
