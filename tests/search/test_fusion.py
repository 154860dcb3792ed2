"""Scores of three legs become one: known numbers in, known numbers out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.fusion import (
    Weights,
    best_per_document,
    blend,
    calibrate,
    meaning_scores,
    with_foreign_words,
    word_score,
)

WEIGHTS = Weights()


def meaning_score(passage, title, weights):
    return float(meaning_scores(np.array([passage]), np.array([title]), weights)[0])


def rescale(cosine, weights):
    """The score of a passage whose title is near to nothing."""
    return meaning_score(cosine, -1.0, weights)


SHARES = st.dictionaries(st.integers(0, 9), st.floats(0, 1), max_size=8)


def test_the_range_of_cosines_in_use_becomes_0_to_1():
    weights = Weights(lowest_cosine=0.7, highest_cosine=0.9)
    assert rescale(0.8, weights) == pytest.approx(0.5)
    assert [rescale(c, weights) for c in (-1.0, 0.5, 0.7)] == [0.0, 0.0, 0.0]
    assert [rescale(c, weights) for c in (0.9, 1.0)] == pytest.approx([1.0, 1.0])


def test_the_best_passage_stands_for_its_document():
    passages = [(1, 10, 0.2), (2, 10, 0.9), (3, 11, 0.5), (4, 10, 0.4)]
    assert best_per_document(passages) == {10: (0.9, 2), 11: (0.5, 3)}
    assert best_per_document([]) == {}


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), max_size=9))
def test_many_meaning_scores_are_those_of_each(cosines):
    span = WEIGHTS.highest_cosine - WEIGHTS.lowest_cosine
    one_by_one = []
    for pair in cosines:
        text, name = (min(1.0, max(0.0, (c - WEIGHTS.lowest_cosine) / span)) for c in pair)
        one_by_one.append(text + WEIGHTS.title * max(0.0, name - text))
    passages, titles = np.array(cosines).reshape(-1, 2).T
    assert meaning_scores(passages, titles, WEIGHTS).tolist() == pytest.approx(one_by_one)


def test_blending_weighs_the_legs():
    blended = blend({1: 1.0, 2: 0.5}, {1: 0.5, 2: 1.0}, 0.6)
    assert blended == pytest.approx({1: 0.8, 2: 0.7})


def test_a_document_without_a_meaning_score_is_taken_to_be_a_little_behind_the_last():
    blended = blend({1: 1.0, 2: 0.4}, {3: 1.0}, 0.5)
    assert blended[3] == pytest.approx(0.5 * 0.4 * 0.95 + 0.5)
    assert blended[1] == pytest.approx(0.5)


@given(SHARES, SHARES, st.floats(0, 1))
def test_a_blend_has_every_document_and_stays_in_range(meaning, words, share):
    blended = blend(meaning, words, share)
    assert set(blended) == set(meaning) | set(words)
    assert all(0 <= score <= 1.0000001 for score in blended.values())


@given(SHARES, st.integers(0, 9), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_word_score_never_lowers_a_document(words, document, low, high):
    low, high = sorted((low, high))
    meaning = {document: 0.5}
    worse = blend(meaning, words | {document: low}, 0.6)[document]
    assert blend(meaning, words | {document: high}, 0.6)[document] >= worse


def test_a_foreign_article_gets_words_in_proportion_to_its_meaning():
    words = with_foreign_words({1: 0.3}, {1: 0.4, 2: 0.6}, {2}, WEIGHTS)
    assert words[1] == 0.3
    assert 0 < words[2] <= 0.3


def test_a_foreign_article_does_not_overtake_one_that_holds_the_words():
    words = with_foreign_words({1: 0.9}, {1: 0.8, 2: 0.8}, {2}, WEIGHTS)
    assert words[2] < words[1]


def test_a_foreign_article_keeps_words_that_do_match():
    assert with_foreign_words({2: 0.8}, {2: 0.5}, {2}, WEIGHTS)[2] == 0.8


def test_without_foreign_articles_the_words_stay_as_they_are():
    assert with_foreign_words({1: 0.3, 2: 0.5}, {1: 0.9}, set(), WEIGHTS) == {1: 0.3, 2: 0.5}


def test_the_midpoint_is_shown_as_one_half():
    assert calibrate(WEIGHTS.midpoint, WEIGHTS) == pytest.approx(0.5)


@given(st.floats(-1, 3), st.floats(-1, 3))
def test_the_shown_score_keeps_the_order_within_0_and_1(one, other):
    one, other = sorted((one, other))
    assert 0 <= calibrate(one, WEIGHTS) <= calibrate(other, WEIGHTS) <= 1


def test_a_title_nearer_than_every_passage_raises_an_article_and_a_farther_one_does_nothing():
    alone = meaning_score(0.88, 0.80, WEIGHTS)
    assert meaning_score(0.88, 0.95, WEIGHTS) > alone == meaning_score(0.88, 0.0, WEIGHTS)
    assert meaning_score(0.88, 0.95, WEIGHTS) < rescale(0.95, WEIGHTS)


def test_a_key_decides_while_little_is_typed_and_hints_when_much_is():
    assert word_score(0.0, 1.0, 0.1, WEIGHTS) > 0.8
    assert word_score(0.5, 1.0, 1.0, WEIGHTS) == pytest.approx(0.7)
    assert word_score(0.5, 0.0, 1.0, WEIGHTS) == 0.5


def test_where_no_own_article_holds_a_word_little_is_assumed_of_foreign_ones():
    assert with_foreign_words({}, {1: 0.5, 2: 0.6}, {2}, WEIGHTS) == {2: WEIGHTS.unheld_words}
    assert with_foreign_words({2: 0.2}, {1: 0.5, 2: 0.6}, {2}, WEIGHTS) == {2: 0.2}
    assert with_foreign_words({}, {1: 0.9, 2: 0.1}, {2}, WEIGHTS)[2] < WEIGHTS.unheld_words


def test_where_all_articles_are_foreign_each_is_taken_to_hold_its_share_of_words():
    words = with_foreign_words({}, {1: 0.5, 2: 0.6}, {1, 2}, WEIGHTS)
    assert words == pytest.approx({n: WEIGHTS.usual_words * m for n, m in ((1, 0.5), (2, 0.6))})
