"""Values kept for a while: found out once, and again when they are old or too many."""

import pytest

from app.kept_values import KeptValues


@pytest.fixture
def clock():
    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    return Clock()


def test_a_value_is_found_out_once_until_it_is_old(clock):
    kept, found = KeptValues(seconds=60, most=9, clock=clock), iter("abc")
    assert [kept.get("x", lambda: next(found)) for _ in range(3)] == ["a", "a", "a"]
    clock.now = 60
    assert kept.get("x", lambda: next(found)) == "a"
    clock.now = 61
    assert kept.get("x", lambda: next(found)) == "b"


def test_nothing_is_a_value_too(clock):
    kept = KeptValues(seconds=60, most=9, clock=clock)
    assert kept.get("x", lambda: None) is None
    assert kept.get("x", lambda: 1 / 0) is None


def test_what_was_asked_for_longest_ago_is_let_go_of(clock):
    kept = KeptValues(seconds=60, most=2, clock=clock)
    for key in ("x", "y", "x", "z"):
        kept.get(key, lambda key=key: key * 2)
    assert kept.get("x", lambda: "new") == "xx"
    assert kept.get("y", lambda: "new") == "new"


def test_what_cannot_be_found_out_is_not_kept(clock):
    kept = KeptValues(seconds=60, most=2, clock=clock)
    with pytest.raises(ZeroDivisionError):
        kept.get("x", lambda: 1 / 0)
    assert kept.get("x", lambda: "found") == "found"
