"""A calibration belongs to a model, is written whole, and is refused when it makes no sense."""

import json
from dataclasses import asdict, replace

import pytest

from search.calibration import (
    DEFAULT_MODEL,
    Calibration,
    CalibrationError,
    is_shipped,
    shipped_calibration,
)
from search.embed import load_embedder
from search.fusion import Weights

OWN = Calibration("model", 7.0, 0.5, 0.3, 0.2, 0.9)


def test_what_is_applied_replaces_what_belongs_to_the_model_and_nothing_else():
    weights = OWN.apply(Weights(meaning=0.7, floor=0.9))
    assert weights == Weights(
        meaning=0.7, slope=7.0, midpoint=0.5, floor=0.3, lowest_cosine=0.2, highest_cosine=0.9
    )
    assert Calibration.of("model", weights) == OWN


def test_the_default_model_is_shipped_calibrated_and_another_gets_its_numbers_as_a_guess():
    assert shipped_calibration(DEFAULT_MODEL).apply(Weights()) == Weights()
    assert is_shipped(DEFAULT_MODEL)
    other = shipped_calibration("other")
    assert (other.fingerprint, is_shipped("other")) == ("other", False)
    assert other.apply(Weights()) == Weights()


def test_a_calibration_reads_back_the_same_and_leaves_no_draft(tmp_path):
    path = tmp_path / "calibration.json"
    OWN.write(path, {"made": "today"})
    replace(OWN, floor=0.4).write(path, {"made": "tomorrow"})
    assert Calibration.read(path) == replace(OWN, floor=0.4)
    assert [each.name for each in tmp_path.iterdir()] == ["calibration.json"]
    assert json.loads(path.read_text())["about"] == {"made": "tomorrow"}


def test_a_write_that_fails_leaves_the_old_calibration(tmp_path, monkeypatch):
    path = tmp_path / "calibration.json"
    OWN.write(path, {})

    def fail(*_arguments, **_options):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(CalibrationError, match="disk full"):
        replace(OWN, floor=0.4).write(path, {})
    assert Calibration.read(path) == OWN
    assert [each.name for each in tmp_path.iterdir()] == ["calibration.json"]


def test_without_a_file_there_is_none(tmp_path):
    assert Calibration.read(tmp_path / "calibration.json") is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "3",
        "{}",
        *(
            json.dumps(asdict(OWN) | wrong)
            for wrong in (
                {"floor": "low"},
                {"floor": None},
                {"floor": float("nan")},
                {"slope": 0.0},
                {"slope": -1.0},
                {"lowest_cosine": 0.9},
            )
        ),
    ],
)
def test_a_file_that_makes_no_sense_is_named(tmp_path, content):
    path = tmp_path / "calibration.json"
    path.write_text(content)
    with pytest.raises(CalibrationError, match=r"calibration\.json is no calibration"):
        Calibration.read(path)


@pytest.mark.model
def test_the_shipped_calibration_is_that_of_the_model_that_is_fetched(model_dir):
    embedder = load_embedder(model_dir.name, models_dir=model_dir.parent)
    assert embedder.fingerprint == DEFAULT_MODEL
