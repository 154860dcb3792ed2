"""`scripts/churn` from end to end, by keyword only: both rankings typed, their difference told."""

import pytest

from tests.scripts.evaluation_sets import keyword_script, write_set

CORPUS = [
    {"_id": "refund", "title": "Get a refund", "text": "Money back in five days.", "lang": "en"},
    {"_id": "reset", "title": "Reset your password", "text": "Press Forgot.", "lang": "en"},
    {"_id": "plan", "title": "Plans", "text": "Plan x, y and r: refunds and resets.", "lang": "en"},
]
QUESTIONS = [
    {"_id": "1", "text": "refund my money", "lang": "en"},
    {"_id": "2", "text": "reset password", "lang": "en"},
]


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "sets"
    for name in ("shop", "store"):
        write_set(root / name, CORPUS, QUESTIONS)
    return root


@pytest.fixture
def churn(tmp_path):
    return keyword_script("churn", tmp_path)


def cells_of(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_each_set_is_typed_through_both_rankings_and_their_difference_told(churn, folder):
    done = churn(folder, "--markdown")
    assert done.returncode == 0, done.stderr
    header, _, *rows = map(cells_of, done.stdout.splitlines())
    assert header == [
        *("set", "ranking", "questions", "churn", "changes", "right", "empty"),
        *("overlap", "found at"),
    ]
    rankings = ["kotae", "plain fusion", "difference"]
    expected = [(name, ranking) for name in ("shop", "store", "mean") for ranking in rankings]
    assert [tuple(row[:2]) for row in rows] == expected
    assert rows[0][2:] == rows[3][2:]
    values = {row[1]: dict(zip(header, row, strict=True)) for row in rows[:3]}
    right = {ranking: float(values[ranking]["right"].split()[0]) for ranking in rankings}
    assert right["kotae"] > 0.5
    assert right["plain fusion"] > 0.2
    assert {values[ranking]["questions"] for ranking in rankings} == {"2"}
    assert right["difference"] == pytest.approx(right["kotae"] - right["plain fusion"], abs=0.002)


def test_only_the_sets_and_questions_asked_for_are_typed(churn, folder):
    done = churn(folder, "shop", "--limit", 1, "--step", 3, "--examples", 5)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["set", "shop", "shop", "shop"]
    assert rows[1][1:3] == ["kotae", "1"]


def test_a_set_that_cannot_be_read_is_named_in_one_line(churn, folder):
    (folder / "shop" / "queries.jsonl").unlink()
    done = churn(folder)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("churn: ")


def test_a_limit_of_nothing_is_refused(churn, folder):
    done = churn(folder, "--limit", 0)
    assert done.returncode == 2
    assert "less than 1" in done.stderr
