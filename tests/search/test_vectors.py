"""Nearest passages: every kind of index finds, forgets, keeps to what is allowed, and is fair."""

from __future__ import annotations

import numpy as np
import pytest

from search.scanned_vectors import ScannedVectors
from search.vector_selection import Selection
from search.vectors import LanguageVectors, VectorIndex, nearest_in_languages

COUNT, DIMENSIONS = 600, 16
LIMITS = {
    "flat": {"scanned": COUNT + 1, "flat": COUNT, "quantised": COUNT},
    "scanned": {"scanned": COUNT, "flat": COUNT, "quantised": COUNT},
    "quantised": {"flat": 10, "quantised": COUNT},
    "inverted": {"flat": 10, "quantised": 20},
}


def nearest_of_all(languages, question, count, **options):
    ids, cosines = nearest_in_languages(languages, question, count, **options)
    return list(zip(ids.tolist(), cosines.tolist(), strict=True))


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors():
    return unit(np.random.default_rng(7).normal(size=(COUNT, DIMENSIONS)))


@pytest.fixture
def ids():
    return np.arange(5_000, 5_000 + COUNT, dtype=np.int64)


@pytest.fixture(params=LIMITS)
def index(request, ids, vectors):
    return VectorIndex.build(ids, vectors, **LIMITS[request.param])


def nearest(index, vector, allowed=None):
    found, cosines = index.search(vector, 3, allowed)
    return int(found[0]), float(cosines[0])


def test_the_size_of_the_set_chooses_the_kind_of_index(ids, vectors):
    made = [VectorIndex.build(ids, vectors, **limits) for limits in LIMITS.values()]
    assert [isinstance(each, ScannedVectors) for each in made] == [False, True, False, False]
    approximate = [each._parameters(None) is not None for each in (made[0], *made[2:])]
    assert approximate == [False, False, True]


def test_each_vector_is_nearest_to_itself(index, ids, vectors):
    assert len(index) == COUNT
    for i in range(0, COUNT, 7):
        found, cosine = nearest(index, vectors[i])
        assert found == ids[i]
        assert cosine == pytest.approx(1.0, abs=0.02)


def test_cosines_fall(index, vectors):
    _, cosines = index.search(vectors[3], 20)
    assert list(cosines) == sorted(cosines, reverse=True)


def test_what_is_removed_is_gone_and_the_rest_keeps_its_ids(index, ids, vectors):
    index.remove(ids[:300:2])
    assert len(index) == COUNT - 150
    for i in range(1, COUNT, 10):
        assert nearest(index, vectors[i])[0] == ids[i]
    for i in range(0, 300, 20):
        assert nearest(index, vectors[i])[0] != ids[i]


def test_a_vector_added_later_is_found(index, vectors):
    new = unit(np.random.default_rng(8).normal(size=(2, DIMENSIONS)))
    index.add(np.array([1, 2], np.int64), new)
    assert nearest(index, new[1])[0] == 2
    assert len(index) == COUNT + 2


def test_one_removed_and_added_again_is_found(index, ids, vectors):
    index.remove(ids[40:50])
    index.add(ids[40:50], vectors[40:50])
    assert [nearest(index, vectors[i])[0] for i in range(38, 52)] == list(ids[38:52])


def test_removing_unknown_ids_is_no_error(index):
    index.remove(np.array([1, 2, 3], np.int64))
    index.remove(np.array([], np.int64))
    assert len(index) == COUNT


def test_only_allowed_ids_are_found(index, ids, vectors):
    found, _ = index.search(vectors[0], 50, Selection(ids[100:110]))
    assert 0 < len(found) <= 10
    assert set(found) <= set(ids[100:110])
    assert len(index.search(vectors[0], 5, Selection([]))[0]) == 0


def test_more_can_be_asked_for_than_there_is(ids, vectors):
    small = VectorIndex.build(ids[:3], vectors[:3])
    assert len(small.search(vectors[0], 100)[0]) == 3


def test_an_emptied_index_finds_nothing(ids, vectors):
    small = VectorIndex.build(ids[:3], vectors[:3])
    small.remove(ids[:3])
    assert len(small) == 0
    assert len(small.search(vectors[0], 3)[0]) == 0


def language(ids, rows, positions=None):
    places = np.ones(len(ids)) if positions is None else np.array(positions)
    return LanguageVectors(np.array(ids), unit(np.array(rows, float)), places.astype(np.int64))


def spread(axis, count, seed):
    """Unit vectors that share the component `axis`, as texts of one language do."""
    rows = np.random.default_rng(seed).normal(size=(count, 8)) * 0.05
    rows[:, axis] += 1.0
    return rows


def test_a_relatively_nearer_passage_of_another_language_wins():
    own, foreign = spread(0, 200, 1), spread(1, 200, 2)
    question = np.zeros(8)
    question[0], question[5] = 1.0, 0.55
    own[0, 5], foreign[0, 5] = 0.0, 1.4
    question = unit(question[None, :])[0]
    languages = [language(range(200), own), language(range(1_000, 1_200), foreign)]
    own_cosine, foreign_cosine = (one.search(question, 1)[1][0] for one in languages)
    assert foreign_cosine < own_cosine, "the plain cosine must prefer the own language"
    best = max(nearest_of_all(languages, question, 5), key=lambda item: item[1])
    assert best[0] == 1_000


def test_an_equally_good_passage_of_the_own_language_is_not_overtaken_by_chance():
    languages = [
        language(range(200), spread(0, 200, 1)),
        language(range(1_000, 1_200), spread(1, 200, 2)),
    ]
    question = unit(spread(0, 1, 9))[0]
    found = dict(nearest_of_all(languages, question, 1))
    own = max(cosine for id_, cosine in found.items() if id_ < 1_000)
    assert own > 0.9


def test_a_few_passages_are_not_taken_for_a_language():
    many, one = language(range(200), spread(0, 200, 1)), language([1_000], spread(1, 1, 2))
    question = unit(spread(0, 1, 9))[0]
    best = max(nearest_of_all([many, one], question, 5), key=lambda item: item[1])
    assert best[0] < 1_000
    assert one.weight() < 0.1
    assert many.weight() > 0.9


def test_with_one_language_the_cosines_are_left_alone():
    only = language(range(50), spread(0, 50, 1))
    question = unit(spread(0, 1, 9))[0]
    ids, cosines = only.search(question, 10)
    expected = list(zip(ids.tolist(), cosines.tolist(), strict=True))
    assert nearest_of_all([only], question, 10) == expected


TITLE, TEXT, HALF = 0, 1, -1


def titled(count=200):
    """As many titles near one axis, and two texts: one near it, one near another."""
    texts = np.zeros((2, 8))
    texts[0, 0], texts[0, 5] = 1.0, 0.5
    texts[1, 1], texts[1, 5] = 1.0, 0.47
    rows = np.concatenate([spread(0, count, 3), texts])
    return language(range(count + 2), rows, [TITLE] * count + [TEXT, TEXT]), (count, count + 1)


def test_to_half_a_question_what_is_near_to_every_title_counts_for_less():
    indexed, (common, telling) = titled()
    question = unit(np.array([[0.1, 0.1, 0, 0, 0, 1.0, 0, 0]]))[0]
    assert nearest_of_all([indexed], question, 5)[0][0] == common
    best, cosine = nearest_of_all([indexed], question, 5, begun=True)[0]
    assert best == telling
    assert cosine > dict(nearest_of_all([indexed], question, 5))[telling]


def test_few_titles_do_not_say_what_is_near_to_everything():
    indexed, (common, _) = titled(1)
    question = unit(np.array([[0.1, 0.1, 0, 0, 0, 1.0, 0, 0]]))[0]
    assert nearest_of_all([indexed], question, 5, begun=True)[0][0] == common


def test_halves_are_found_by_half_a_question_only_until_they_are_removed():
    rows = np.eye(8)[:3]
    indexed = language([1, 2], rows[:2], [TITLE, HALF])
    indexed.add(np.array([3]), rows[2:].astype(np.float32), np.array([HALF]))
    for half in (1, 2):
        assert nearest_of_all([indexed], rows[half], 1, begun=True)[0][0] == half + 1
    assert {id_ for id_, _ in nearest_of_all([indexed], rows[1], 5)} == {1}
    assert indexed.remove(np.array([2, 3])) == 2
    assert {id_ for id_, _ in nearest_of_all([indexed], rows[1], 5, begun=True)} == {1}


def test_no_more_is_found_by_half_a_question_than_was_wanted():
    indexed = language(range(8), np.eye(8), [TITLE, HALF] * 4)
    assert len(nearest_of_all([indexed], np.ones(8, np.float32), 3, begun=True)) == 3


def test_no_language_finds_nothing():
    assert nearest_of_all([], np.zeros(8, np.float32), 5) == []


def brute_force(ids, rows, vector, count):
    cosines = rows @ vector
    best = np.lexsort((ids, -cosines))[:count]
    return ids[best].tolist(), cosines[best]


@pytest.mark.parametrize("spread_by", [1.0, 0.05, 0.0005])
def test_scanning_bytes_finds_exactly_what_comparing_all_does(spread_by):
    """The narrower they stand together, the more are within what rounding may mislead by."""
    chance = np.random.default_rng(11)
    middle = np.ones(32)
    rows = unit(middle + spread_by * chance.normal(size=(5_000, 32)))
    ids = chance.permutation(np.arange(90_000, 95_000))
    index = ScannedVectors(ids, rows)
    for vector in unit(middle + spread_by * chance.normal(size=(20, 32))):
        found, cosines = index.search(vector, 30)
        expected, best = brute_force(ids, rows, vector, 30)
        assert found.tolist() == expected
        assert cosines == pytest.approx(best, abs=1e-6)


def test_scanning_stays_exact_when_vectors_beyond_the_range_come_and_others_go():
    chance = np.random.default_rng(12)
    rows, ids = unit(np.ones(16) + 0.1 * chance.normal(size=(300, 16))), np.arange(300)
    index = ScannedVectors(ids, rows)
    far, new = unit(chance.normal(size=(50, 16))), np.arange(1_000, 1_050)
    index.add(new, far)
    assert index.remove(np.arange(0, 300, 3)) == 100
    kept = np.concatenate([rows, far]), np.concatenate([ids, new])
    rows, ids = (each[(kept[1] >= 1_000) | (kept[1] % 3 > 0)] for each in kept)
    for vector in far[:10]:
        assert index.search(vector, 20)[0].tolist() == brute_force(ids, rows, vector, 20)[0]
