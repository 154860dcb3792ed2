"""`kb evaluate`: the members that scripts rely on, one row a language, a table for people."""

import json
import re

import pytest
from click.testing import CliRunner

from app import cli
from tests.tiny_embedder import TinyEmbedder

CONTRACT = {
    *("ndcg@10", "mrr@10", "p@1", "hit@3", "recall@5"),
    *("p50_ms", "p95_ms", "p99_ms", "queries", "documents"),
}
CORPUS = [
    {"_id": "refund", "title": "Get a refund", "text": "Money back in five days.", "lang": "en"},
    {"_id": "reset", "title": "Reset your password", "text": "Press Forgot.", "lang": "en"},
    {"_id": "배송", "title": "배송 조회", "text": "주문 내역을 여세요.", "lang": "ko"},
]
QUESTIONS = [
    {"_id": "1", "text": "money back", "lang": "en", "answers": ["five days"]},
    {"_id": "2", "text": "reset password", "lang": "en"},
    {"_id": "3", "text": "배송 조회", "lang": "ko"},
]
QRELS = "query-id\tcorpus-id\tscore\n1\trefund\t1\n2\treset\t1\n3\t배송\t1\n"


def lines(rows):
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "set"
    root.mkdir()
    (root / "corpus.jsonl").write_text(lines(CORPUS), encoding="utf-8")
    (root / "queries.jsonl").write_text(lines(QUESTIONS), encoding="utf-8")
    (root / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    return root


@pytest.fixture
def nothing(tmp_path):
    path = tmp_path / "nothing.jsonl"
    path.write_text(lines([{"_id": "x", "text": "zzzz qqqq", "lang": "ko"}]), encoding="utf-8")
    return path


@pytest.fixture
def evaluate(tmp_path, monkeypatch):
    monkeypatch.setattr("app.commands.evaluate.open_embedder", lambda settings: TinyEmbedder())

    def run(*arguments, code=0):
        environment = {"KB_VAR_DIR": str(tmp_path / "var"), "KB_KEYWORD_ENGINE": "whoosh"}
        result = CliRunner().invoke(cli.main, ["evaluate", *map(str, arguments)], env=environment)
        assert result.exit_code == code, result.output
        return result

    return run


def test_the_members_of_the_contract_are_there(evaluate, folder):
    found = json.loads(evaluate(folder, "--json").stdout)
    assert set(found) >= CONTRACT
    assert (found["queries"], found["documents"]) == (3, 3)
    assert found["hit@3"] == 1.0
    assert (found["answer_contained"], found["answer_queries"]) == (1.0, 1)


def test_each_language_has_the_same_measures(evaluate, folder, nothing):
    found = json.loads(evaluate(folder, "--no-answer", nothing, "--json").stdout)
    languages = found["languages"]
    assert {name: row["queries"] for name, row in languages.items()} == {"en": 2, "ko": 1}
    for row in languages.values():
        assert set(row) >= CONTRACT - {"documents"}
    silence = {"auroc", "false_suggestion_rate", "false_silence_rate"}
    assert silence <= set(found)
    assert silence <= set(languages["ko"])
    assert silence & set(languages["en"]) == {"false_silence_rate"}


def test_people_get_a_row_a_language(evaluate, folder):
    shown = evaluate(folder).stdout
    rows = [line.split() for line in shown.splitlines()]
    assert rows[0][:2] == ["ndcg@10", "mrr@10"]
    assert [row[0] for row in rows[1:4]] == ["en", "ko", "all"]
    assert [row[-1] for row in rows[1:4]] == ["2", "1", "3"]
    assert re.search(r"^3 documents$", shown, re.MULTILINE)


def test_answers_may_come_from_a_file(evaluate, folder, tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_text(lines([{"_id": "2", "answers": ["elsewhere"]}]))
    found = json.loads(evaluate(folder, "--answers", path, "--json").stdout)
    assert (found["answer_contained"], found["answer_queries"]) == (0.5, 2)


def test_the_unanswerable_are_typed_as_far_as_the_others(evaluate, folder, tmp_path):
    path = tmp_path / "nothing.jsonl"
    path.write_text(lines([{"_id": "x", "text": "zzzz get a refund money back in five days"}]))
    typed = ("--typed", "0.1", "--endpoint", "suggest", "--no-answer", path, "--json")
    whole = ("--endpoint", "suggest", "--no-answer", path, "--json")
    assert json.loads(evaluate(folder, *typed).stdout)["false_suggestion_rate"] == 0.0
    assert json.loads(evaluate(folder, *whole).stdout)["false_suggestion_rate"] == 1.0


@pytest.mark.parametrize("option", ["--no-answer", "--answers"])
def test_a_file_that_is_not_there_is_named(evaluate, folder, option):
    failed = evaluate(folder, option, "/nowhere.jsonl", code=1)
    assert re.fullmatch(r"kb: error: .*/nowhere\.jsonl: cannot be read.*\n", failed.stderr)


def test_a_run_is_written_in_the_trec_format(evaluate, folder, tmp_path):
    evaluate(folder, "--run", tmp_path / "run")
    first = (tmp_path / "run").read_text(encoding="utf-8").splitlines()[0]
    assert re.fullmatch(r"1 Q0 \S+ 1 10\.000000 kotae-hybrid", first)
