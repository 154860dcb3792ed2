"""Scores of three legs become one: known numbers in, known numbers out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.candidates import gather, pool
from search.fusion import (
    Weights,
    blend,
    calibrate,
    keys_settle,
    meaning_scores,
    with_foreign_words,
    written_scores,
)
from search.keystrokes.matching import NO_MATCHES
from search.view import Nearest

WEIGHTS = Weights()


def meaning_score(passage, title, weights):
    return float(meaning_scores(np.array([passage]), np.array([title]), weights)[0])


def rescale(cosine, weights):
    """The score of a passage whose title is near to nothing."""
    return meaning_score(cosine, -1.0, weights)


UNKNOWN = float("nan")
LEGS = st.lists(st.tuples(st.none() | st.floats(0, 1), st.floats(0, 1)), max_size=8)
NO, YES = np.False_, np.True_


def word_score(words, keys, complete, weights):
    return float(written_scores(np.array([words]), np.array([keys]), complete, weights)[0])


def blended(meaning, words, share):
    return blend(np.array(meaning, float), np.array(words, float), share).tolist()


def estimated(words, meaning, foreign):
    columns = np.array(words, float), np.array(meaning, float), np.array(foreign, bool)
    return with_foreign_words(*columns, WEIGHTS).tolist()


def test_the_range_of_cosines_in_use_becomes_0_to_1():
    weights = Weights(lowest_cosine=0.7, highest_cosine=0.9)
    assert rescale(0.8, weights) == pytest.approx(0.5)
    assert [rescale(c, weights) for c in (-1.0, 0.5, 0.7)] == [0.0, 0.0, 0.0]
    assert [rescale(c, weights) for c in (0.9, 1.0)] == pytest.approx([1.0, 1.0])


def pooled(passages):
    """Documents by (passage, document, cosine, stands for the title)."""
    columns = [np.array(column) for column in zip(*passages, strict=True)]
    found = pool(Nearest(*columns), Weights(lowest_cosine=0.0, highest_cosine=1.0, title=1.0))
    rows = zip(found.numbers, found.scores, found.passages, strict=True)
    return {int(number): (float(score), int(passage)) for number, score, passage in rows}


def test_the_best_passage_stands_for_its_document():
    found = pooled([(1, 10, 0.2, NO), (2, 10, 0.9, NO), (3, 11, 0.5, NO), (4, 10, 0.4, NO)])
    assert found == {10: (0.9, 2), 11: (0.5, 3)}


def test_a_title_that_is_nearer_lifts_its_document_and_is_no_passage_of_it():
    found = pooled([(1, 10, 0.8, YES), (2, 10, 0.6, NO), (3, 11, 0.7, YES), (4, 12, 0.5, NO)])
    assert found == {10: (0.8, 2), 11: (pytest.approx(0.7), 0), 12: (0.5, 4)}


def test_nothing_near_is_nothing_found():
    empty = Nearest(*(np.empty(0, kind) for kind in (np.int64, np.int64, np.float32, np.bool_)))
    assert len(pool(empty, WEIGHTS).numbers) == 0


def test_each_candidate_has_what_every_leg_made_of_it():
    empty = Nearest(*(np.empty(0, kind) for kind in (np.int64, np.int64, np.float32, np.bool_)))
    meant = pool(
        Nearest(np.array([7, 8]), np.array([3, 1]), np.array([0.9, 0.85]), np.array([NO, YES])),
        WEIGHTS,
    )
    found = gather([(5, 0.4), (3, 0.2)], NO_MATCHES, meant)
    assert found.numbers.tolist() == [1, 3, 5]
    assert found.words.tolist() == [0.0, 0.2, 0.4]
    assert found.keys.tolist() == [0.0, 0.0, 0.0]
    assert np.isnan(found.meaning).tolist() == [False, False, True]
    assert [found.passage_of(number) for number in (1, 3, 5, 9)] == [None, 7, None, None]
    assert len(gather([], NO_MATCHES, pool(empty, WEIGHTS)).numbers) == 0


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
    assert blended([1.0, 0.5], [0.5, 1.0], 0.6) == pytest.approx([0.8, 0.7])


def test_a_document_without_a_meaning_score_is_taken_to_be_a_little_behind_the_last():
    scores = blended([1.0, 0.4, UNKNOWN], [0.0, 0.0, 1.0], 0.5)
    assert scores == pytest.approx([0.5, 0.2, 0.5 * 0.4 * 0.95 + 0.5])


def test_words_alone_are_weighed_as_words():
    assert blended([UNKNOWN], [0.5], 0.6) == pytest.approx([0.2])


@given(LEGS, st.floats(0, 1))
def test_a_blend_stays_in_range(legs, share):
    meaning = [UNKNOWN if score is None else score for score, _ in legs]
    scores = blended(meaning, [words for _, words in legs], share)
    assert len(scores) == len(legs)
    assert all(0 <= score <= 1.0000001 for score in scores)


@given(LEGS, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_word_score_never_lowers_a_document(others, low, high):
    low, high = sorted((low, high))
    meaning = [0.5, *(UNKNOWN if score is None else score for score, _ in others)]
    words = [score for _, score in others]
    assert blended(meaning, [high, *words], 0.6)[0] >= blended(meaning, [low, *words], 0.6)[0]


def test_a_foreign_article_gets_words_in_proportion_to_its_meaning():
    own, foreign = estimated([0.3, 0.0], [0.4, 0.6], [NO, YES])
    assert own == 0.3
    assert 0 < foreign <= 0.3


def test_a_foreign_article_does_not_overtake_one_that_holds_the_words():
    own, foreign = estimated([0.9, 0.0], [0.8, 0.8], [NO, YES])
    assert foreign < own


def test_a_foreign_article_keeps_words_that_do_match():
    assert estimated([0.8], [0.5], [YES]) == [0.8]


def test_nothing_is_estimated_of_a_foreign_article_that_is_not_known_to_be_near():
    assert estimated([0.3, 0.1], [0.9, UNKNOWN], [NO, YES]) == [0.3, 0.1]


def test_without_foreign_articles_the_words_stay_as_they_are():
    assert estimated([0.3, 0.5], [0.9, UNKNOWN], [NO, NO]) == [0.3, 0.5]


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
    assert estimated([0.0, 0.0], [0.5, 0.6], [NO, YES]) == [0.0, WEIGHTS.unheld_words]
    assert estimated([0.0, 0.2], [0.5, 0.6], [NO, YES]) == [0.0, 0.2]
    assert estimated([0.0, 0.0], [0.9, 0.1], [NO, YES])[1] < WEIGHTS.unheld_words


def test_where_all_articles_are_foreign_each_is_taken_to_hold_its_share_of_words():
    words = estimated([0.0, 0.0], [0.5, 0.6], [YES, YES])
    assert words == pytest.approx([WEIGHTS.usual_words * meaning for meaning in (0.5, 0.6)])


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_where_keys_settle_it_no_words_overtake(worth, complete, words, other):
    """`other`: what the keys of an article that holds the words are worth, one of those behind."""
    if keys_settle(worth, complete, WEIGHTS):
        keys = min(worth, other)
        without, lifted = (word_score(held, keys, complete, WEIGHTS) for held in (0.0, words))
        least = word_score(0.0, worth, complete, WEIGHTS)
        assert lifted == without or lifted + WEIGHTS.own_language <= least + 1e-9


def test_keys_settle_what_is_typed_of_a_title_and_never_a_question():
    assert keys_settle(0.97, 0.2, WEIGHTS)
    assert not keys_settle(0.97, 0.5, WEIGHTS)
    assert not keys_settle(0.2, 0.2, WEIGHTS)
