"""Whatever happens to the files of an index, it answers from what is left and can be made anew."""

from __future__ import annotations

import gc
import json
import shutil

import pytest

from search import generations
from search.damage import IndexDamaged
from search.document import Query
from search.embed import EmbedderUnavailable
from search.index import SearchIndex
from search.keystrokes.key_index import KEYS
from search.manifest import Manifest
from search.writing import StaleIndex
from tests.search_documents import TINY_WEIGHTS, age, make_document
from tests.tiny_embedder import TinyEmbedder

DOCUMENTS = [
    make_document("refund", "Get a refund", "Send it back within 30 days."),
    make_document("delivery", "Track a delivery", "Open your orders."),
    *(make_document(f"n{i}", f"Number {i} {'long ' * 30}", f"Filler {i}.") for i in range(12)),
]

# Whoosh leaves a file it could not read open for the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(params=["whoosh", "tantivy"])
def both_engines(request):
    return request.param


@pytest.fixture
def engine(request):
    """Whoosh, unless a test is about the keyword files and asks for both."""
    if "both_engines" in request.fixturenames:
        return request.getfixturevalue("both_engines")
    return "whoosh"


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "index"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An index with DOCUMENTS for each engine, made once and copied."""
    directories = {}

    def make(engine):
        if engine not in directories:
            directories[engine] = tmp_path_factory.mktemp(engine) / "index"
            index = SearchIndex(directories[engine], embedder=TinyEmbedder(), engine=engine)
            index.rebuild(DOCUMENTS, total=len(DOCUMENTS))
            index.close()
        return directories[engine]

    return make


@pytest.fixture
def open_index(directory, engine):
    opened = []

    def open_one(embedder="tiny", **values):
        given = {"refresh_seconds": 0.0, "weights": TINY_WEIGHTS, "engine": engine} | values
        chosen = TinyEmbedder() if embedder == "tiny" else embedder
        opened.append(SearchIndex(directory, embedder=chosen, **given))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def generation(made, engine, directory):
    """The one generation of an index with DOCUMENTS in it."""
    shutil.copytree(made(engine), directory)
    return directory / (directory / "CURRENT").read_text().strip()


@pytest.fixture
def second_generation(generation, directory):
    """A generation after that one, and the current one."""
    second = generation.with_name("29990101T000000-second")
    shutil.copytree(generation, second)
    (directory / "CURRENT").write_text(second.name)
    return second


def ids(results):
    return [hit.document_id for hit in results.hits]


def ask(index):
    """Ask in every way; nothing may raise. Returns what the full search found."""
    for mode in ("keyword", "semantic", "hybrid"):
        index.suggest(Query("get a ref"), mode)
        index.search(Query("refund"), mode)
    index.state()
    return ids(index.search(Query("get a refund")))


def assert_mended_by_a_rebuild(index):
    assert index.state().stale
    index.rebuild(DOCUMENTS, total=len(DOCUMENTS))
    assert ask(index)[0] == "refund@en"
    state = index.state()
    assert (state.stale, state.degraded, state.documents) == (False, "", len(DOCUMENTS))


def overwrite_middle(path):
    """Put other bytes in the middle of a file, as a failing disk does."""
    content = bytearray(path.read_bytes())
    start, end = len(content) // 3, 2 * len(content) // 3
    content[start:end] = bytes((7 * i + 13) % 256 for i in range(end - start))
    path.write_bytes(bytes(content))


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite_head(path):
    path.write_bytes(b"\xb7" * 64 + path.read_bytes()[64:])


DAMAGES = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": truncate,
    "text": lambda path: path.write_text("not what it should be\n" * 50),
    "middle": overwrite_middle,
    "head": overwrite_head,
}


@pytest.fixture(params=DAMAGES)
def damage(request):
    return DAMAGES[request.param]


def test_without_its_keyword_index_it_answers_by_keys_and_meaning(
    generation, open_index, both_engines
):
    shutil.rmtree(generation / "lexical")
    index = open_index()
    assert ids(index.suggest(Query("get a refu")))[0] == "refund@en"
    results = index.search(Query("get a refund"))
    assert ids(results)[0] == "refund@en"
    assert results.degraded
    assert "keyword" in index.state().degraded
    assert_mended_by_a_rebuild(index)


def test_without_its_keyword_index_a_put_is_refused_as_stale(generation, open_index, both_engines):
    shutil.rmtree(generation / "lexical")
    with pytest.raises(StaleIndex):
        open_index().put(DOCUMENTS[:1])


def test_damaged_keyword_files_never_raise(generation, open_index, damage, both_engines):
    for path in sorted((generation / "lexical").iterdir()):
        damage(path)
    age(generation)
    index = open_index()
    assert ask(index)[0] == "refund@en"
    assert index.state().stale
    assert index.state().degraded
    gc.collect()


def test_each_keyword_file_damaged_alone_never_raises(
    generation, open_index, damage, tmp_path, both_engines
):
    whole = tmp_path / "whole"
    shutil.copytree(generation / "lexical", whole)
    for path in sorted(whole.iterdir()):
        shutil.rmtree(generation / "lexical")
        shutil.copytree(whole, generation / "lexical")
        damage(generation / "lexical" / path.name)
        age(generation)
        index = open_index()
        assert ask(index)[0] == "refund@en", path.name
        index.close()
    gc.collect()


def test_without_its_sorted_keys_it_sorts_those_of_the_store(generation, open_index, damage):
    damage(generation / KEYS)
    index = open_index()
    assert ids(index.suggest(Query("get a refu"), "keyword"))[0] == "refund@en"
    assert "key index" in index.state().degraded
    assert_mended_by_a_rebuild(index)


def test_without_its_sorted_keys_a_put_is_refused_as_stale(generation, open_index):
    (generation / KEYS).unlink()
    with pytest.raises(StaleIndex):
        open_index().put(DOCUMENTS[:1])


def test_a_damaged_store_leaves_an_index_that_answers_nothing_and_says_so(
    generation, open_index, damage
):
    damage(generation / "documents.sqlite3")
    index = open_index()
    ask(index)
    assert_mended_by_a_rebuild(index)


def test_a_damaged_store_gives_way_to_the_generation_before(
    generation, second_generation, open_index, damage
):
    damage(second_generation / "documents.sqlite3")
    index = open_index()
    assert ask(index)[0] == "refund@en"
    assert index.state().generation == generation.name
    assert index.state().stale


def test_a_damaged_manifest_gives_way_to_the_generation_before(
    generation, second_generation, open_index, damage
):
    damage(second_generation / "manifest.json")
    index = open_index()
    assert ask(index)[0] == "refund@en"
    assert index.state().generation == generation.name
    assert index.state().stale


@pytest.mark.parametrize(
    "content", [b"", b"gone-away\n", b"../../etc", b"..", b"\xff\xfe\x00", b"a\nb", b"x" * 5_000]
)
def test_a_current_file_that_names_nothing_gives_way_to_the_newest_generation(
    generation, open_index, directory, content
):
    (directory / "CURRENT").write_bytes(content)
    index = open_index()
    assert ask(index)[0] == "refund@en"
    assert index.state().stale


def test_a_missing_current_file_gives_way_to_the_newest_generation(
    generation, open_index, directory
):
    (directory / "CURRENT").unlink()
    index = open_index()
    assert ask(index)[0] == "refund@en"
    assert_mended_by_a_rebuild(index)


@pytest.mark.parametrize("content", [None, b"", b"gone-away"])
def test_a_put_beside_a_lost_current_file_does_not_make_an_index_of_one_document(
    generation, open_index, directory, content
):
    current = directory / "CURRENT"
    current.unlink() if content is None else current.write_bytes(content)
    index = open_index()
    try:
        index.put([make_document("new", "Something new")])
    except StaleIndex:
        assert_mended_by_a_rebuild(index)
        return
    assert index.state().documents == len(DOCUMENTS) + 1 or index.state().stale


def test_a_lost_current_file_does_not_disturb_a_reader_that_is_open(
    generation, open_index, directory
):
    reader = open_index()
    assert ask(reader)[0] == "refund@en"
    (directory / "CURRENT").unlink()
    assert ask(reader)[0] == "refund@en"
    assert reader.state().stale


def test_an_index_deleted_under_an_open_reader_does_not_make_it_raise(
    generation, open_index, directory
):
    reader = open_index()
    assert ask(reader)[0] == "refund@en"
    shutil.rmtree(directory)
    ask(reader)
    assert reader.state().stale
    assert_mended_by_a_rebuild(reader)


def test_a_store_damaged_under_an_open_reader_does_not_make_it_raise(generation, open_index):
    reader = open_index()
    assert ask(reader)[0] == "refund@en"
    (generation / "documents.sqlite3").write_bytes(b"no database " * 400)
    (generation / "documents.sqlite3-wal").unlink(missing_ok=True)
    ask(reader)


def test_keyword_files_lost_under_an_open_reader_do_not_make_it_raise(
    generation, open_index, both_engines
):
    reader = open_index()
    assert ask(reader)[0] == "refund@en"
    writer = open_index()
    writer.put([make_document("new", "Something new")])
    shutil.rmtree(generation / "lexical")
    assert ask(reader)[0] == "refund@en"


def test_while_the_current_generation_is_damaged_the_one_before_is_loaded_once(
    generation, second_generation, open_index, monkeypatch
):
    (second_generation / "manifest.json").write_text("{")
    loaded, load = [], generations.Generation

    def note_and_load(path):
        loaded.append(path.name)
        return load(path)

    monkeypatch.setattr(generations, "Generation", note_and_load)
    index = open_index()
    for _ in range(3):
        assert ask(index)[0] == "refund@en"
    assert loaded.count(generation.name) == 1


@pytest.mark.parametrize(
    ("fact", "value"), [("format", 0), ("analysis", 99), ("passages", 99), ("keys", 99)]
)
def test_an_index_of_another_version_answers_but_is_stale(generation, open_index, fact, value):
    path = generation / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {fact: value}))
    index = open_index()
    assert ask(index)[0] == "refund@en"
    assert "another version" in index.state().degraded
    with pytest.raises(StaleIndex):
        index.put(DOCUMENTS[:1])


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "3", '{"engine": "whoosh"}', '{"surprise": 1}']
)
def test_what_is_no_manifest_is_damaged(tmp_path, content):
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(IndexDamaged):
        Manifest.read(path)


def test_a_manifest_comes_back_as_it_went_in(tmp_path):
    manifest = Manifest("whoosh", "fingerprint 환불", 384)
    manifest.write(tmp_path / "manifest.json")
    assert Manifest.read(tmp_path / "manifest.json") == manifest


def test_a_model_that_is_missing_while_documents_are_put_is_an_error_the_caller_can_name(
    generation, open_index
):
    class Missing(TinyEmbedder):
        def encode_passages(self, texts):
            raise EmbedderUnavailable("there is no model")

    index = open_index(Missing())
    with pytest.raises(EmbedderUnavailable):
        index.put([make_document("new", "Something new")])
    assert ask(index)[0] == "refund@en"
    assert index.state().documents == len(DOCUMENTS)
