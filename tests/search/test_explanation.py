"""An explanation says what the ranking did, and is read off it."""

from dataclasses import replace

import pytest

from search import answering
from search.document import LegScore, Query, Section
from tests.search_documents import TINY_WEIGHTS, ConceptEmbedder, make_document, opened_indexes
from tests.tiny_embedder import TinyEmbedder

REFUND = make_document(
    "refund",
    "Get a refund",
    sections=(
        Section((), "", "Send the parcel back to us."),
        Section(("When the money comes",), "when", "Your money comes within five days."),
    ),
    tags=("reimbursement",),
)
DOCUMENTS = [
    REFUND,
    make_document("delivery", "Track a delivery", "Money is not involved here."),
    make_document("password", "Reset your password", "Choose Forgot password."),
]


@pytest.fixture
def make_index(tmp_path):
    with opened_indexes(tmp_path) as make:
        yield make


@pytest.fixture
def index(make_index):
    return make_index(DOCUMENTS, TinyEmbedder())


def told(results):
    return {hit.article_id: hit.explanation for hit in results.hits}


@pytest.mark.parametrize("ask", ["search", "suggest"])
def test_nothing_is_explained_unless_it_is_asked_for(index, ask):
    assert set(told(getattr(index, ask)(Query("get a refund"))).values()) == {None}


@pytest.mark.parametrize("ask", ["search", "suggest"])
def test_explaining_changes_no_answer_and_ranks_once(index, ask, monkeypatch):
    rankings = []
    rank = answering.rank
    monkeypatch.setattr(answering, "rank", lambda *a, **k: rankings.append(1) or rank(*a, **k))
    plain = getattr(index, ask)(Query("get your money"))
    explained = getattr(index, ask)(Query("get your money", explain=True))
    assert len(rankings) == 2
    assert [h.document_id for h in explained.hits] == [h.document_id for h in plain.hits]
    assert [h.score for h in explained.hits] == [h.score for h in plain.hits]
    assert all(h.score == round(h.explanation.score, 4) for h in explained.hits)


def test_each_leg_tells_its_score_and_its_place(index):
    found = told(index.search(Query("money comes", explain=True)))
    refund, delivery = found["refund"], found["delivery"]
    assert (refund.words.rank, delivery.words.rank) == (1, 2)
    assert refund.words.score > delivery.words.score > 0
    assert found["password"].words == LegScore(None, 0.0)
    meanings = sorted(e.meaning.rank for e in found.values() if e.meaning.rank)
    assert meanings[0] == 1
    assert refund.fused >= delivery.fused
    assert refund.floor == TINY_WEIGHTS.floor


def test_keys_count_only_while_one_types(index):
    assert told(index.suggest(Query("get a ref", explain=True)))["refund"].keys.rank == 1
    assert told(index.search(Query("get a ref", explain=True)))["refund"].keys.rank is None


def test_while_one_types_what_holds_the_words_is_listed_below_the_floor_without_being_an_answer(
    make_index,
):
    index = make_index(DOCUMENTS, TinyEmbedder(), weights=replace(TINY_WEIGHTS, floor=0.8))
    typed = index.suggest(Query("how to get a ref", explain=True))
    assert typed.no_answer
    explanation = typed.hits[0].explanation
    assert explanation.fused < explanation.floor == 0.8
    assert index.suggest(Query("how to get a ref?", explain=True)).hits == ()


def test_the_terms_are_those_of_the_question_that_the_article_holds(index):
    found = told(index.search(Query("reimbursement money zebra", explain=True)))
    assert found["refund"].terms == ("reimbursement", "money")
    assert found["delivery"].terms == ("money",)
    assert found["password"].terms == ()


def test_an_unfinished_word_is_told_as_what_it_became(index):
    assert "password" in told(index.suggest(Query("reset passw", explain=True)))["password"].terms


def test_the_heading_is_that_of_the_passage_nearest_in_meaning(index):
    text = "When the money comes: your money comes within five days"
    assert told(index.search(Query(text, explain=True)))["refund"].heading == "When the money comes"


def test_the_version_that_was_found_is_named_where_another_is_shown(make_index):
    """The asker's language is shown, though the words were found in the other one."""
    index = make_index(
        [
            make_document("trade-in", "Trade in a phone", "Eco bonus.", locale="en"),
            make_document("trade-in", "보상 판매", "기기를 보내세요.", locale="ko"),
        ],
        ConceptEmbedder([("bonus",), ("보상",)]),
    )
    (hit,) = index.search(Query("eco bonus", "ko", explain=True)).hits
    assert (hit.locale, hit.explanation.locale) == ("ko", "en")
    assert hit.explanation.terms == ("eco", "bonus")


def test_marks_alone_have_nothing_to_explain(index):
    assert index.search(Query("?!", explain=True)).hits == ()
