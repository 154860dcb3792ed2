"""`scripts/panel` from end to end, by keyword only: a table, a saved run, a comparison."""

import pytest

from tests.scripts.evaluation_sets import keyword_script, write_rows, write_set

CORPUS = [
    {"_id": "refund", "title": "Get a refund", "text": "Money back in five days.", "lang": "en"},
    {"_id": "reset", "title": "Reset your password", "text": "Press Forgot.", "lang": "en"},
]
QUESTIONS = [
    {"_id": "1", "text": "refund money", "lang": "en"},
    {"_id": "2", "text": "reset password", "lang": "en"},
]


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "sets"
    write_set(root / "shop", CORPUS, QUESTIONS)
    write_rows(root / "no_answer" / "queries.jsonl", [{"_id": "x", "text": "zzzz", "lang": "en"}])
    return root


@pytest.fixture
def panel(tmp_path):
    return keyword_script("panel", tmp_path)


def test_a_row_for_each_set_and_a_mean_are_printed(panel, folder):
    done = panel(folder)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["set", "shop", "mean"]
    assert rows[1][1:4] == ["2", "2", "1.000"]


def test_a_saved_run_can_be_compared_with(panel, folder, tmp_path):
    assert panel(folder, "--save", tmp_path / "run.json").returncode == 0
    done = panel(folder, "--against", tmp_path / "run.json")
    assert "half typed\n  shop                   +0.000 [+0.000, +0.000]" in done.stdout


def test_answers_are_taken_from_a_folder_and_the_table_may_be_markdown(panel, folder, tmp_path):
    write_rows(tmp_path / "answers" / "shop.jsonl", [{"_id": "1", "answers": ["five days"]}])
    done = panel(folder, "--answers", tmp_path / "answers", "--markdown", "--limit", 1)
    header, _, row, _ = done.stdout.splitlines()
    cells = dict(zip(header.split("|"), row.split("|"), strict=True))
    assert cells[" answer text "] == " 1.000 [1.000, 1.000] "
    assert cells[" questions "] == " 1 "


def test_a_set_that_cannot_be_read_is_named_in_one_line(panel, folder):
    (folder / "shop" / "queries.jsonl").unlink()
    done = panel(folder)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("panel: ")
    assert "queries.jsonl" in done.stderr
