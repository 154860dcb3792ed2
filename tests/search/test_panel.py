"""Intervals, and comparing two versions on the same questions."""

import numpy as np
import pytest

from search.evaluation_set import EvaluationError
from search.panel import Column, Interval, Panel, bootstrap

COLUMN = Column("hybrid", "p@1")
RATE = Column("false silence", "", lower_is_better=True)


def panel_of(*values, column=COLUMN, name="shop", **facts):
    panel = Panel({})
    panel.add(name, column, {f"q{i}": value for i, value in enumerate(values)})
    panel.add_facts(name, facts)
    return panel


def test_a_row_is_the_mean_of_its_questions():
    assert panel_of(1.0, 0.0, 0.0, 1.0).interval("shop", COLUMN).mean == 0.5


def test_a_set_without_a_column_has_no_mean_of_it():
    panel = panel_of(1.0)
    panel.add("shop", RATE, {})
    assert panel.interval("shop", RATE) is None
    assert panel.overall(RATE) is None
    assert panel.sets() == ["shop"]


def test_the_mean_of_all_is_that_of_the_sets_and_not_of_the_questions():
    panel = panel_of(1.0, 1.0, 1.0)
    panel.add("large", COLUMN, dict.fromkeys("abcdefgh", 0.0))
    assert panel.overall(COLUMN) == Interval(0.5, 0.5, 0.5)


def test_an_interval_holds_the_mean_and_narrows_with_more_questions():
    few, many = bootstrap(np.array([0.0, 1.0] * 10)), bootstrap(np.array([0.0, 1.0] * 1000))
    assert few.low < few.mean == 0.5 < few.high
    assert many.high - many.low < (few.high - few.low) / 5
    # The normal approximation, 1.96 standard errors, is near.
    assert many.half_width == pytest.approx(1.96 * 0.5 / 2000**0.5, rel=0.1)


def test_the_interval_of_one_value_for_all_questions_is_that_value():
    assert bootstrap(np.ones(5)) == bootstrap(np.ones(50))


def test_two_versions_are_compared_on_the_questions_they_share():
    before, after = panel_of(0.0, 0.0, 1.0), panel_of(1.0, 1.0, 1.0, 0.0)
    ((name, rise),) = after.differences(before, COLUMN)
    assert name == "shop"
    assert rise.mean == pytest.approx(2 / 3)
    assert after.overall_difference(before, COLUMN) == rise
    assert after.overall_difference(panel_of(1.0, name="other"), COLUMN) is None


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.01, 0.02, "better"), (-0.02, -0.01, "worse"), (-0.01, 0.02, "")]
)
def test_only_what_is_beyond_doubt_is_better_or_worse(low, high, verdict):
    assert COLUMN.verdict(Interval(0.0, low, high)) == verdict
    assert RATE.verdict(Interval(0.0, -high, -low)) == verdict


def test_a_saved_panel_reads_back_the_same(tmp_path):
    panel = panel_of(1.0, 0.0, documents=3)
    panel.save(tmp_path / "panel.json", {"made": "today"})
    again = Panel.read(tmp_path / "panel.json")
    assert again.sets() == ["shop"]
    assert again.interval("shop", COLUMN) == panel.interval("shop", COLUMN)
    assert (again.fact("shop", "documents"), again.fact("shop", "auroc")) == (3, None)


def test_a_panel_that_was_saved_before_there_were_facts_can_be_read(tmp_path):
    path = tmp_path / "panel.json"
    path.write_text('{"about": {}, "values": {"shop": {"hybrid": {"q0": 1.0}}}}')
    assert Panel.read(path).interval("shop", COLUMN).mean == 1.0


@pytest.mark.parametrize("content", ["", "[]", '{"values": 3}', '{"about": {}}'])
def test_a_file_that_is_no_panel_is_named(tmp_path, content):
    path = tmp_path / "panel.json"
    path.write_text(content)
    with pytest.raises(EvaluationError, match=r"panel\.json"):
        Panel.read(path)


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(EvaluationError, match=r"panel\.json cannot be written"):
        panel_of(1.0).save(tmp_path / "nowhere" / "panel.json", {})
