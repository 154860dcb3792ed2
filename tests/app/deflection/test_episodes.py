"""The state machine: every definition by example, and all orders against a plain reference."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deflection.episodes import OUTCOMES, SILENCE, follow_visitor
from app.deflection.moments import TICKET, Moment, merge_tickets
from tests.app.deflection.timelines import START, WINDOW, read_timeline

MUCH_LATER = START + timedelta(days=60)


def follow(moments, now=MUCH_LATER, later_tickets=()):
    return follow_visitor("v", moments, window=WINDOW, now=now, later_tickets=later_tickets)


def outcomes(timeline, now=MUCH_LATER):
    return [episode.outcome for episode in follow(read_timeline(timeline), now)]


@pytest.mark.parametrize(
    ("timeline", "expected"),
    [
        ("0m contact_started, 1m suggest_shown, 2m solved", ["confirmed"]),
        ("0m contact_started, 1m suggest_shown, 3m contact_abandoned", ["assumed"]),
        ("0m suggest_shown, 1m result_opened:a, 2m contact_started", ["assumed"]),
        ("0m suggest_shown, 1m result_opened:a, 5m contact_started, 9m ticket", ["failed"]),
        ("0m suggest_shown, 1m result_opened:a, 71h ticket", ["failed"]),
        ("0m suggest_shown, 1m result_opened:a, 73h ticket", ["self_served", "direct"]),
        ("0m article_viewed:a, 5m ticket", ["failed"]),
        ("0m contact_started, 4m ticket", ["direct"]),
        ("0m contact_started, 1m suggest_shown:typing, 4m ticket", ["direct"]),
        ("0m contact_started, 1m suggest_shown:held, 4m ticket", ["direct"]),
        ("0m suggest_shown:miss, 4m ticket", ["failed"]),
        ("0m ticket", ["direct"]),
        ("0m suggest_shown, 1m result_opened:a", ["self_served"]),
        ("0m article_viewed:a, 1m helpful:a", ["self_served"]),
        ("0m article_viewed:contact", ["self_served"]),
        ("0m suggest_shown", ["abandoned"]),
        ("0m suggest_shown:miss", ["abandoned"]),
        ("0m suggest_shown, 1m result_opened:a, 2m not_helpful:a", ["abandoned"]),
        (
            "0m contact_started, 1m suggest_shown, 2m result_opened:a, 3m not_helpful:a",
            ["abandoned"],
        ),
        ("0m contact_started, 2m contact_abandoned", ["abandoned"]),
        ("0m contact_started, 1m suggest_shown:held", ["abandoned"]),
        ("0m article_viewed:a", []),
        ("0m effort_rated", []),
        ("0m suggest_shown, 31m suggest_shown", ["abandoned", "abandoned"]),
        ("0m suggest_shown, 30m suggest_shown", ["abandoned"]),
        ("0m suggest_shown, 1m solved, 2m suggest_shown:miss", ["self_served", "abandoned"]),
        ("0m contact_started, 1m suggest_shown, 2m solved, 20h ticket", ["failed"]),
        ("0m ticket, 1m article_viewed:a", ["direct"]),
        ("0m contact_started, 20h ticket", ["direct"]),
        ("0m contact_started, 2h contact_started, 121m ticket", ["direct", "direct"]),
    ],
)
def test_every_outcome_by_example(timeline, expected):
    assert outcomes(timeline) == expected


def test_until_the_window_has_passed_nothing_is_claimed():
    shown = "0m contact_started, 1m suggest_shown, 2m solved"
    assert outcomes(shown, START + timedelta(minutes=2) + WINDOW - timedelta(seconds=1)) == [
        "pending"
    ]
    assert outcomes(shown, START + timedelta(minutes=2) + WINDOW) == ["confirmed"]


def test_a_ticket_of_another_need_refutes_what_its_window_holds_and_says_which():
    found = follow(
        read_timeline("0m suggest_shown, 1m solved, 2h suggest_shown:miss, 121m ticket, 4d ticket")
    )
    assert [each.outcome for each in found] == ["failed", "failed", "direct"]
    assert [each.tickets for each in found] == [(), ("3-ticket",), ("4-ticket",)]
    assert found[0].refuted_by == "3-ticket"


def test_evidence_says_what_was_seen_before_the_ticket_only():
    (found,) = follow(
        read_timeline(
            "0m article_viewed:a, 1m suggest_shown:miss, 2m suggest_shown, 3m result_opened:b,"
            " 4m not_helpful:b, 5m ticket, 6m article_viewed:c, 7m helpful:c"
        )
    )
    assert found.evidence.read == ("a", "b")
    assert found.evidence.queries == ("refund",)
    assert found.evidence.unanswered == ("refund",)
    assert found.evidence.verdict == "not_helpful"


def test_evidence_says_which_suggestions_were_seen_each_once_and_none_that_was_not():
    first, second, never = (
        {"query": "refund", "results": len(articles), "articles": articles}
        for articles in (["a", "b"], ["b", "c"], ["d"])
    )
    kinds = [
        first,
        second,
        never | {"held_back": True},
        never | {"no_answer": True},
        {"articles": 3},
    ]
    moments = [
        Moment(f"{place}", START + timedelta(seconds=place), "suggest_shown", value=value)
        for place, value in enumerate(kinds)
    ]
    after = Moment("z", START + timedelta(minutes=2), "suggest_shown", value=never)
    ticket = Moment("t", START + timedelta(minutes=1), TICKET)
    (found, _) = follow([*moments, ticket, after])
    assert found.evidence.seen == ("a", "b", "c")


def test_a_ticket_told_by_browser_and_server_is_one_ticket():
    stored = [Moment("t1", START, TICKET)]
    near, far = (
        Moment(f"e{minutes}", START + timedelta(minutes=minutes), "ticket_submitted")
        for minutes in (10, 11)
    )
    assert [m.id for m in merge_tickets([near, far], stored)] == ["t1", "e11"]
    assert [m.kind for m in merge_tickets([near], [])] == [TICKET]


def test_what_a_browser_says_of_a_ticket_by_name_is_about_that_one_whenever_it_was():
    late = Moment("e", START + timedelta(hours=2), "ticket_submitted", value={"ticket_id": "t1"})
    stored = [Moment("t1", START, TICKET)]
    assert [m.id for m in merge_tickets([late], stored)] == ["t1"]
    assert merge_tickets([late], [], stored) == []
    assert [m.id for m in merge_tickets([late], [replace(stored[0], id="t2")])] == ["t2", "e"]


KINDS = [
    "contact_started",
    "suggest_shown",
    "result_opened",
    "article_viewed",
    "helpful",
    "not_helpful",
    "solved",
    "contact_abandoned",
    "effort_rated",
    "feedback_reason",
    TICKET,
]
VALUES = st.sampled_from(
    [None, {"results": 0}, {"held_back": True}, {"via": "contact", "results": 0}, {"query": "q"}]
)
# Gaps around the two limits, and moments at one instant.
GAPS = st.sampled_from([0, 1, 10, 30, 31, 600, 60 * 71, 60 * 72, 60 * 73])
STEPS = st.lists(st.tuples(GAPS, st.sampled_from(KINDS), VALUES), max_size=14)


def moments_of(steps):
    at, moments = START, []
    for place, (gap, kind, value) in enumerate(steps):
        at += timedelta(minutes=gap)
        article = "a" if kind in ("article_viewed", "result_opened") else None
        moments.append(Moment(f"{place:02}", at, kind, article, value=value))
    return moments


@given(STEPS, st.randoms(use_true_random=False), st.integers(0, 60 * 24 * 40))
def test_any_order_and_repetition_gives_what_the_reference_says(steps, chance, minutes):
    moments = moments_of(steps)
    now = START + timedelta(minutes=minutes)
    expected = reference(moments, now)
    shuffled = moments + [each for each in moments if chance.random() < 0.3]
    random.Random(chance.random()).shuffle(shuffled)
    found = follow(shuffled, now)
    assert [(each.started_at, each.ended_at, each.outcome) for each in found] == expected


LATER = st.lists(st.sampled_from([0, 30, 60 * 71, 60 * 72, 60 * 80, 60 * 24 * 5]), max_size=3)


@given(STEPS, LATER, st.randoms(use_true_random=False), st.integers(0, 60 * 24 * 40))
def test_tickets_of_later_sessions_refute_as_the_reference_says(steps, minutes, chance, until):
    moments, now = moments_of(steps), START + timedelta(minutes=until)
    last = moments[-1].at if moments else START
    later = [
        Moment(f"later {place}", last + timedelta(minutes=each), TICKET)
        for place, each in enumerate(minutes)
    ]
    expected = reference(moments, now, later)
    shuffled = list(moments)
    random.Random(chance.random()).shuffle(shuffled)
    found = follow(shuffled, now, [*reversed(later), *later])
    assert [(each.started_at, each.ended_at, each.outcome) for each in found] == expected
    # They belong to episodes of their own sessions: here they neither begin nor lengthen one.
    alone = follow(moments, now)
    assert [(e.id, e.ended_at, e.tickets) for e in found] == [
        (e.id, e.ended_at, e.tickets) for e in alone
    ]


@given(STEPS, st.integers(-(10**6), 10**6))
def test_a_clock_that_is_off_by_anything_changes_no_outcome(steps, seconds):
    moments = moments_of(steps)
    off = timedelta(seconds=seconds)
    moved = [replace(each, at=each.at + off) for each in moments]
    assert [e.outcome for e in follow(moments)] == [
        e.outcome for e in follow(moved, MUCH_LATER + off)
    ]


@given(STEPS)
def test_every_ticket_belongs_to_exactly_one_episode(steps):
    moments = moments_of(steps)
    owned = [ticket for episode in follow(moments) for ticket in episode.tickets]
    assert sorted(owned) == sorted(each.id for each in moments if each.kind == TICKET)


@given(STEPS)
def test_a_deflection_has_no_ticket_within_its_window(steps):
    moments = moments_of(steps)
    for episode in follow(moments):
        assert episode.outcome in OUTCOMES
        if episode.outcome not in ("failed", "direct"):
            end = episode.ended_at + WINDOW
            assert not [
                m for m in moments if m.kind == TICKET and episode.started_at <= m.at <= end
            ]


def reference(moments, now, later=()):
    """The definitions of docs/deflection.md, word by word and without regard to speed."""
    order = [
        "contact_started",
        "suggest_shown",
        "result_opened",
        "article_viewed",
        "helpful",
        "not_helpful",
        "feedback_reason",
        "solved",
        "contact_abandoned",
        TICKET,
        "effort_rated",
    ]
    moments = sorted(moments, key=lambda m: (m.at, order.index(m.kind), m.id))
    runs = []
    for place, moment in enumerate(moments):
        if place == 0 or moment.at - moments[place - 1].at > SILENCE:
            runs.append([])
        runs[-1].append(moment)
    episodes = []
    for run in runs:
        while run:
            episode, run = first_episode(run, episodes)
            if episode:
                episodes.append(episode)
    return [(e[0].at, e[-1].at, outcome_of(e, moments, now, later)) for e in episodes]


def first_episode(run, earlier):
    """The first episode of a run of moments without silence, and what is left of the run."""
    begins = ("suggest_shown", "result_opened", "contact_started", "helpful", "not_helpful")
    for place, moment in enumerate(run):
        before = [each for each in run[:place] if each.kind == "article_viewed"]
        late = (
            moment.kind == TICKET
            and not before
            and any(moment.at <= e[-1].at + WINDOW for e in earlier)
        )
        if late or moment.kind not in (*begins, "solved", TICKET):
            continue
        for end in range(place + 1, len(run)):
            settled = any(each.kind in ("solved", TICKET) for each in run[place:end])
            if settled and run[end].kind in ("suggest_shown", "contact_started"):
                return before + run[place:end], run[end:]
        return before + run[place:], []
    return [], []


def outcome_of(episode, moments, now, later_tickets):
    start, end = episode[0].at, episode[-1].at
    near = [m for m in moments if m.kind == TICKET and start <= m.at <= end + WINDOW]
    own = [m for m in episode if m.kind == TICKET]
    until = episode[: episode.index(own[0])] if own else episode
    shows = [m for m in until if m.kind == "suggest_shown"]
    seen = [m for m in shows if m.details.get("results") != 0 and not m.details.get("held_back")]
    looked = seen or [
        m for m in shows if not m.details.get("held_back") and m.details.get("via") != "contact"
    ]
    read = [m for m in until if m.kind in ("result_opened", "article_viewed")]
    said = [m.kind for m in until if m.kind in ("helpful", "not_helpful", "solved")]
    refuted = [m for m in later_tickets if start <= m.at <= end + WINDOW]
    if near or refuted:
        return "failed" if looked or read or said else "direct"
    if now < end + WINDOW:
        return "pending"
    denied = bool(said) and said[-1] == "not_helpful"
    contact = any(m.kind in ("contact_started", "contact_abandoned") for m in until)
    if denied:
        return "abandoned"
    if contact:
        return "confirmed" if "solved" in said else "assumed" if seen or read else "abandoned"
    return "self_served" if said or read else "abandoned"
