"""Keys through the front door: one file for all readers, made anew as the help center grows."""

from __future__ import annotations

import pytest

from search.document import Query
from search.index import SearchIndex
from search.keys import typed_words
from search.keystrokes import key_index
from search.keystrokes.key_index import KEYS, last_in_file
from search.view import required_labels
from tests.search_documents import TINY_WEIGHTS, make_document
from tests.tiny_embedder import TinyEmbedder


@pytest.fixture
def open_index(tmp_path):
    opened = []

    def open_one():
        opened.append(
            SearchIndex(
                tmp_path / "index",
                embedder=TinyEmbedder(),
                engine="tantivy",
                refresh_seconds=0.0,
                weights=TINY_WEIGHTS,
            )
        )
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def numbered(first, last, **values):
    return [make_document(f"n{i}", f"Article {i}", **values) for i in range(first, last)]


def generation_directory(tmp_path):
    return tmp_path / "index" / (tmp_path / "index" / "CURRENT").read_text()


def matches(index, typed, **values):
    index.refresh()
    current = index._generation.view
    found = current.match_keys(typed_words(typed), required_labels(Query(typed, **values)))
    return [current.records[number].id for number in found.scores]


def test_the_first_documents_make_the_file(open_index, tmp_path):
    open_index().put(numbered(0, 3))
    assert last_in_file(generation_directory(tmp_path)) == 3


def test_a_few_more_documents_leave_the_file_as_it_is(open_index, tmp_path):
    index = open_index()
    index.put(numbered(0, 3))
    index.put(numbered(3, 5))
    assert last_in_file(generation_directory(tmp_path)) == 3
    assert set(matches(index, "article 4")) >= {"n4@en"}


def test_many_more_documents_make_it_anew_and_every_reader_goes_on(
    open_index, tmp_path, monkeypatch
):
    monkeypatch.setattr(key_index, "_FEW", 4)
    writer, reader = open_index(), open_index()
    writer.put(numbered(0, 3))
    for i in range(3, 30):
        writer.put(numbered(i, i + 1))
        assert f"n{i}@en" in matches(reader, f"article {i}")
        assert "n1@en" in matches(reader, "article 1")
    assert last_in_file(generation_directory(tmp_path)) > 20
    assert set(matches(open_index(), "article")) == {f"n{i}@en" for i in range(30)}


def test_a_replaced_document_is_found_once_and_by_its_new_title_only(open_index):
    index = open_index()
    index.put(numbered(0, 3))
    index.put([make_document("n1", "Refund")])
    assert matches(index, "refund") == ["n1@en"]
    assert set(matches(index, "article")) == {"n0@en", "n2@en"}
    index.remove(["n1@en"])
    assert matches(index, "refund") == []


def test_what_the_asker_may_not_see_is_not_matched_and_hides_nothing(open_index):
    index = open_index()
    index.put(numbered(0, 20, audience="agents") + [make_document("own", "Articles of mine")])
    assert matches(index, "art") == ["own@en"]
    assert len(matches(index, "art", audiences=frozenset({"public", "agents"}))) == 21


def test_a_slip_is_looked_for_when_only_hidden_articles_have_the_word(open_index):
    index = open_index()
    index.put([
        *(make_document(f"h{i}", f"Refnud {i}", audience="agents") for i in range(5)),
        make_document("own", "Refund"),
    ])  # fmt: skip
    assert matches(index, "refnud") == ["own@en"]


def test_the_file_is_where_it_is_looked_for(open_index, tmp_path):
    open_index().put(numbered(0, 1))
    assert (generation_directory(tmp_path) / KEYS).is_file()
