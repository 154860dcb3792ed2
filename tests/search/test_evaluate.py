"""The measure is measured: known rankings give known figures, and a bad set is refused by name."""

from __future__ import annotations

import json
import math

import pytest

from search.evaluate import Outcome, ask, trec_run
from search.evaluation_set import (
    EvaluationError,
    Question,
    read_answers,
    read_questions,
    read_set,
    with_answers,
)
from search.index import SearchIndex
from search.measures import (
    measure,
    measure_answers,
    measure_each,
    measure_language_silence,
    measure_languages,
    measure_silence,
)
from tests.search_documents import TINY_WEIGHTS, shared_directory
from tests.tiny_embedder import TinyEmbedder

CORPUS = [
    {"_id": "refund", "title": "Refunds", "text": "Money back within days.", "lang": "en"},
    {"_id": "delivery", "text": "# Track a parcel\nOpen.\n\n## Late\n```\n# no heading\n```"},
    {"_id": "환불", "title": "환불", "text": "사흘", "lang": "ko", "extra": [1]},
]
QUERIES = [
    {"_id": "q1", "text": "money back", "lang": "en"},
    {"_id": "q2", "text": "track a parcel"},
    {"_id": "unjudged", "text": "left out"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\trefund\t1\nq2\tdelivery\t2\nq2\trefund\t0\n"


def lines(rows):
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "corpus.jsonl").write_text(lines(CORPUS), encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text(lines(QUERIES), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    return tmp_path


def test_a_set_is_read_as_it_stands(directory):
    found = read_set(directory)
    assert [d.id for d in found.documents] == ["refund", "delivery", "환불"]
    assert [d.locale for d in found.documents] == ["en", "en", "ko"]
    assert [(q.id, q.text, q.language) for q in found.questions] == [
        ("q1", "money back", "en"), ("q2", "track a parcel", None),
    ]  # fmt: skip
    assert found.judgments == {"q1": {"refund": 1}, "q2": {"delivery": 2, "refund": 0}}


def test_headings_of_a_text_become_sections_but_not_those_in_code(directory):
    document = read_set(directory).documents[1]
    assert document.title == "# Track a parcel"
    assert [section.path for section in document.sections] == [
        ("Track a parcel",), ("Track a parcel", "Late"),
    ]  # fmt: skip
    assert "# no heading" in document.sections[1].text


def test_blank_lines_and_line_separators_inside_a_text_are_no_ends(directory):
    row = {"_id": "x", "title": "t", "text": "one\u2028two\u0085three"}
    (directory / "corpus.jsonl").write_text(
        json.dumps(row, ensure_ascii=False) + "\n\n\n" + lines(CORPUS), encoding="utf-8"
    )
    assert len(read_set(directory).documents) == 4


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("corpus.jsonl", '{"_id": "a", "text": "x"}\n{broken\n', "line 2"),
        ("corpus.jsonl", '{"_id": "a"}\n', "line 1: without text"),
        ("corpus.jsonl", '\n\n{"text": "x"}\n', "line 3: without _id"),
        ("corpus.jsonl", "[1]\n", "line 1: without _id, text"),
        ("corpus.jsonl", '{"_id": "a", "text": "x"}\n{"_id": "a", "text": "y"}\n', "line 2"),
        ("queries.jsonl", '{"_id": "q1"}\n', "line 1: without text"),
        ("queries.jsonl", "q1 money\n", "line 1: not JSON"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1 refund 1\n", "line 2: expected"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\trefund\tmuch\n", "line 2: expected"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\trefund\t1\t2\n", "line 2: expected"),
        ("corpus.jsonl", b"\xff\xfe\x00", "cannot be read"),
        ("queries.jsonl", None, "cannot be read"),
        ("qrels.tsv", None, "cannot be read"),
    ],
)
def test_a_bad_set_is_refused_naming_the_file_and_the_line(directory, file, content, said):
    path = directory / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(EvaluationError) as refused:
        read_set(directory)
    assert str(path) in str(refused.value)
    assert said in str(refused.value)


def test_a_set_in_which_no_question_is_judged_is_refused(directory):
    (directory / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nother\trefund\t1\n")
    with pytest.raises(EvaluationError, match="no question"):
        read_set(directory)


def test_questions_are_read_without_judgments(directory):
    assert [q.id for q in read_questions(directory / "queries.jsonl")] == ["q1", "q2", "unjudged"]


def test_strings_that_answer_are_read_with_the_questions_or_from_a_file_of_their_own(directory):
    rows = [QUERIES[0] | {"answers": ["within days"]}, QUERIES[1]]
    (directory / "queries.jsonl").write_text(lines(rows), encoding="utf-8")
    (directory / "answers").write_text(lines([{"_id": "q2", "answers": ["Open.", "Late"]}]))
    questions = read_set(directory).questions
    assert [q.answers for q in questions] == [("within days",), ()]
    answered = with_answers(questions, read_answers(directory / "answers"))
    assert [q.answers for q in answered] == [("within days",), ("Open.", "Late")]


@pytest.mark.parametrize("answers", ['"text"', "[1]", "null"])
def test_answers_that_are_no_list_of_strings_are_refused(directory, answers):
    path = directory / "answers.jsonl"
    path.write_text(f'{{"_id": "q1", "answers": {answers}}}\n')
    with pytest.raises(EvaluationError, match=r"answers\.jsonl, line 1: answers is not a list"):
        read_answers(path)


def outcome(
    id_, *documents, score=0.9, silent=False, milliseconds=1.0, language=None, answers=(), shown=""
):
    ranking = [(document, 10.0 - place) for place, document in enumerate(documents)]
    question = Question(id_, id_, language, answers)
    return Outcome(question, ranking, score, silent, milliseconds, shown)


def test_the_figures_of_a_hand_made_run_are_known():
    outcomes = [
        outcome("first", "a", "b", "c", milliseconds=1.0),
        outcome("second", "x", "a", "y", milliseconds=2.0),
        outcome("fifth", "p", "q", "r", "s", "a", milliseconds=3.0),
        outcome("nowhere", "x", "y", milliseconds=4.0),
    ]
    judgments = {name: {"a": 1} for name in ("first", "second", "fifth", "nowhere")}
    found = measure(outcomes, judgments | {"never asked": {"a": 1}})
    assert found["p@1"] == pytest.approx(1 / 4)
    assert found["mrr@10"] == pytest.approx((1 + 1 / 2 + 1 / 5) / 4)
    assert found["hit@3"] == pytest.approx(2 / 4)
    assert found["recall@5"] == pytest.approx(3 / 4)
    gains = 1 + 1 / math.log2(3) + 1 / math.log2(6)
    assert found["ndcg@10"] == pytest.approx(gains / 4)
    assert found["p50_ms"] == pytest.approx(2.5)
    assert found["p99_ms"] == pytest.approx(3.97)


def test_a_question_that_found_nothing_counts_as_a_miss():
    found = measure([outcome("one", "a"), outcome("two")], {"one": {"a": 1}, "two": {"a": 1}})
    assert found["ndcg@10"] == pytest.approx(0.5)
    assert found["p@1"] == pytest.approx(0.5)


def test_a_document_judged_irrelevant_is_no_hit():
    assert measure([outcome("one", "a")], {"one": {"a": 0, "b": 1}})["hit@3"] == 0


def test_ties_in_rank_are_not_broken_by_name():
    found = measure([outcome("one", "z", "a")], {"one": {"z": 1}})
    assert found["mrr@10"] == 1.0


def test_silence_is_measured_as_it_should_be():
    answerable = [outcome("a", score=0.9), outcome("b", score=0.6)]
    answerable.append(outcome("c", score=0.4, silent=True))
    unanswerable = [outcome("x", score=0.6), outcome("y", score=0.1, silent=True)]
    found = measure_silence(answerable, unanswerable)
    # Of 6 pairs: 0.9 above both, 0.6 above 0.1 and level with 0.6, 0.4 above 0.1.
    assert found["auroc"] == pytest.approx((2 + 1 + 0.5 + 1) / 6)
    assert found["false_suggestion_rate"] == pytest.approx(1 / 2)
    assert found["false_silence_rate"] == pytest.approx(1 / 3)


def test_a_perfect_separation_is_1_and_the_reverse_0():
    high, low = [outcome("h", score=0.9)] * 3, [outcome("l", score=0.2, silent=True)] * 4
    assert measure_silence(high, low)["auroc"] == 1.0
    assert measure_silence(low, high)["auroc"] == 0.0
    assert measure_silence(high, high)["auroc"] == 0.5


def test_each_language_is_measured_by_itself():
    outcomes = [
        outcome("k1", "a", language="ko"),
        outcome("k2", "x", language="ko"),
        outcome("e1", "a", language="en", milliseconds=7.0),
        outcome("?1", "x"),
    ]
    found = measure_languages(outcomes, {o.question.id: {"a": 1} for o in outcomes})
    assert {name: (row["p@1"], row["queries"]) for name, row in found.items()} == {
        "ko": (0.5, 2), "en": (1.0, 1), "und": (0.0, 1),
    }  # fmt: skip
    assert set(found["ko"]) == {*measure(outcomes, {}), "queries"}
    assert found["en"]["p50_ms"] == 7.0


def test_silence_is_measured_in_each_language_by_itself():
    answerable = [
        outcome("k", score=0.5, language="ko"),
        outcome("e", score=0.9, silent=True, language="en"),
    ]
    unanswerable = [
        outcome("x", score=0.7, language="ko"),
        outcome("y", score=0.7, silent=True, language="ja"),
    ]
    found = measure_language_silence(answerable, unanswerable)
    # Korean against Korean; Japanese, of which nothing is answerable, against all.
    assert found == {
        "ko": {"auroc": 0.0, "false_suggestion_rate": 1.0, "false_silence_rate": 0.0},
        "ja": {"auroc": 0.5, "false_suggestion_rate": 0.0},
        "en": {"false_silence_rate": 1.0},
    }
    rows = measure_languages(answerable, {}, unanswerable)
    assert rows["ja"] == found["ja"] | {"queries": 0}
    assert rows["ko"].items() >= found["ko"].items()


def test_answers_are_looked_for_only_where_the_first_hit_is_relevant():
    outcomes = [
        outcome("held", "a", answers=("no", "five days"), shown="It takes\nFIVE　 days."),
        outcome("elsewhere", "a", answers=("five days",), shown="It takes a while."),
        outcome("wrong document", "x", "a", answers=("five days",), shown="five days"),
        outcome("irrelevant", "b", answers=("five days",), shown="five days"),
        outcome("silent", answers=("five days",)),
        outcome("unknown", "a", shown="five days"),
    ]
    judgments = {o.question.id: {"a": 1, "b": 0} for o in outcomes}
    assert measure_answers(outcomes, judgments) == {"answer_contained": 0.5, "answer_queries": 2}
    assert measure(outcomes, judgments)["answer_contained"] == 0.5
    assert measure_each(outcomes, judgments, "answer_contained") == {"held": 1.0, "elsewhere": 0.0}


def test_without_known_answers_nothing_is_said_of_them():
    assert "answer_contained" not in measure([outcome("one", "a", shown="x")], {"one": {"a": 1}})


def test_a_trec_run_has_six_columns_and_falling_scores():
    assert list(trec_run([outcome("q1", "a", "b"), outcome("q2")], "kotae")) == [
        "q1 Q0 a 1 10.000000 kotae",
        "q1 Q0 b 2 9.000000 kotae",
    ]


@pytest.fixture
def index(tmp_path, directory):
    documents = read_set(directory).documents
    index = SearchIndex(
        tmp_path / "index", embedder=TinyEmbedder(), weights=TINY_WEIGHTS, engine="whoosh"
    )
    index.rebuild(documents, total=len(documents))
    yield index
    index.close()


def test_the_questions_go_through_the_production_search(index, directory):
    found = read_set(directory)
    told = []
    outcomes = ask(index, found.questions, progress=lambda *p: told.append(p))
    assert [o.ranking[0][0] for o in outcomes] == ["refund", "delivery"]
    assert all(0 < o.top_score <= 1 and o.milliseconds > 0 for o in outcomes)
    assert told == [("asking", 0, 2), ("asking", 1, 2), ("asking", 2, 2)]
    assert measure(outcomes, found.judgments)["p@1"] == 1.0
    assert outcomes[0].answer == "Money back within days."


def test_less_may_be_asked_for_where_only_the_best_score_counts(index, directory):
    questions = [Question("all", "money track refund parcel", "en")]
    (deep,), (shallow,) = ask(index, questions), ask(index, questions, depth=1)
    assert len(deep.ranking) > len(shallow.ranking) == 1
    assert shallow.top_score == deep.top_score


@pytest.mark.parametrize(("typed", "asked"), [(1.0, "money back"), (0.5, "money"), (0.0, "m")])
def test_only_the_typed_part_is_asked(directory, typed, asked):
    class Recorder:
        def __init__(self):
            self.queries = []

        def suggest(self, query, mode):
            self.queries.append((query.text, query.locale, mode))
            return Silent()

    class Silent:
        hits, no_answer = (), True

    recorder = Recorder()
    questions = read_set(directory).questions[:1]
    (found,) = ask(recorder, questions, endpoint="suggest", mode="keyword", typed=typed)
    assert recorder.queries == [(asked, "en", "keyword")]
    assert (found.ranking, found.top_score, found.no_answer) == ([], 0.0, True)


@pytest.mark.parametrize("name", ["stackfaq", "astro_matrix", "parakqc", "jsquad_valid"])
def test_the_public_sets_can_be_read(name):
    directory = shared_directory() / "eval" / name
    if not directory.is_dir():
        pytest.skip(f"the public set {name} is not here (KB_SHARED_DIR names where it is)")
    found = read_set(directory)
    known = {document.id for document in found.documents}
    assert all(any(id_ in known for id_ in found.judgments[q.id]) for q in found.questions)
