"""The answer shown is the sentences that answer, under the heading they stand under."""

from __future__ import annotations

import pytest

from search.answer import ANSWER_TOKENS, Answer, AskedTerms, choose_answer
from search.document import Query, Section
from search.fusion import Weights
from search.highlight import Needle, highlights
from search.index import SearchIndex
from search.passages import estimated_tokens
from search.ranking import Ranked
from search.store import Record
from search.why import reasons
from tests.search_documents import ConceptEmbedder, make_document

WEIGHTS = Weights(lowest_cosine=0.0, highest_cosine=1.0, midpoint=0.3)
FILLER = "Our shop has been open for many years and people like it. "
NO_ANSWER = Answer("", "", "")


@pytest.fixture
def ask(tmp_path):
    opened = []

    def ask_one(document, question, *, embedder=None, typing=False):
        index = SearchIndex(
            tmp_path, embedder=embedder, weights=WEIGHTS, engine="whoosh", refresh_seconds=0
        )
        opened.append(index)
        others = [make_document(f"o{i}", f"Other {i}", FILLER) for i in range(3)]
        index.rebuild([document, *others], total=4)
        results = index.suggest(Query(question)) if typing else index.search(Query(question))
        return next(hit for hit in results.hits if hit.document_id == document.id)

    yield ask_one
    for index in opened:
        index.close()


def test_the_sentence_that_answers_is_chosen_and_not_the_first(ask):
    text = FILLER * 8 + "Refunds to a credit card take three days. " + FILLER * 8
    hit = ask(make_document("a", "Money", text), "how long do refunds to a card take")
    assert "credit card take three days" in hit.answer
    assert estimated_tokens(hit.answer) <= 2 * ANSWER_TOKENS


def test_the_last_sentence_of_a_passage_of_many_short_ones_can_be_the_answer(ask):
    text = "Yes. Of course. We do. " * 8 + "Vouchers never expire."
    hit = ask(make_document("a", "Money", text), "do vouchers expire")
    assert "Vouchers never expire." in hit.answer


def test_the_answer_is_found_in_a_later_section_and_says_under_which_heading(ask):
    sections = (
        Section((), "", FILLER),
        Section(("Cards",), "cards", FILLER),
        Section(("Cards", "Vouchers"), "vouchers", FILLER * 5 + "Vouchers never expire."),
    )
    hit = ask(make_document("a", "Money", sections=sections), "do vouchers expire")
    assert (hit.anchor, hit.heading) == ("vouchers", "Vouchers")
    assert "Vouchers never expire." in hit.answer


@pytest.mark.parametrize(
    ("filler", "sentence", "question"),
    [
        ("저희 가게는 오래되었습니다. ", "환불은 사흘이 걸립니다.", "환불 며칠 걸리나요"),
        ("当店は長い歴史があります。", "返金には三日かかります。", "返金は何日かかる"),
        ("本店历史悠久。", "退款需要三天到账。", "退款多久到账"),
    ],
)
def test_the_answer_is_found_in_every_language(ask, filler, sentence, question):
    document = make_document("a", "Money", filler * 20 + sentence + filler * 20)
    assert sentence in ask(document, question).answer


def test_what_is_near_in_meaning_is_chosen_where_no_word_matches(ask):
    sections = (
        Section(("One",), "one", FILLER),
        Section(("Two",), "two", "환불은 사흘이 걸립니다."),
        Section(("Three",), "three", FILLER),
    )
    embedder = ConceptEmbedder([("refund", "환불"), ("other", "shop")])
    hit = ask(make_document("a", "Money", sections=sections), "refund", embedder=embedder)
    assert hit.anchor == "two"


def test_a_long_sentence_is_cut_at_a_word_and_says_so(ask):
    text = "refund " + "and more words " * 60
    hit = ask(make_document("a", "Money", text), "refund")
    assert hit.answer.endswith("…")
    assert estimated_tokens(hit.answer) <= 2 * ANSWER_TOKENS + 1
    assert set(hit.answer[:-1].split()) <= {"refund", "and", "more", "words"}


def test_a_long_text_without_spaces_is_cut_too(ask):
    hit = ask(make_document("a", "钱", "退款" * 200, locale="zh"), "退款")
    assert hit.answer.endswith("…")
    assert estimated_tokens(hit.answer) <= 2 * ANSWER_TOKENS + 1


def test_the_answer_to_a_word_only_in_the_title_is_the_beginning(ask):
    sections = (Section((), "", "First sentence."), Section(("B",), "b", "Second sentence."))
    hit = ask(make_document("a", "Refunds", sections=sections), "refunds")
    assert hit.answer.startswith("First sentence.")
    assert hit.anchor == ""


def test_an_article_without_text_has_an_empty_answer(ask):
    hit = ask(make_document("a", "Refunds"), "refunds")
    assert (hit.answer, hit.anchor, hit.heading) == ("", "", "")


def test_no_passages_have_no_answer():
    assert choose_answer([], None, AskedTerms.of({"refund": 1.0})) == Answer("", "", "")


def test_the_highlights_of_a_hit_are_of_the_texts_it_shows(ask):
    document = make_document("a", "😀 Refund rules", f"{FILLER} 💳 A refund takes days.")
    hit = ask(document, "refund days")
    assert [hit.title[s:e] for s, e in hit.title_highlights] == ["Refund"]
    assert [hit.answer[s:e] for s, e in hit.answer_highlights] == ["refund", "days"]


def record(**values):
    given = {
        "number": 1, "id": "a@en", "article_id": "a", "locale": "en", "title": "T",
        "category": "", "audience": "public", "products": (), "questions": (), "tags": (),
        "quality": 0.0,
    }  # fmt: skip
    return Record(**(given | values))


def why(answer=NO_ANSWER, *, keys=0.0, meaning=0.0, typing=False, **values):
    entry = Ranked(record(**values), 1, 0.9, 0.9, None, 0.0, keys, meaning)
    needle = Needle.of("refund", typing=typing)
    in_title, in_text = highlights(entry.record.title, needle), highlights(answer.text, needle)
    return reasons(entry, answer, needle, in_title=bool(in_title), in_text=bool(in_text))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"title": "Refund"}, "title"),
        ({"questions": ("x", "a refund?")}, "question"),
        ({"tags": ("refund",)}, "tag"),
        ({"answer": Answer("Text", "", "The refund")}, "heading"),
        ({"answer": Answer("A refund.", "", "")}, "text"),
        ({"keys": 0.9, "title": "Refund"}, "prefix"),
        ({"meaning": 0.9, "title": "Refund"}, "meaning"),
    ],
)
def test_each_reason_is_given_where_it_holds(given, reason):
    assert reason in why(**given)


def test_only_what_holds_is_given_as_a_reason():
    assert why(title="Refund") == ("title",)
    assert why(title="Refund", keys=0.1, meaning=0.1) == ("title",)


def test_where_no_word_matches_it_was_the_meaning():
    assert why(title="Money back") == ("meaning",)
