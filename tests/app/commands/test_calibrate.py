"""`kb calibrate`: what it prints, what it writes, and that every process then goes by it."""

import json
import logging
import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

from app import cli
from app.assembly import calibration_file, open_index
from app.settings import Settings
from search.calibration import Calibration
from search.document import Query
from search.fusion import Weights
from tests.store_helpers import write_tree
from tests.tiny_embedder import TinyEmbedder

TOPICS = ("refund", "parcel", "password", "voucher", "invoice", "warranty", "exchange", "courier")


def article(topic, questions):
    listed = "".join(f"- {topic} question {place}\n" for place in range(questions))
    return f"---\nquestions:\n{listed}---\n# About a {topic}\n\nThis is how a {topic} works.\n"


@pytest.fixture
def kb(tmp_path, monkeypatch):
    for place in ("app.assembly", "app.commands.calibrate"):
        monkeypatch.setattr(f"{place}.open_embedder", lambda settings: TinyEmbedder())

    def run(*arguments, code=0):
        environment = {"KB_VAR_DIR": str(tmp_path / "var"), "KB_DATABASE_URL": ""}
        result = CliRunner().invoke(cli.main, list(map(str, arguments)), env=environment)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def settings(tmp_path):
    return Settings(var_dir=tmp_path / "var")


@pytest.fixture
def stocked(tmp_path, kb):
    files = {f"en/shop/{topic}.md": article(topic, 5) for topic in TOPICS}
    kb("import", write_tree(tmp_path / "in", files))


def test_a_calibration_is_written_for_the_model_in_use(kb, stocked, settings):
    outcome = json.loads(kb("calibrate", "--json").stdout)
    own = Calibration.read(calibration_file(settings))
    assert own.fingerprint == TinyEmbedder().fingerprint
    after = outcome["after"]
    assert (own.slope, own.midpoint, own.floor) == (
        after["slope"], after["midpoint"], after["floor"],
    )  # fmt: skip
    assert outcome["questions"] == 40
    assert outcome["auroc"] > 0.5
    # TinyEmbedder's unrelated texts are near 0, and no calibration is shipped for it.
    assert own.lowest_cosine < 0.5 < Weights().lowest_cosine


def test_a_dry_run_prints_the_same_and_writes_nothing(kb, stocked, settings):
    shown = kb("calibrate", "--dry-run").stdout
    assert not calibration_file(settings).exists()
    assert re.search(r"^ +before +after$", shown, re.MULTILINE)
    for name in ("slope", "midpoint", "floor", "false silence", "false suggestion"):
        assert re.search(rf"^{name} +\d+\.\d{{3}} +\d+\.\d{{3}}$", shown, re.MULTILINE), name
    assert re.search(r"^40 questions, AUROC [01]\.\d{3}$", shown, re.MULTILINE)
    assert shown.endswith("dry run\n")


def test_questions_that_nothing_answers_can_be_given(kb, stocked, tmp_path):
    path = tmp_path / "nothing.jsonl"
    path.write_text("".join(f'{{"_id": "{n}", "text": "zzz{n} qqq"}}\n' for n in range(5)))
    outcome = json.loads(kb("calibrate", "--dry-run", "--json", "--no-answer", path).stdout)
    assert outcome["foreign_questions"] == 5
    assert outcome["foreign_auroc"] > 0.9
    assert outcome["after"]["foreign_suggestion"] <= 0.2


def test_too_few_questions_are_an_error_in_one_line(kb, tmp_path, settings):
    kb("import", write_tree(tmp_path / "in", {"en/a.md": article("refund", 3)}))
    failed = kb("calibrate", code=1)
    assert re.fullmatch(r"kb: error: Calibrating needs 30 questions .* have 3 .*\n", failed.stderr)
    assert not calibration_file(settings).exists()


def test_without_a_model_there_is_nothing_to_calibrate(kb, stocked, monkeypatch):
    monkeypatch.setattr("app.commands.calibrate.open_embedder", lambda settings: None)
    assert "needs the embedding model" in kb("calibrate", code=1).stderr


def floor_in_use(settings, embedder):
    index = open_index(settings, embedder)
    try:
        (hit,) = index.search(Query("refund", limit=1, explain=True)).hits
        return hit.explanation.floor
    finally:
        index.close()


def test_every_index_that_is_opened_goes_by_it(stocked, settings):
    embedder = TinyEmbedder()
    own = Calibration.of(embedder.fingerprint, replace(Weights(), floor=0.123))
    assert floor_in_use(settings, embedder) == Weights().floor
    own.write(calibration_file(settings), {})
    assert floor_in_use(settings, embedder) == 0.123


def test_one_of_another_model_or_a_damaged_one_is_passed_over(stocked, settings, caplog):
    embedder, path = TinyEmbedder(), calibration_file(settings)
    Calibration.of("another", replace(Weights(), floor=0.123)).write(path, {})
    assert floor_in_use(settings, embedder) == Weights().floor
    assert caplog.records == []
    path.write_text("{")
    with caplog.at_level(logging.WARNING):
        assert floor_in_use(settings, embedder) == Weights().floor
    assert "calibrated as shipped" in caplog.text
