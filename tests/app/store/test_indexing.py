"""Indexing: the outbox is drained in order, repeated after a crash, and never lost."""

import threading
import time

import pytest
from filelock import FileLock
from sqlalchemy import delete, select

from app.indexer import Indexer
from app.indexing import (
    IndexerBusy,
    bring_up_to_date,
    count_waiting,
    document_of,
    drain_outbox,
    finish_indexing,
    indexing_turn,
    load_documents,
    rebuild_index,
)
from app.models import Article, OutboxEntry, utc_now
from search.document import Document, Section
from tests.store_helpers import Recorder, RecordingIndex, stored_article


def add(sessions, *names, **values):
    """Articles with an outbox entry each."""
    with sessions() as session:
        for name in names:
            session.add(stored_article(name, **values))
            session.add(OutboxEntry(document_id=f"{name}@en", action="put"))
        session.commit()


def ask(sessions, document_id, action="put"):
    with sessions() as session:
        session.add(OutboxEntry(document_id=document_id, action=action))
        session.commit()


def test_a_document_holds_all_that_the_engine_wants_to_know():
    article = stored_article(
        "pay",
        "ko",
        title="결제",
        questions=["어떻게?"],
        tags=["카드"],
        products=["web"],
        category="payment",
        audience="agents",
        quality=0.5,
    )
    assert document_of(article) == Document(
        id="pay@ko",
        article_id="pay",
        locale="ko",
        title="결제",
        sections=(Section(("How",), "how", "So."),),
        questions=("어떻게?",),
        tags=("카드",),
        category="payment",
        products=("web",),
        audience="agents",
        quality=0.5,
    )


def test_documents_are_loaded_in_pages_and_only_published_ones(sessions, monkeypatch):
    monkeypatch.setattr("app.indexing._ARTICLES_READ", 3)
    add(sessions, *[f"a{number}" for number in range(8)])
    add(sessions, "draft", status="draft")
    with sessions() as session:
        names = [document.article_id for document in load_documents(session)]
    assert names == [f"a{number}" for number in range(8)]


def test_draining_puts_what_is_published_and_removes_the_rest(sessions, index):
    add(sessions, "shown")
    add(sessions, "hidden", status="draft")
    ask(sessions, "gone@en", "remove")
    index.documents = {"hidden@en": None, "gone@en": None, "other@en": None}
    assert drain_outbox(sessions, index) == 3
    assert set(index.documents) == {"shown@en", "other@en"}
    assert index.calls == [("put", ["shown@en"]), ("remove", ["hidden@en", "gone@en"])]
    assert count_waiting(sessions) == 0


def test_many_changes_of_one_article_are_carried_once(sessions, index):
    add(sessions, "a", "b")
    for _ in range(5):
        ask(sessions, "a@en")
    drain_outbox(sessions, index)
    assert index.calls == [("put", ["a@en", "b@en"])]


def test_an_entry_means_the_article_as_it_is_now(sessions, index):
    add(sessions, "a")
    with sessions() as session:
        session.scalars(select(Article)).one().title = "Newer"
        session.commit()
    ask(sessions, "a@en", "remove")
    drain_outbox(sessions, index)
    assert index.documents["a@en"].title == "Newer"


def test_batches_go_oldest_first_and_progress_is_told(sessions, index):
    add(sessions, *"abcde")
    recorder = Recorder()
    drain_outbox(sessions, index, batch=2, progress=recorder)
    assert [names for _, names in index.calls] == [["a@en", "b@en"], ["c@en", "d@en"], ["e@en"]]
    assert recorder.calls == [("Indexing", 2, 5), ("Indexing", 4, 5), ("Indexing", 5, 5)]


def test_when_the_index_fails_nothing_is_lost_and_the_next_run_goes_on(sessions, index):
    add(sessions, *"abcd")
    index.failures = [None, OSError("disk full")]
    index.failures.pop(0)
    with pytest.raises(OSError, match="disk full"):
        drain_outbox(sessions, index, batch=2)
    assert count_waiting(sessions) == 4
    drain_outbox(sessions, index, batch=2)
    assert set(index.documents) == {"a@en", "b@en", "c@en", "d@en"}
    assert count_waiting(sessions) == 0


def test_a_crash_after_the_index_and_before_the_outbox_only_repeats(sessions, index, monkeypatch):
    add(sessions, "a")

    def crash(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("app.indexing._forget", crash)
        with pytest.raises(KeyboardInterrupt):
            drain_outbox(sessions, index)
    assert count_waiting(sessions) == 1
    drain_outbox(sessions, index)
    assert index.calls == [("put", ["a@en"]), ("put", ["a@en"])]
    assert count_waiting(sessions) == 0


def test_a_change_that_arrives_during_a_batch_stays_in_the_outbox(sessions, index):
    add(sessions, "a")
    put = index.put

    def put_and_change(documents):
        index.put = put
        put(documents)
        with sessions() as session:
            session.scalars(select(Article)).one().title = "Changed meanwhile"
            session.add(OutboxEntry(document_id="a@en", action="put"))
            session.commit()

    index.put = put_and_change
    drain_outbox(sessions, index)
    assert index.documents["a@en"].title == "Changed meanwhile"
    assert len(index.calls) == 2


def test_the_number_of_a_drained_entry_is_never_given_again(sessions):
    ask(sessions, "a@en")
    with sessions() as session:
        first = session.scalars(select(OutboxEntry.id)).one()
        session.execute(delete(OutboxEntry))
        session.commit()
    ask(sessions, "b@en")
    with sessions() as session:
        assert session.scalars(select(OutboxEntry.id)).one() > first


def test_a_rebuild_takes_all_that_is_published_and_settles_older_entries(sessions, index):
    add(sessions, "a", "b")
    add(sessions, "draft", status="draft")
    index.documents = {"left-over@en": None}
    assert rebuild_index(sessions, index) == 2
    assert set(index.documents) == {"a@en", "b@en"}
    assert count_waiting(sessions) == 0


def test_an_entry_that_arrives_during_a_rebuild_stays(sessions, index):
    add(sessions, "a")
    rebuild = index.rebuild

    def rebuild_slowly(documents, *, total, progress):
        rebuild(documents, total=total)
        ask(sessions, "a@en")

    index.rebuild = rebuild_slowly
    rebuild_index(sessions, index)
    assert count_waiting(sessions) == 1


def test_a_stale_index_is_rebuilt_before_anything_is_added(sessions, index):
    add(sessions, "a")
    index.stale = True
    bring_up_to_date(sessions, index)
    assert index.calls == [("rebuild", 1)]


def test_only_one_process_has_its_turn(settings):
    with (
        FileLock(settings.var_dir / "indexer.lock", thread_local=False),
        pytest.raises(IndexerBusy),
        indexing_turn(settings),
    ):
        pass
    with indexing_turn(settings):
        pass


def test_who_cannot_have_a_turn_waits_until_the_other_has_carried_everything(
    settings, sessions, index, monkeypatch
):
    monkeypatch.setattr("app.indexing._WATCH_SECONDS", 0.01)
    add(sessions, "a")
    other = RecordingIndex()
    began, recorder = threading.Event(), Recorder()

    def work():
        with indexing_turn(settings):
            began.set()
            while not recorder.calls:
                time.sleep(0.005)
            drain_outbox(sessions, other)
            time.sleep(0.1)

    thread = threading.Thread(target=work)
    thread.start()
    began.wait()
    assert finish_indexing(settings, sessions, index, progress=recorder) == 0
    thread.join()
    assert set(other.documents) == {"a@en"}
    assert index.calls == []
    assert recorder.calls[0] == ("Indexing, done by another process", 0, 1)


def wait_until(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within five seconds"
        time.sleep(0.01)


def test_the_indexer_carries_a_publish_by_itself(settings, sessions, index):
    indexer = Indexer(settings, sessions, index, interval=0.02)
    indexer.start()
    try:
        add(sessions, "a")
        wait_until(lambda: "a@en" in index.documents)
        wait_until(lambda: count_waiting(sessions) == 0)
    finally:
        indexer.stop()


def test_the_indexer_notices_when_an_article_is_due(settings, sessions, index):
    with sessions() as session:
        session.add(stored_article("due", publish_at=utc_now()))
        session.commit()
    assert Indexer(settings, sessions, index).work_once() == 1
    assert set(index.documents) == {"due@en"}


def test_the_indexer_survives_failures_and_says_so(settings, sessions, index, caplog):
    index.failures = [OSError("disk full"), RuntimeError("anything")]
    add(sessions, "a")
    indexer = Indexer(settings, sessions, index, interval=0.01)
    indexer.start()
    try:
        wait_until(lambda: "a@en" in index.documents)
    finally:
        indexer.stop()
    assert caplog.text.count("indexing failed") == 2
    assert "disk full" in caplog.text


def test_the_indexer_logs_once_what_search_lacks(settings, sessions, index, caplog):
    indexer = Indexer(settings, sessions, index)
    for index.degraded in ("", "no words (var/index)", "no words (var/index)", "no model", ""):
        indexer.work_once()
    assert [record.getMessage() for record in caplog.records] == [
        "search is degraded: no words (var/index)",
        "search is degraded: no model",
        "search lacks nothing any more",
    ]


def test_the_indexer_leaves_the_work_to_the_process_that_is_at_it(settings, sessions, index):
    add(sessions, "a")
    with FileLock(settings.var_dir / "indexer.lock", thread_local=False):
        assert Indexer(settings, sessions, index).work_once() == 0
    assert index.calls == []
    assert Indexer(settings, sessions, index).work_once() == 1
