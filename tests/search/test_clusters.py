"""Questions that mean the same, put together by their vectors."""

import numpy as np
import pytest

from search.clusters import group_by_meaning
from search.embed import load_embedder
from search.index import SearchIndex


def at(degrees):
    """A unit vector in the plane; the cosine of two is that of the angle between them."""
    radians = np.radians(degrees)
    return np.array([np.cos(radians), np.sin(radians)], np.float32)


def group(*degrees, weights=None, near=0.9):
    vectors = np.stack([at(each) for each in degrees])
    return group_by_meaning(vectors, weights or [1.0] * len(degrees), near)


def test_what_lies_near_comes_together_and_the_heaviest_leads():
    assert group(0, 10, 90, 95, weights=[1, 5, 2, 1]) == [[1, 0], [2, 3]]


def test_no_chain_of_small_steps_joins_what_is_far_apart():
    """25 degrees are near (cosine 0.906), 50 are not: the middle one leads or is taken once."""
    groups = group(0, 25, 50, 75, weights=[4, 3, 2, 1])
    assert groups == [[0, 1], [2, 3]]


def test_every_question_is_in_one_group():
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(200, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = group_by_meaning(vectors, list(rng.random(200)), 0.5)
    assert sorted(row for each in groups for row in each) == list(range(200))
    assert len(groups) < 200


def test_the_heaviest_group_comes_first():
    assert group(0, 90, 91, weights=[3, 2, 2])[0] == [1, 2]


def test_without_a_model_nothing_is_put_together(tmp_path):
    index = SearchIndex(tmp_path, embedder=None)
    assert index.question_groups(["refund", "money back"], [1, 1]) is None


@pytest.mark.model
def test_the_real_model_puts_the_same_wish_together(tmp_path, model_dir):
    embedder = load_embedder(model_dir.name, models_dir=model_dir.parent)
    index = SearchIndex(tmp_path, embedder=embedder)
    asked = ["cancel my order", "I want to cancel an order", "reset password", "x"]
    groups = index.question_groups(asked, [3, 1, 2, 1])
    assert [0, 1] in groups
    assert [2] in groups
    assert [3] in groups
