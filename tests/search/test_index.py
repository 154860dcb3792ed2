"""An index takes documents in, lets go of them, and every reader sees it within a moment."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from filelock import FileLock

from search import generations, index, view, writing
from search.document import Query
from search.embed import EmbedderUnavailable
from search.generations import WriterBusy
from search.index import SearchIndex
from search.writing import StaleIndex
from tests.search_documents import ROOT, TINY_WEIGHTS, make_document
from tests.tiny_embedder import TinyEmbedder

REFUND = make_document("refund", "Get a refund", "Send it back within 30 days.", category="pay")
DELIVERY = make_document("delivery", "Track a delivery", "Open your orders.", category="orders")
PASSWORD = make_document("password", "Reset your password", "Choose Forgot password.")
DOCUMENTS = [REFUND, DELIVERY, PASSWORD]


@pytest.fixture(params=["whoosh", "tantivy"])
def engine(request):
    return request.param


@pytest.fixture
def open_index(tmp_path):
    """Open the index of this test as often as wanted: each is a reader and writer of its own."""
    opened = []

    def open_one(embedder="tiny", **values):
        given = {"refresh_seconds": 0.0, "weights": TINY_WEIGHTS, "engine": "whoosh"} | values
        if embedder == "tiny":
            embedder = TinyEmbedder()
        opened.append(SearchIndex(tmp_path / "index", embedder=embedder, **given))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def ids(results):
    return [hit.document_id for hit in results.hits]


def first(index, text, **values):
    found = ids(index.search(Query(text, **values)))
    return found[0] if found else None


def ways_to(index, document):
    """Tell by which ways a document is found: by keywords, by meaning, by keys."""
    by_word = ids(index.search(Query(document.title, limit=50), mode="keyword"))
    by_meaning = ids(index.search(Query(document.title, limit=50), mode="semantic"))
    by_key = ids(index.suggest(Query(document.title[:-2], limit=50), mode="keyword"))
    return [document.id in found for found in (by_word, by_meaning, by_key)]


def knows(index, document):
    """Tell whether a document is there: it must be found every way or by none."""
    known = ways_to(index, document)
    assert len(set(known)) == 1, f"half there: word, meaning, key = {known}"
    return known[0]


def test_an_index_that_does_not_exist_answers_nothing_and_says_so(open_index, tmp_path):
    index = open_index()
    for results in (index.search(Query("refund")), index.suggest(Query("refund"))):
        assert results.hits == ()
        assert results.no_answer
        assert results.degraded
    assert index.state().stale
    assert index.state().degraded
    assert not (tmp_path / "index").exists()


def test_what_is_put_is_found_every_way(open_index, engine):
    index = open_index(engine=engine)
    index.put(DOCUMENTS)
    assert all(knows(index, document) for document in DOCUMENTS)
    assert first(index, "refund") == "refund@en"


def test_the_state_counts_what_is_there(open_index, engine):
    index = open_index(engine=engine)
    index.put(DOCUMENTS)
    state = index.state()
    assert (state.documents, state.passages, state.engine) == (3, 8, engine)
    assert (state.degraded, state.stale) == ("", False)


def test_each_put_and_each_remove_is_one_revision(open_index):
    index = open_index()
    index.rebuild(DOCUMENTS[:1], total=1)
    before = index.state().revision
    index.put(DOCUMENTS[1:])
    assert index.state().revision == before + 1
    index.remove(["password@en", "delivery@en", "unknown@en"])
    assert index.state().revision == before + 2
    assert index.state().documents == 1


def test_putting_the_same_again_changes_nothing_that_shows(open_index, engine):
    index = open_index(engine=engine)
    index.put(DOCUMENTS)
    before = index.search(Query("refund delivery password"))
    for _ in range(3):
        index.put(DOCUMENTS)
    after = index.search(Query("refund delivery password"))
    assert ids(after) == ids(before)
    assert [h.score for h in after.hits] == pytest.approx([h.score for h in before.hits], abs=0.02)
    assert (index.state().documents, index.state().passages) == (3, 8)


def test_a_document_twice_in_one_put_is_there_once_as_it_came_last(open_index):
    index = open_index()
    index.put([REFUND, make_document("refund", "Money back guarantee")])
    assert index.state().documents == 1
    assert index.search(Query("money back")).hits[0].title == "Money back guarantee"


def test_a_document_twice_in_a_rebuild_is_there_once_as_it_came_last(open_index):
    index = open_index()
    index.rebuild([REFUND, DELIVERY, make_document("refund", "Money back guarantee")], total=3)
    assert index.state().documents == 2
    assert index.search(Query("money back")).hits[0].title == "Money back guarantee"


def test_a_document_put_again_is_found_by_its_new_words_only(open_index, engine):
    index = open_index(engine=engine)
    index.put(DOCUMENTS)
    index.put([make_document("refund", "Vouchers", "Spend them in the shop.")])
    assert "refund@en" not in ids(index.search(Query("days"), mode="keyword"))
    assert ids(index.suggest(Query("get a ref"), mode="keyword")) == []
    assert first(index, "vouchers") == "refund@en"


def test_a_removed_document_is_gone_every_way(open_index, engine):
    index = open_index(engine=engine)
    index.put(DOCUMENTS)
    assert knows(index, REFUND)
    index.remove([REFUND.id])
    assert not knows(index, REFUND)
    assert knows(index, DELIVERY)


def test_a_removed_document_can_come_back(open_index, engine):
    index = open_index(engine=engine)
    index.put(DOCUMENTS)
    index.remove([REFUND.id])
    index.put([REFUND])
    assert knows(index, REFUND)


def test_removing_the_last_document_leaves_an_index_that_works(open_index, engine):
    index = open_index(engine=engine)
    index.put([REFUND])
    index.remove([REFUND.id])
    assert index.search(Query("refund")).hits == ()
    index.put([DELIVERY])
    assert knows(index, DELIVERY)


def test_removing_from_no_index_is_no_error(open_index):
    open_index().remove(["a@en"])


def test_putting_nothing_is_no_error(open_index):
    index = open_index()
    index.put(DOCUMENTS)
    index.put([])
    assert index.state().documents == 3


def test_an_article_without_any_text_can_be_put(open_index, engine):
    index = open_index(engine=engine)
    index.put([make_document("a", "?!"), make_document("b", "😀"), REFUND])
    assert knows(index, REFUND)


@pytest.mark.parametrize(
    "oddity",
    ["\ud800", "\x00", "\u202e", "x" * 100_000],
    ids=["surrogate", "zero", "override", "long"],
)
def test_an_odd_text_does_not_keep_others_from_being_indexed(open_index, engine, oddity):
    title = f"Odd {oddity[:9]}"
    odd = make_document("odd", title, f"Text {oddity} end.", tags=(oddity[:9],))
    index = open_index(engine=engine)
    index.put([odd, REFUND])
    assert knows(index, REFUND)
    assert "odd@en" in ids(index.search(Query("odd text end"), mode="keyword"))


class TestReaders:
    """A reader that was there before sees what another one writes."""

    @pytest.fixture
    def reader(self, open_index, engine):
        open_index(engine=engine).put(DOCUMENTS)
        reader = open_index(engine=engine, refresh_seconds=0.1)
        assert knows(reader, REFUND)
        return reader

    def wait_until(self, reader, document, *, known, seconds=1.0):
        until = time.monotonic() + seconds
        while ways_to(reader, document) != [known] * 3:
            assert time.monotonic() < until, ways_to(reader, document)
            time.sleep(0.02)

    def test_a_put_is_seen_within_a_moment(self, reader, open_index):
        new = make_document("gift", "Gift cards", "Buy one.")
        open_index().put([new])
        self.wait_until(reader, new, known=True)

    def test_a_removal_is_seen_within_a_moment(self, reader, open_index):
        open_index().remove([REFUND.id])
        self.wait_until(reader, REFUND, known=False)
        assert knows(reader, DELIVERY)

    def test_a_rebuild_is_seen_within_a_moment(self, reader, open_index):
        generation = reader.state().generation
        open_index().rebuild([DELIVERY], total=1)
        self.wait_until(reader, REFUND, known=False)
        assert reader.state().generation != generation
        assert knows(reader, DELIVERY)

    def test_what_another_process_puts_is_seen_within_a_moment(self, reader, tmp_path):
        program = (
            "import sys; from pathlib import Path\n"
            "from search.index import SearchIndex\n"
            "from tests.search_documents import make_document\n"
            "from tests.tiny_embedder import TinyEmbedder\n"
            "index = SearchIndex(Path(sys.argv[1]), embedder=TinyEmbedder())\n"
            "index.put([make_document('gift', 'Gift cards', 'Buy one.')])\n"
            "index.remove(['refund@en'])\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "index")], cwd=ROOT, timeout=60
        )
        assert done.returncode == 0
        self.wait_until(reader, make_document("gift", "Gift cards"), known=True)
        self.wait_until(reader, REFUND, known=False)

    def test_many_small_changes_add_up_for_a_reader_that_follows_each(self, reader, open_index):
        writer = open_index()
        for i in range(12):
            writer.put([make_document(f"n{i}", f"Number{i} article", "Text.")])
            reader.refresh()
            assert knows(reader, make_document(f"n{i}", f"Number{i} article"))
        writer.remove([f"n{i}@en" for i in range(0, 12, 2)])
        reader.refresh()
        known = [knows(reader, make_document(f"n{i}", f"Number{i} article")) for i in range(12)]
        assert known == [False, True] * 6

    def test_a_reader_of_an_empty_index_sees_the_first_document(self, open_index, engine):
        writer = open_index(engine=engine)
        writer.rebuild([], total=0)
        reader = open_index(engine=engine)
        assert reader.search(Query("refund")).hits == ()
        writer.put([REFUND])
        assert knows(reader, REFUND)

    def test_a_reader_of_no_index_sees_the_first_document(self, open_index, engine):
        reader = open_index(engine=engine)
        assert reader.search(Query("refund")).hits == ()
        open_index(engine=engine).put([REFUND])
        assert knows(reader, REFUND)


@pytest.mark.parametrize("mode", ["keyword", "semantic", "hybrid"])
def test_an_article_stays_findable_while_it_is_replaced_again_and_again(open_index, engine, mode):
    writer, reader = open_index(engine=engine), open_index(engine=engine)
    writer.put(DOCUMENTS)
    assert knows(reader, REFUND)
    stop, wrong = threading.Event(), []

    def look():
        while not stop.is_set() and not wrong:
            try:
                found = ids(reader.search(Query("get a refund"), mode))
                if found.count("refund@en") != 1:
                    wrong.append(found)
            except Exception as error:  # any error at all is what is looked for
                wrong.append(repr(error))

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for i in range(12):
        writer.put([make_document("refund", "Get a refund", f"Send it back, version {i}.")])
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_index_opened_while_another_one_writes_is_whole(open_index, engine):
    writer = open_index(engine=engine)
    writer.put(DOCUMENTS)
    stop = threading.Event()

    def write():
        while not stop.is_set():
            writer.put(DOCUMENTS)

    thread = threading.Thread(target=write)
    thread.start()
    until = time.monotonic() + 1.0
    states = []
    while time.monotonic() < until:
        states.append(open_index(engine=engine).state())
    stop.set()
    thread.join()
    assert {(s.degraded, s.stale, s.documents) for s in states} == {("", False, 3)}


def in_another_thread(action):
    """Run `action` as another thread would, which may have to wait for the present one."""
    thread = threading.Thread(target=action)
    thread.start()
    thread.join(0.3)
    return thread


def test_an_article_withdrawn_from_the_public_meanwhile_is_not_shown(open_index, monkeypatch):
    """The list of what the public may see is made while a change of it arrives."""
    writer, reader = open_index(), open_index()
    writer.put(DOCUMENTS)
    reader.refresh()
    carries, threads = view._carries, []

    def carry_slowly(record, required):
        if not threads:
            writer.put([make_document("refund", "Refund secrets", audience="agents")])
            threads.append(None)
            threads[0] = in_another_thread(reader.refresh)
        return carries(record, required)

    monkeypatch.setattr(view, "_carries", carry_slowly)
    reader._refresh_seconds = 3600
    reader.search(Query("refund"))
    threads[0].join()
    assert "refund@en" not in ids(reader.search(Query("refund secrets", limit=50)))


class TestEmbedding:
    def test_unchanged_text_is_not_embedded_again(self, open_index, tmp_path):
        embedder = TinyEmbedder()
        index = open_index(embedder, cache=tmp_path / "vectors.sqlite3")
        index.rebuild(DOCUMENTS, total=3)
        index.put([REFUND])
        index.rebuild(DOCUMENTS, total=3)
        assert embedder.texts == 8
        changed = make_document("refund", "Get a refund", "Another text.")
        index.put([changed, DELIVERY])
        assert embedder.texts == 9

    def test_a_question_is_embedded_once(self, open_index):
        embedder = TinyEmbedder()
        index = open_index(embedder)
        index.put(DOCUMENTS)
        before = embedder.texts
        for _ in range(3):
            index.search(Query("refund  please"))
            index.suggest(Query(" refund please"))
        assert embedder.texts == before + 1

    def test_without_a_model_keywords_and_keys_answer(self, open_index):
        index = open_index(None)
        index.put(DOCUMENTS)
        assert first(index, "refund") == "refund@en"
        assert ids(index.suggest(Query("refu"))) == ["refund@en"]
        assert index.search(Query("refund")).degraded
        assert index.state().degraded
        assert not index.state().stale

    def test_with_another_model_the_old_vectors_are_not_used(self, open_index):
        open_index().put(DOCUMENTS)
        other = TinyEmbedder(salt="other")
        index = open_index(other)
        results = index.search(Query("refund"))
        assert ids(results) == ["refund@en"]
        assert results.degraded
        assert other.texts == 0
        assert index.state().stale
        assert "another embedding model" in index.state().degraded

    def test_with_another_model_a_put_is_refused_and_a_rebuild_mends_it(self, open_index):
        open_index().put(DOCUMENTS)
        index = open_index(TinyEmbedder(salt="other"))
        with pytest.raises(StaleIndex):
            index.put([REFUND])
        index.rebuild(DOCUMENTS, total=3)
        assert not index.state().stale
        assert not index.search(Query("refund")).degraded
        assert knows(index, REFUND)

    def test_a_model_of_another_width_does_no_harm(self, open_index):
        open_index().put(DOCUMENTS)
        index = open_index(TinyEmbedder(dimensions=16))
        assert first(index, "refund") == "refund@en"
        assert index.state().stale

    def test_when_a_model_arrives_the_index_is_stale(self, open_index):
        open_index(None).put(DOCUMENTS)
        index = open_index()
        assert index.state().stale
        assert first(index, "refund") == "refund@en"

    def test_what_was_put_without_the_model_gets_its_vectors_when_the_model_is_back(
        self, open_index
    ):
        open_index().put([REFUND])
        open_index(None).put([DELIVERY])
        index = open_index()
        if index.state().stale:
            index.rebuild([REFUND, DELIVERY], total=2)
        assert knows(index, DELIVERY)

    def test_a_model_that_fails_for_questions_leaves_keywords(self, open_index):
        class Broken(TinyEmbedder):
            def encode_queries(self, texts):
                raise EmbedderUnavailable("the model file is gone; run scripts/fetch_model")

        index = open_index(Broken())
        index.put(DOCUMENTS)
        results = index.search(Query("refund"))
        assert ids(results)[0] == "refund@en"
        assert index.search(Query("refund")).degraded
        assert "fetch_model" in index.state().degraded

    def test_the_answer_in_which_the_model_fails_is_degraded_already(self, open_index):
        class Broken(TinyEmbedder):
            def encode_queries(self, texts):
                raise EmbedderUnavailable("gone")

        index = open_index(Broken())
        index.put(DOCUMENTS)
        assert index.search(Query("refund")).degraded


class TestRebuilding:
    def test_progress_is_told_and_ends_at_the_total(self, open_index):
        told = []
        documents = [make_document(f"d{i}", f"Title {i}", "Text.") for i in range(70)]
        open_index().rebuild(iter(documents), total=70, progress=lambda *p: told.append(p))
        done = [d for label, d, total in told if label == "indexing" and total == 70]
        assert done[0] == 0
        assert done[-1] == 70
        assert done == sorted(done)
        assert len(done) > 2

    def test_a_rebuild_that_fails_leaves_the_index_as_it_was(self, open_index):
        index = open_index()
        index.put(DOCUMENTS)

        def fail():
            yield make_document("x", "New article")
            raise OSError("the disk is full")

        with pytest.raises(OSError, match="disk"):
            index.rebuild(fail(), total=2)
        assert knows(index, REFUND)
        assert not index.state().stale
        index.rebuild([DELIVERY], total=1)
        assert index.state().documents == 1

    def test_only_the_last_generations_are_kept(self, open_index, tmp_path):
        index = open_index()
        for _ in range(4):
            index.rebuild([REFUND], total=1)
        kept = [p for p in (tmp_path / "index").iterdir() if p.is_dir()]
        assert len(kept) == 2
        assert index.state().generation in {p.name for p in kept}

    def test_a_reader_goes_on_in_a_generation_that_was_deleted(self, open_index):
        reader = open_index(refresh_seconds=3600)
        writer = open_index()
        writer.put(DOCUMENTS)
        assert knows(reader, REFUND) or reader.refresh() is None
        for _ in range(3):
            writer.rebuild([DELIVERY], total=1)
        reader.search(Query("refund"))
        reader.refresh()
        assert knows(reader, DELIVERY)

    def test_what_an_interrupted_rebuild_left_is_cleared_away(self, open_index, tmp_path):
        left = tmp_path / "index" / "20200101T000000-dead"
        left.mkdir(parents=True)
        (left / "documents.sqlite3").write_bytes(b"half")
        index = open_index()
        index.rebuild([REFUND], total=1)
        assert not left.exists()
        assert knows(index, REFUND)


class TestWriters:
    def test_a_second_writer_is_told_that_another_one_writes(
        self, open_index, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(writing, "_PUT_TIMEOUT", 0.05)
        index = open_index()
        index.put(DOCUMENTS)
        with FileLock(tmp_path / "index" / generations._LOCK):
            for write in (
                lambda: index.put([REFUND]),
                lambda: index.remove([REFUND.id]),
                lambda: index.rebuild([REFUND], total=1),
            ):
                with pytest.raises(WriterBusy):
                    write()
            assert knows(index, REFUND)
        index.remove([REFUND.id])
        assert not knows(index, REFUND)

    def test_two_writers_at_once_lose_nothing(self, open_index, engine):
        open_index(engine=engine).rebuild([], total=0)

        def write(own, name):
            for i in range(6):
                own.put([make_document(f"{name}{i}", f"{name} article {i}", "Text.")])

        threads = [
            threading.Thread(target=write, args=(open_index(engine=engine), name))
            for name in ("first", "second")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        reader = open_index(engine=engine)
        assert reader.state().documents == 12
        assert len(ids(reader.search(Query("article", limit=50), mode="keyword"))) == 12

    def test_a_put_that_fails_leaves_the_index_as_it_was(self, open_index, monkeypatch):
        index = open_index()
        index.put(DOCUMENTS)
        broken = make_document("refund", "Broken", products=(object(),))
        with pytest.raises(TypeError):
            index.put([broken])
        assert knows(index, REFUND)
        index.put([make_document("gift", "Gift cards", "Buy one.")])
        assert index.state().documents == 4


class TestEngines:
    def test_a_small_index_is_made_with_whoosh_and_a_large_one_with_tantivy(
        self, open_index, monkeypatch
    ):
        index = open_index(engine="auto")
        index.rebuild([REFUND], total=1)
        assert index.state().engine == "whoosh"
        index.rebuild([REFUND], total=2_001)
        assert index.state().engine == "tantivy"
        assert knows(index, REFUND)

    def test_an_index_that_outgrows_whoosh_is_stale_but_answers(self, open_index, monkeypatch):
        monkeypatch.setattr(index, "WHOOSH_LIMIT", 2)
        found = open_index(engine="auto")
        found.put(DOCUMENTS)
        assert found.state().stale
        assert "outgrown" in found.state().degraded
        assert first(found, "refund") == "refund@en"

    def test_an_engine_asked_for_anew_makes_the_index_stale(self, open_index):
        open_index(engine="whoosh").put(DOCUMENTS)
        found = open_index(engine="tantivy")
        assert found.state().stale
        assert knows(found, REFUND)
        found.rebuild(DOCUMENTS, total=3)
        assert found.state().engine == "tantivy"
        assert not found.state().stale


def test_a_question_waits_a_moment_for_another_thread_that_takes_a_change_in(open_index, engine):
    writer, reader = open_index(engine=engine), open_index(engine=engine)
    writer.put([REFUND])
    assert knows(reader, REFUND)
    late = make_document("late", "Zebra crossing", "Look both ways.")
    writer.put([late])
    with reader._lock:
        asked = threading.Thread(target=lambda: found.append(knows(reader, late)))
        found = []
        asked.start()
        time.sleep(0.1)
    asked.join()
    assert found == [True]
