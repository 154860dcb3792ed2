"""A document tried out: it ranks as it will when it is indexed, and nothing of it stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from search.document import Query, Section
from search.embedding_cache import EmbeddingCache
from search.index import SearchIndex
from search.passage_vectors import MOST_NEW
from tests.search_documents import make_document, opened_indexes, sample_documents
from tests.tiny_embedder import TinyEmbedder

REFUND = make_document("refund", "Get a refund", "Your money comes within five days.")
PARCEL = make_document("parcel", "Track a parcel", "The number is in the mail we sent.")
SIGN_IN = make_document("sign-in", "Sign in", "Choose Forgot password and open the link.")


@pytest.fixture
def make_index(tmp_path):
    with opened_indexes(tmp_path) as make:
        yield make


def found(asked, text, **values):
    return [hit.article_id for hit in asked.search(Query(text, limit=10, **values)).hits]


def place_and_score(asked, document, text):
    hits = asked.search(Query(text, locale=document.locale, limit=10)).hits
    named = {hit.article_id: (at, hit.score) for at, hit in enumerate(hits)}
    at, score = named.get(document.article_id, (None, 0.0))
    return at, pytest.approx(score, abs=0.03)


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_a_document_ranks_as_it_will_when_it_is_indexed(make_index, engine):
    documents = [each for each in sample_documents() if each.locale in ("en", "ja")][::2]
    before = make_index(documents[1:], TinyEmbedder(), engine=engine)
    after = make_index(documents, TinyEmbedder(), engine=engine)
    new = documents[0]
    trial = before.try_document(new)
    texts = (new.title, *new.questions, "refund", "password reset", new.sections[0].text[:40])
    expected = [place_and_score(after, new, text) for text in texts]
    assert [place_and_score(trial, new, text) for text in texts] == expected
    assert expected[0][0] == 0


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_a_document_in_its_own_place_changes_no_score(make_index, engine):
    documents = [each for each in sample_documents() if each.locale in ("en", "ja")]
    index = make_index(documents, TinyEmbedder(), engine=engine)
    for document in documents[::20]:
        trial = index.try_document(document)
        for text in (document.title, *document.questions[:3], "refund"):
            query = Query(text, document.locale, limit=10)
            told = [(hit.document_id, hit.score, hit.answer) for hit in index.search(query).hits]
            tried = trial.search(query).hits
            assert [(hit.document_id, hit.score, hit.answer) for hit in tried] == [
                (name, pytest.approx(score, abs=2e-4), answer) for name, score, answer in told
            ]


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_another_text_takes_the_place_of_the_one_that_is_indexed(make_index, engine):
    index = make_index([REFUND, PARCEL, SIGN_IN], TinyEmbedder(), engine=engine)
    trial = index.try_document(replace(PARCEL, title="Borrow a bike", sections=()))
    assert found(trial, "borrow a bike")[0] == "parcel"
    hit = trial.search(Query("borrow a bike")).hits[0]
    assert (hit.title, hit.answer) == ("Borrow a bike", "")
    assert "parcel" not in found(trial, "number in the mail")[:1]
    assert found(index, "number in the mail")[0] == "parcel"


def test_trying_leaves_nothing_behind(make_index, tmp_path):
    cache = tmp_path / "embeddings.sqlite3"
    index = make_index([REFUND, PARCEL], TinyEmbedder(), cache=cache)
    before = (index.state(), found(index, "borrow a bike"))
    draft = make_document("bike", "Borrow a bike", "Scan the code.")
    assert found(index.try_document(draft), "borrow a bike")[0] == "bike"
    assert (index.state(), found(index, "borrow a bike")) == before
    text = "Borrow a bike\nScan the code."
    assert EmbeddingCache(cache).find(TinyEmbedder().fingerprint, [text]) == {}


def test_passages_that_did_not_change_are_not_embedded_again(make_index, tmp_path):
    embedder = TinyEmbedder()
    index = make_index([REFUND], embedder, cache=tmp_path / "embeddings.sqlite3")
    sections = [Section((name,), name, f"All about {name}.") for name in ("one", "two", "three")]
    before = embedder.texts
    index.try_document(REFUND)
    assert embedder.texts == before
    draft = make_document("bike", "Borrow a bike", sections=tuple(sections))
    index.try_document(draft)
    before = embedder.texts
    index.try_document(draft)
    assert embedder.texts == before
    sections[1] = Section(("two",), "two", "All about two and a half.")
    index.try_document(replace(draft, sections=tuple(sections)))
    assert embedder.texts == before + 1


def test_what_the_index_learns_meanwhile_is_not_taken_for_the_document(make_index):
    index = make_index([REFUND], TinyEmbedder(), refresh_seconds=0.0)
    trial = index.try_document(make_document("bike", "Borrow a bike", "Scan the code."))
    asked = Query("Choose Forgot password and open the link")
    before = trial.search(asked)
    index.put([SIGN_IN, PARCEL])
    assert found(index, "forgot password link")[0] == "sign-in"
    assert trial.search(asked) == before


def test_a_document_is_found_only_by_those_who_may_read_it(make_index):
    index = make_index([REFUND], TinyEmbedder())
    trial = index.try_document(replace(SIGN_IN, audience="agents"))
    assert "sign-in" not in found(trial, "sign in")
    assert "sign-in" in found(trial, "sign in", audiences=frozenset({"public", "agents"}))


def test_the_first_document_of_its_language_and_of_all_is_found(make_index):
    index = make_index([REFUND], TinyEmbedder())
    korean = make_document("bike", "자전거 빌리기", "코드를 찍으세요.", locale="ko")
    assert found(index.try_document(korean), "자전거 빌리기", locale="ko")[0] == "bike"
    for engine in ("whoosh", "tantivy"):
        empty = make_index([], TinyEmbedder(), engine=engine)
        assert found(empty.try_document(REFUND), "refund money") == ["refund"]


def test_without_a_model_words_alone_rank(make_index):
    index = make_index([REFUND, PARCEL])
    trial = index.try_document(SIGN_IN)
    assert found(trial, "forgot password")[0] == "sign-in"
    assert trial.search(Query("forgot password")).degraded
    assert trial.nearest_questions(["forgot password"], 3) == []
    assert trial.alike(0.0) == []


def test_a_document_of_which_too_much_is_new_is_not_tried(make_index, tmp_path):
    embedder = TinyEmbedder()
    index = make_index([REFUND], embedder, cache=tmp_path / "embeddings.sqlite3")
    sections = tuple(Section((), "", f"Section {number}.") for number in range(MOST_NEW + 1))
    long = make_document("long", "A long text", sections=sections)
    before = embedder.texts
    assert index.try_document(long) is None
    assert embedder.texts == before
    index.put([long])
    assert index.try_document(long) is not None
    endless = make_document("endless", "Endless", sections=sections * 10)
    assert index.try_document(endless) is None


def test_without_an_index_nothing_is_tried(tmp_path):
    assert SearchIndex(tmp_path, embedder=None).try_document(REFUND) is None


def test_the_questions_that_a_document_is_near_to_come_first(make_index):
    trial = make_index([REFUND], TinyEmbedder()).try_document(SIGN_IN)
    asked = ["where is my parcel", "forgot my password", "weather", "open the link"]
    assert set(trial.nearest_questions(asked, 2)) == {"forgot my password", "open the link"}


def test_an_article_that_says_the_same_in_other_words_is_named_with_the_passage(make_index):
    long = make_document(
        "account",
        "Your account",
        sections=(
            Section((), "", "Change your name and address here."),
            Section(("Forgotten",), "forgotten", "Choose Forgot password and open the link."),
        ),
    )
    index = make_index(
        [REFUND, PARCEL, long, replace(SIGN_IN, locale="ko", id="sign-in@ko")], TinyEmbedder()
    )
    draft = replace(SIGN_IN, article_id="new", id="new@en", title="Sign-in trouble")
    alike = index.try_document(draft).alike(0.99)
    assert [(each.article_id, each.heading, each.anchor) for each in alike] == [
        ("account", "Forgotten", "forgotten")
    ]
    assert alike[0].other == "Choose Forgot password and open the link."
    # Neither an article's own older text nor its translations are like it.
    assert index.try_document(long).alike(0.99) == []
