"""What the keys of a question did to the list, counted by hand."""

import pytest

from search.churn import (
    CHANGES,
    CHURN,
    EMPTY,
    FOUND,
    OVERLAP,
    RIGHT,
    Tally,
    difference,
    interval,
    lost_places,
    tally,
)

# Place 1: wrong, right, right, lost, right, nothing.
TYPED = [["b", "c"], ["a", "b"], ["a", "b"], ["b", "a"], ["a"], []]


def of(listings, *relevant):
    return tally(listings, {*relevant})


def test_churn_counts_the_keys_that_took_place_1_from_a_right_article():
    assert of(TYPED, "a")[CHURN] == Tally(2, 3)
    assert lost_places(TYPED, {"a"}) == [3, 5]


def test_another_right_article_in_place_1_is_no_churn():
    assert of([["a"], ["b"]], "a", "b")[CHURN] == Tally(0, 1)
    assert of([["a"], ["b"]], "a", "b")[CHANGES] == Tally(1, 1)


def test_changes_count_another_article_or_none_but_not_the_first_to_come():
    assert of(TYPED, "a")[CHANGES] == Tally(4, 1)
    assert of([[], ["a"], ["a"]], "a")[CHANGES] == Tally(0, 1)


def test_right_and_empty_are_shares_of_the_keys():
    assert of(TYPED, "a")[RIGHT] == Tally(3, 6)
    assert of(TYPED, "a")[EMPTY] == Tally(1, 6)


def test_an_overlap_is_of_the_longer_list_and_two_empty_ones_have_none():
    assert of([["a", "b"], ["b"], ["b"], [], []], "a")[OVERLAP] == Tally(0.5 + 1 + 0, 3)


def test_found_at_is_the_first_key_with_a_right_article_among_three():
    assert of([["x", "y", "z", "a"], ["x", "y", "a"], ["a"], []], "a")[FOUND] == Tally(0.5, 1)
    assert of([["x"], []], "a")[FOUND] == Tally(1, 1)


def test_a_share_is_the_sum_of_parts_over_the_sum_of_wholes():
    found = interval([[Tally(1, 1), Tally(0, 9)]])
    assert found.mean == pytest.approx(0.1)
    assert found.low <= 0.1 <= found.high


def test_the_mean_of_several_sets_is_that_of_their_shares():
    sets = [[Tally(1, 2)] * 3, [Tally(0, 5)] * 30]
    assert interval(sets).mean == pytest.approx(0.25)


def test_what_no_question_has_is_told_of_no_set():
    assert interval([[Tally(0, 0)] * 3]) is None
    assert difference([[Tally(0, 0)]], [[Tally(1, 2)]]) is None


def test_a_difference_is_far_sharper_than_two_intervals_where_questions_differ():
    ours = [Tally(i % 7, 10) for i in range(40)]
    others = [Tally(i % 7 + 1, 10) for i in range(40)]
    gain = difference([ours], [others])
    assert gain.mean == pytest.approx(-0.1)
    assert gain.low == pytest.approx(-0.1)
    assert gain.high == pytest.approx(-0.1)
    alone = interval([ours])
    assert alone.high - alone.low > 0.05


def test_resamples_without_a_whole_are_left_out():
    found = interval([[Tally(1, 2), Tally(0, 0)]])
    assert (found.mean, found.low, found.high) == (0.5, 0.5, 0.5)
