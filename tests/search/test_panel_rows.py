"""A row of the panel: one index asked in every way, and what is read of it."""

import pytest

from search.document import no_progress
from search.evaluation_set import EvaluationSet, Question
from search.index import SearchIndex
from search.panel import Panel
from search.panel_rows import ANSWER, COLUMNS, FALSE_SILENCE, FALSE_SUGGESTION, fill_row
from search.panel_table import (
    compact,
    comparison,
    headings,
    markdown,
    mean_cells,
    set_cells,
    terminal_row,
)
from tests.search_documents import TINY_WEIGHTS, make_document
from tests.tiny_embedder import TinyEmbedder

DOCUMENTS = [
    make_document("refund", "Get a refund", "Money back in five days."),
    make_document("reset", "Reset your password", "Press Forgot."),
]
QUESTIONS = [
    Question("1", "get a refund", "en", ("five days",)),
    Question("2", "reset your password", "en"),
    Question("3", "qqqq zzzz", "en"),
]
NOTHING = [
    Question("x", "wwww vvvv", "en"),
    Question("y", "money back", "ko"),
    Question("z", "get a refund", "en", source="shop"),
]


def fill(directory, questions, name="shop"):
    panel, labels = Panel({}), []

    def bar(label):
        labels.append(label)
        return no_progress

    judgments = {"1": {"refund": 1}, "2": {"reset": 1}, "3": {"reset": 1}}
    evaluation = EvaluationSet(DOCUMENTS, QUESTIONS, judgments)
    index = SearchIndex(directory, embedder=TinyEmbedder(), weights=TINY_WEIGHTS, engine="whoosh")
    index.rebuild(DOCUMENTS, total=len(DOCUMENTS))
    fill_row(panel, name, evaluation, questions, NOTHING, index, bar)
    index.close()
    return panel, labels


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("index"), QUESTIONS)[0]


def test_every_column_has_a_value_of_each_question_it_is_over(panel):
    means = {column.name: panel.interval("shop", column).mean for column in COLUMNS}
    assert means["keyword"] == pytest.approx(2 / 3)
    assert means["half typed"] == pytest.approx(2 / 3)
    assert means["answer text"] == 1.0
    assert means["false silence"] == pytest.approx(1 / 3)


def test_questions_taken_from_the_set_itself_are_not_called_unanswerable(panel, tmp_path):
    assert panel.interval("shop", FALSE_SUGGESTION).mean == 0.5
    elsewhere, _ = fill(tmp_path, QUESTIONS, name="elsewhere")
    assert elsewhere.interval("elsewhere", FALSE_SUGGESTION).mean == pytest.approx(2 / 3)


def test_the_least_auroc_of_all_languages_stands_for_the_set(panel):
    # The Korean one found what it should not have, and so scores above a question without a hit.
    assert 0 < panel.fact("shop", "auroc") < 1


def test_each_way_of_asking_says_what_it_does(tmp_path):
    _, labels = fill(tmp_path, QUESTIONS[:2])
    assert labels == [
        *("shop, keyword", "shop, semantic", "shop, hybrid", "shop, half typed", "shop, no answer")
    ]


def test_a_row_has_a_cell_for_every_heading(panel):
    cells = set_cells(panel, "shop", compact)
    assert len(cells) == len(headings()) == len(mean_cells(panel, compact))
    assert cells[:3] == ["shop", "2", "3"]
    assert len(terminal_row(cells)) == len(terminal_row(headings()))


def test_what_a_set_cannot_tell_is_left_empty(tmp_path):
    panel, _ = fill(tmp_path, QUESTIONS[1:])
    assert panel.interval("shop", ANSWER) is None
    assert set_cells(panel, "shop", str)[headings().index("answer text")] == ""


def test_a_document_gets_a_markdown_table_with_whole_intervals(panel):
    rows = list(markdown(panel))
    assert len(rows) == 4
    assert {row.count("|") for row in rows} == {len(headings()) + 1}
    assert str(panel.interval("shop", FALSE_SILENCE)) in rows[2]
    assert rows[3].startswith("| **mean** |")


def test_a_comparison_names_what_rose_and_fell(panel, tmp_path):
    values = {
        "shop": {
            "keyword": dict.fromkeys("123", 0.0),
            "hybrid": dict.fromkeys("123", 1.0),
            "false silence": dict.fromkeys("123", 1.0),
        }
    }
    before = Panel(values, {"shop": {"auroc": 1.0}})
    worse = Panel({"shop": {"hybrid": dict.fromkeys("123", 0.0)}})
    assert any("worse" in line for line in comparison(worse, before))
    text = "\n".join(comparison(panel, before))
    assert "keyword\n  shop " in text
    assert "false silence (lower is better)" in text
    assert "semantic" not in text
    assert "AUROC, least (without interval)" in text


def test_a_rate_that_falls_is_better():
    before = Panel({"shop": {"false silence": dict.fromkeys("123", 1.0)}})
    after = Panel({"shop": {"false silence": dict.fromkeys("123", 0.0)}})
    (_, _, line, mean) = comparison(after, before)
    assert line.endswith("-1.000 [-1.000, -1.000] better")
    assert mean.split()[0] == "mean"
