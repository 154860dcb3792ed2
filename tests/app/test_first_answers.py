"""What people ask first has been asked before they do; a change is followed once it has rested."""

from __future__ import annotations

import pytest

from app.first_answers import FirstAnswers
from search.document import Query
from search.index import SearchIndex
from tests.search_documents import make_document
from tests.tiny_embedder import TinyEmbedder


@pytest.fixture
def index(tmp_path):
    made = SearchIndex(tmp_path, embedder=TinyEmbedder(), engine="whoosh", refresh_seconds=0)
    korean = make_document("b", "환불 받기", locale="ko")
    made.rebuild([make_document("a", "Refund an order"), korean], total=2)
    yield made
    made.close()


def ask_unseen(index, monkeypatch, *queries):
    """The texts among `queries` that the index had to answer anew."""
    made, answer = [], SearchIndex._answer_from

    def note(self, generation, query, **how):
        made.append(query.text)
        return answer(self, generation, query, **how)

    monkeypatch.setattr(SearchIndex, "_answer_from", note)
    for query in queries:
        index.suggest(query)
    monkeypatch.undo()
    return made


def test_the_first_letters_are_answered_before_they_are_asked(index, monkeypatch):
    first = FirstAnswers(index)
    assert first.work_once() == 0, "it has to rest first"
    assert first.work_once() > 4
    assert first.work_once() == 0, "nothing has changed"
    typed = [("r", "en"), ("Re", "en"), ("ㅎ", "ko"), ("화", "ko"), ("환", "ko")]
    queries = [Query(text, locale=locale) for text, locale in typed]
    assert ask_unseen(index, monkeypatch, *queries) == []
    assert ask_unseen(index, monkeypatch, Query("ref", locale="en")) == ["ref"]


def test_after_a_change_they_are_answered_anew_once_it_has_rested(index, monkeypatch):
    first = FirstAnswers(index)
    while not first.work_once():
        pass
    index.put([make_document("c", "Gift cards")])
    assert first.work_once() == 0
    assert first.work_once() > 0
    assert ask_unseen(index, monkeypatch, Query("gi", locale="en"), Query("re", locale="en")) == []


def test_without_an_index_nothing_is_asked(tmp_path):
    first = FirstAnswers(SearchIndex(tmp_path / "none", embedder=None))
    assert [first.work_once(), first.work_once()] == [0, 0]


def test_a_request_of_the_site_is_one_that_was_asked_ahead():
    from app.answers import _query
    from app.views.parameters import read_suggest

    asked = read_suggest({"q": "re", "locale": "en"}, frozenset({"public"}))
    assert _query(asked, "re", asked.limit) == Query("re", locale="en")
