"""Visitors' clocks are hints: the server's clock decides, distances within a batch stay."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deflection.clock import LONGEST_PAST, TRUSTED_LAG, settle_times

RECEIVED = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("off", [timedelta(days=-400), timedelta(hours=-9), timedelta(seconds=1)])
def test_a_batch_of_a_wrong_clock_is_moved_as_a_whole(off):
    told = [RECEIVED + off - timedelta(seconds=90), RECEIVED + off]
    assert settle_times(told, RECEIVED) == [RECEIVED - timedelta(seconds=90), RECEIVED]


def test_a_batch_that_was_a_little_underway_keeps_its_times():
    told = [RECEIVED - TRUSTED_LAG]
    assert settle_times(told, RECEIVED) == told


@pytest.mark.parametrize("year", [1, 9999])
def test_a_clock_at_the_edge_of_the_calendar_is_set_right(year):
    told = [datetime(year, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
    assert settle_times(told, RECEIVED) == [RECEIVED - LONGEST_PAST, RECEIVED]


@given(st.lists(st.integers(-(10**9), 10**9), max_size=6))
def test_nothing_happens_in_the_future_or_long_ago_and_order_stays(seconds):
    told = [RECEIVED + timedelta(seconds=each) for each in seconds]
    settled = settle_times(told, RECEIVED)
    assert all(RECEIVED - LONGEST_PAST <= moment <= RECEIVED for moment in settled)
    pairs = sorted(zip(told, settled, strict=True))
    assert [moment for _, moment in pairs] == sorted(settled)


@given(st.integers(-(10**9), 10**9), st.integers(0, 86_400), st.integers(0, 600))
def test_a_batch_that_says_when_it_was_sent_is_set_right_exactly(off, ago, gap):
    """However late it is: between the last event and sending may lie an hour without a network."""
    sent = RECEIVED + timedelta(seconds=off)
    told = [sent - timedelta(seconds=ago), sent - timedelta(seconds=max(0, ago - gap))]
    assert settle_times(told, RECEIVED, sent) == [
        RECEIVED - timedelta(seconds=ago),
        RECEIVED - timedelta(seconds=max(0, ago - gap)),
    ]


@pytest.mark.parametrize("years", [-2000, 7900])
def test_what_happened_after_it_was_sent_or_in_another_age_is_bounded(years):
    sent = RECEIVED.replace(year=RECEIVED.year + years)
    told = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
    settled = settle_times(told, RECEIVED, sent)
    assert all(RECEIVED - LONGEST_PAST <= moment <= RECEIVED for moment in settled)
