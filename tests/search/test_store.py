"""One generation's documents: revisions, what changed since, all or nothing."""

from __future__ import annotations

import sqlite3
import threading

import numpy as np
import pytest

from search.analysis.readings import DictionaryReadings
from search.analysis.tokens import terms
from search.damage import IndexDamaged
from search.document import Section
from search.keys import document_keys
from search.passages import split
from search.store import Addition, Store
from tests.search_documents import make_document


@pytest.fixture
def path(tmp_path):
    return tmp_path / "documents.sqlite3"


@pytest.fixture
def store(path):
    store = Store.create(path)
    yield store
    store.close()


def addition(article_id, title="Refunds", text="Text.", *, vectors=True, **values):
    document = make_document(article_id, title, text, **values)
    passages = split(document)
    rows = np.full((len(passages), 4), 0.5, np.float32) if vectors else None
    return Addition(document, document_keys(document, DictionaryReadings()), passages, rows)


def put(store, *additions, gone=()):
    with store.change() as change:
        change.remove([*gone, *(a.document.id for a in additions)])
        return [change.add(a) for a in additions]


def count(store):
    """The numbers of documents and of passages."""
    return len(store.delta(0).records), len(store.delta(0).owners)


def test_a_new_store_is_empty(store):
    assert store.revision() == 0
    assert count(store) == (0, 0)
    assert store.delta(0).records == []


def test_each_change_is_one_revision(store):
    put(store, addition("a"), addition("b"))
    put(store, addition("c"))
    assert store.revision() == 2
    assert count(store) == (3, 6)


def test_a_delta_holds_what_came_and_went_since(store):
    (first, second) = put(store, addition("a"), addition("b"))
    (third,) = put(store, addition("a", "New title"), gone=["b@en"])
    delta = store.delta(1)
    assert delta.revision == 2
    assert [(r.number, r.id, r.title) for r in delta.records] == [(third, "a@en", "New title")]
    assert sorted(delta.removed) == [first, second]
    assert list(delta.keys) == [third]
    assert [r.number for r in store.delta(0).records] == [third]


def test_nothing_changed_since_the_last_revision(store):
    put(store, addition("a"))
    delta = store.delta(1)
    assert (delta.records, delta.keys, delta.removed) == ([], {}, [])


def test_numbers_are_never_used_twice(store):
    used = put(store, addition("a"))
    for _ in range(3):
        used += put(store, addition("a"))
        put(store, gone=["a@en"])
        used += put(store, addition("a"))
    assert len(set(used)) == len(used)
    assert used == sorted(used)


def test_a_record_comes_back_as_it_went_in(store):
    put(
        store,
        addition(
            "a", "환불 😀 \"'", locale="ko", category="pay/refund", audience="agents",
            products=("web", "ios app"), questions=("돈?",), tags=("태그", "b"), quality=0.25,
        ),
    )  # fmt: skip
    (record,) = store.delta(0).records
    assert (record.id, record.article_id, record.locale) == ("a@ko", "a", "ko")
    assert (record.title, record.category, record.audience) == (
        "환불 😀 \"'", "pay/refund", "agents",
    )  # fmt: skip
    assert (record.products, record.questions, record.tags) == (
        ("web", "ios app"), ("돈?",), ("태그", "b"),
    )  # fmt: skip
    assert record.quality == 0.25


def test_passages_and_vectors_come_back_as_they_went_in(store):
    (number,) = put(store, addition("a", text="First.\n\nSecond. 환불"))
    kept = store.passages([number])[number]
    expected = split(make_document("a", "Refunds", "First.\n\nSecond. 환불"))
    assert tuple(read.passage for read in kept) == expected
    delta = store.delta(0)
    ids, vectors = delta.ids, delta.vectors
    assert list(ids) == [read.id for read in kept]
    assert vectors.shape == (len(kept), 4)
    assert (vectors == 0.5).all()
    assert delta.owners == [(id_, number, position) for position, id_ in enumerate(ids)]


@pytest.mark.parametrize("kept", [True, False])
def test_terms_are_those_of_each_sentence_whether_the_store_keeps_them_or_not(store, path, kept):
    text = "카드로 환불해요. Cards, too!\n\nＣａｆé 환불"
    (number,) = put(store, addition("a", sections=(Section(("카드 환불", "Refunds"), "r", text),)))
    with sqlite3.connect(path) as connection:
        stored = connection.execute("select terms from passages where position = 1").fetchone()[0]
        if not kept:
            connection.execute("alter table passages drop column terms")
    (_, read) = store.passages([number])[number]
    assert read.terms.dump() == stored
    assert "카드" in stored
    held = [frozenset(line.split()) for line in read.terms.sentences]
    assert held == [frozenset(terms(each)) for each in read.sentences]
    assert len(read.sentences) == 3
    headings = frozenset(terms("카드 환불 Refunds"))
    assert frozenset(read.terms.spaced.split()) == headings.union(*held)


def test_documents_without_vectors_have_none(store):
    put(store, addition("a", vectors=False))
    delta = store.delta(0)
    ids, vectors = delta.ids, delta.vectors
    assert (len(ids), vectors.size) == (0, 0)


def test_a_removed_document_takes_its_passages_with_it(store):
    (number,) = put(store, addition("a"))
    put(store, gone=["a@en", "unknown@en"])
    assert count(store) == (0, 0)
    assert store.passages([number]) == {}


class Interrupted(Exception):
    pass


def replace_and_fail(store):
    with store.change() as change:
        change.remove(["a@en"])
        change.add(addition("b"))
        raise Interrupted


def test_a_change_that_fails_leaves_no_trace(store, path):
    put(store, addition("a", "Old"))
    with pytest.raises(Interrupted):
        replace_and_fail(store)
    assert store.revision() == 1
    assert [r.title for r in store.delta(0).records] == ["Old"]
    put(store, addition("c"))
    other = Store.open(path)
    assert {r.id for r in other.delta(0).records} == {"a@en", "c@en"}
    other.close()


def test_another_connection_sees_a_change_when_it_is_committed_and_not_before(store, path):
    reader = Store.open(path)
    with store.change() as change:
        change.add(addition("a"))
        assert reader.revision() == 0
        assert count(reader) == (0, 0)
    assert reader.revision() == 1
    assert [r.id for r in reader.delta(0).records] == ["a@en"]
    reader.close()


def test_a_delta_is_of_one_moment_while_another_connection_writes(store, path):
    """Each change replaces all three documents: any mixture of two changes would show."""
    put(store, *(addition(name, "0") for name in "abc"))
    reader, torn, stop = Store.open(path), [], threading.Event()

    def watch():
        while not stop.is_set():
            titles = {record.title for record in reader.delta(0).records}
            if len(titles) != 1:
                torn.append(titles)

    thread = threading.Thread(target=watch)
    thread.start()
    for i in range(1, 60):
        put(store, *(addition(name, str(i)) for name in "abc"))
    stop.set()
    thread.join()
    reader.close()
    assert torn == []


def test_a_missing_store_is_damaged(path):
    with pytest.raises(IndexDamaged, match="missing"):
        Store.open(path)


def corrupt(path, damage):
    content = path.read_bytes()
    damaged = {
        "empty": b"",
        "text": b"this is not a database, however long one looks at it\n" * 100,
        "short": content[:100],
        "header": b"\0" * 100 + content[100:],
    }
    path.write_bytes(damaged[damage])


@pytest.mark.parametrize("damage", ["empty", "text", "short", "header"])
def test_a_file_that_is_no_store_is_damaged(path, damage):
    store = Store.create(path)
    put(store, addition("a"))
    store._connection.execute("pragma wal_checkpoint(truncate)")
    store.close()
    corrupt(path, damage)
    with pytest.raises(IndexDamaged):
        Store.open(path)


def test_a_database_of_something_else_is_damaged(path):
    connection = sqlite3.connect(path)
    connection.execute("create table other (x)")
    connection.commit()
    connection.close()
    with pytest.raises(IndexDamaged):
        Store.open(path)
