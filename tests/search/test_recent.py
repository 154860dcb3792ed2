"""What was made lately: kept while it is used, gone when there is no room."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from search.document import Query
from search.index import SearchIndex
from search.recent import Recent
from tests.search_documents import ConceptEmbedder, make_document, opened_indexes


def test_what_was_put_is_found_and_nothing_else():
    recent = Recent(2)
    recent.put("a", 1)
    assert recent.get("a") == 1
    assert recent.get("b") is None


def test_what_was_unused_for_longest_makes_room():
    recent = Recent(2)
    for name in ("a", "b"):
        recent.put(name, name)
    recent.get("a")
    recent.put("c", "c")
    assert [recent.get(name) for name in "abc"] == ["a", None, "c"]


def test_threads_may_use_one_at_once():
    recent = Recent(10)

    def use(number):
        for i in range(200):
            recent.put((number + i) % 20, i)
            recent.get(i % 20)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))
    assert sum(recent.get(key) is not None for key in range(20)) == 10


SHOP = [
    make_document("refund", "Get a refund", "A refund takes three days."),
    make_document("password", "Reset your password", "Choose a new password."),
]
CONCEPTS = [("refund", "money"), ("password", "secret")]


@pytest.fixture
def make_index(tmp_path):
    with opened_indexes(tmp_path, refresh_seconds=0) as make:
        yield lambda embedder: make(SHOP, embedder)


@pytest.fixture
def ranked(monkeypatch):
    """The questions that had to be ranked."""
    questions = []
    answer = SearchIndex._answer_from
    monkeypatch.setattr(
        SearchIndex,
        "_answer_from",
        lambda self, generation, query, **how: (
            questions.append(query.text) or answer(self, generation, query, **how)
        ),
    )
    return questions


def test_what_was_asked_lately_is_not_ranked_again_until_something_changes(make_index, ranked):
    index = make_index(ConceptEmbedder(CONCEPTS))
    first = index.suggest(Query("get a ref", "en"))
    assert [hit.article_id for hit in first.hits] == ["refund"]
    assert index.suggest(Query("get a ref", "en")) == first
    assert len(ranked) == 1
    index.suggest(Query("get a ref", "ko"))
    index.search(Query("get a ref", "en"))
    assert len(ranked) == 3
    index.remove([first.hits[0].document_id])
    index.refresh()
    assert index.suggest(Query("get a ref", "en")).hits == ()
    assert len(ranked) == 4


def test_an_answer_without_all_legs_is_not_kept(make_index, ranked):
    crippled = make_index(None)
    for _ in range(2):
        assert crippled.suggest(Query("refund", "en")).degraded
    assert ranked == ["refund", "refund"]
