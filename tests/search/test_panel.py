"""Intervals, and comparing two versions on the same questions."""

import numpy as np
import pytest

from search.evaluate import Outcome
from search.evaluation_set import EvaluationError, Question
from search.panel import Column, Panel, bootstrap

COLUMN = Column("hybrid", "p@1")


def outcomes(*firsts):
    """Questions q0, q1 ... whose first hit is the given document."""
    return [
        Outcome(Question(f"q{i}", "?", None), [(first, 1.0)] if first else [], 0.5, False, 1.0)
        for i, first in enumerate(firsts)
    ]


JUDGED = {f"q{i}": {"right": 1} for i in range(4)}


def panel_of(*firsts):
    panel = Panel({})
    panel.add("shop", COLUMN, outcomes(*firsts), JUDGED)
    return panel


def test_a_row_is_the_mean_of_its_questions_and_silence_counts_as_wrong():
    assert panel_of("right", "wrong", None, "right").interval("shop", "hybrid").mean == 0.5


def test_an_interval_holds_the_mean_and_narrows_with_more_questions():
    few, many = bootstrap(np.array([0.0, 1.0] * 10)), bootstrap(np.array([0.0, 1.0] * 1000))
    assert few.low < few.mean == 0.5 < few.high
    assert many.high - many.low < (few.high - few.low) / 5
    # The normal approximation, 1.96 standard errors, is near.
    assert many.high - many.low == pytest.approx(2 * 1.96 * 0.5 / 2000**0.5, rel=0.1)


def test_the_interval_of_one_value_for_all_questions_is_that_value():
    assert bootstrap(np.ones(5)) == bootstrap(np.ones(50))


def test_two_versions_are_compared_on_the_questions_they_share():
    before, after = panel_of("wrong", "wrong", "right"), panel_of("right", "right", "right", None)
    ((name, gain),) = after.differences(before, "hybrid")
    assert name == "shop"
    assert gain.mean == pytest.approx(2 / 3)


def test_a_saved_panel_reads_back_the_same(tmp_path):
    panel = panel_of("right", "wrong")
    panel.save(tmp_path / "panel.json", {"made": "today"})
    again = Panel.read(tmp_path / "panel.json")
    assert again.sets() == ["shop"]
    assert again.interval("shop", "hybrid") == panel.interval("shop", "hybrid")


@pytest.mark.parametrize("content", ["", "[]", '{"values": 3}', '{"about": {}}'])
def test_a_file_that_is_no_panel_is_named(tmp_path, content):
    path = tmp_path / "panel.json"
    path.write_text(content)
    with pytest.raises(EvaluationError, match=r"panel\.json"):
        Panel.read(path)
