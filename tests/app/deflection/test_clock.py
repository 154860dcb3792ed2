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
