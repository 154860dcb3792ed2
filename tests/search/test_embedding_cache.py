"""Nothing is embedded twice, and no state of the cache file stops embedding."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from search.embedding_cache import (
    CHUNK,
    EmbeddingCache,
    RememberingEmbedder,
    encode_passages_cached,
)
from tests.tiny_embedder import TinyEmbedder

TEXTS = ["return an item", "환불 방법", "返品の手続き", "退货 流程", "return an item"]


@pytest.fixture
def cache(tmp_path):
    return EmbeddingCache(tmp_path / "cache" / "vectors.sqlite")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "vectors.sqlite"


def test_rows_equal_what_the_embedder_gives_in_order(cache):
    for _ in range(2):
        vectors = encode_passages_cached(TinyEmbedder(), cache, TEXTS)
        assert np.array_equal(vectors, TinyEmbedder().encode_passages(TEXTS))
        assert vectors.dtype == np.float32


def test_a_text_is_embedded_once_in_a_call_and_never_again(cache):
    embedder = TinyEmbedder()
    encode_passages_cached(embedder, cache, TEXTS)
    assert embedder.texts == 4
    encode_passages_cached(embedder, cache, [*TEXTS, "a new one"])
    assert embedder.texts == 5


def test_another_process_knows_what_this_one_embedded(cache, path):
    encode_passages_cached(TinyEmbedder(), cache, TEXTS)
    program = (
        "import sys; from pathlib import Path\n"
        "from search.embedding_cache import EmbeddingCache\n"
        "cache = EmbeddingCache(Path(sys.argv[1]))\n"
        f"sys.exit(len(cache.find({TinyEmbedder().fingerprint!r}, {TEXTS!r})) != 4)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, str(path)], timeout=60).returncode == 0


def test_vectors_of_another_model_are_not_used(cache):
    encode_passages_cached(TinyEmbedder(), cache, TEXTS)
    other = TinyEmbedder(salt="other")
    vectors = encode_passages_cached(other, cache, TEXTS)
    assert other.texts == 4
    assert np.array_equal(vectors, TinyEmbedder(salt="other").encode_passages(TEXTS))


def test_no_texts_give_no_rows_and_no_file(cache, path):
    assert encode_passages_cached(TinyEmbedder(), None, []).shape == (0, 64)


def test_without_a_cache_every_call_embeds():
    embedder = TinyEmbedder()
    encode_passages_cached(embedder, None, TEXTS)
    encode_passages_cached(embedder, None, TEXTS)
    assert embedder.texts == 8


class KilledEmbedder(TinyEmbedder):
    def encode_passages(self, texts):
        if self.calls == 3:
            raise KeyboardInterrupt
        return super().encode_passages(texts)


def test_what_was_embedded_before_a_kill_is_kept(cache):
    texts = [f"text number {number}" for number in range(CHUNK * 5)]
    with pytest.raises(KeyboardInterrupt):
        encode_passages_cached(KilledEmbedder(), cache, texts)
    after = TinyEmbedder()
    encode_passages_cached(after, cache, texts)
    assert after.texts == CHUNK * 2


def test_progress_counts_known_and_new_texts_to_the_end(cache):
    encode_passages_cached(TinyEmbedder(), cache, TEXTS)
    seen = []
    texts = [*TEXTS, *(f"text {number}" for number in range(CHUNK + 1))]
    encode_passages_cached(
        TinyEmbedder(), cache, texts, lambda _, done, total: seen.append((done, total))
    )
    total = 4 + CHUNK + 1
    assert seen == [(4, total), (4 + CHUNK, total), (total, total)]


@pytest.mark.parametrize("damage", ["overwritten", "a page inside", "empty", "a directory's"])
def test_a_damaged_cache_file_never_stops_embedding(cache, path, damage, caplog):
    many = [f"text number {number} " * 9 for number in range(400)]
    encode_passages_cached(TinyEmbedder(), cache, many)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    if damage == "overwritten":
        path.write_bytes(b"this is no database " * 500)
    elif damage == "a page inside":
        content = bytearray(path.read_bytes())
        content[4096:40960] = b"\xff" * (40960 - 4096)
        path.write_bytes(content)
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
        path.mkdir()
    for _ in range(2):
        vectors = encode_passages_cached(TinyEmbedder(), cache, many)
        assert np.array_equal(vectors, TinyEmbedder().encode_passages(many))


def test_a_damaged_file_is_set_aside_and_the_new_one_works(cache, path):
    path.parent.mkdir()
    path.write_bytes(b"this is no database " * 500)
    encode_passages_cached(TinyEmbedder(), cache, TEXTS)
    again = TinyEmbedder()
    encode_passages_cached(again, cache, TEXTS)
    assert again.texts == 0
    assert len(list(path.parent.glob("*.damaged-*"))) == 1


def test_a_row_of_the_wrong_length_or_no_number_is_embedded_anew(cache, path):
    encode_passages_cached(TinyEmbedder(), cache, TEXTS)
    broken = np.full(64, np.nan, "<f4").tobytes()
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT digest FROM vectors").fetchall()
        for blob, (digest,) in zip((b"\0" * 8, broken), rows, strict=False):
            connection.execute("UPDATE vectors SET vector = ? WHERE digest = ?", (blob, digest))
    connection.close()
    embedder = TinyEmbedder()
    vectors = encode_passages_cached(embedder, cache, TEXTS)
    assert embedder.texts == 2
    assert np.array_equal(vectors, TinyEmbedder().encode_passages(TEXTS))


def test_a_blob_that_is_no_list_of_floats_is_embedded_anew(cache, path):
    encode_passages_cached(TinyEmbedder(), cache, TEXTS)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE vectors SET vector = x'010203'")
    connection.close()
    embedder = TinyEmbedder()
    encode_passages_cached(embedder, cache, TEXTS)
    assert embedder.texts == 4


def test_lone_surrogates_are_texts_like_others(cache):
    vectors = encode_passages_cached(TinyEmbedder(), cache, ["a\ud800", "b\ud800"])
    assert vectors.shape == (2, 64)


def test_vectors_of_models_no_longer_used_can_be_dropped(cache):
    encode_passages_cached(TinyEmbedder(salt="old"), cache, TEXTS)
    encode_passages_cached(TinyEmbedder(), cache, TEXTS)
    assert cache.keep_only(TinyEmbedder().fingerprint) == 4
    assert cache.find(TinyEmbedder(salt="old").fingerprint, TEXTS) == {}
    assert len(cache.find(TinyEmbedder().fingerprint, TEXTS)) == 4


def test_a_question_is_embedded_once_and_is_no_passage(cache):
    first, again = TinyEmbedder(), TinyEmbedder()
    remembering = RememberingEmbedder(first, cache)
    vectors = remembering.encode_queries(TEXTS)
    assert np.array_equal(vectors, TinyEmbedder().encode_queries(TEXTS))
    assert np.array_equal(RememberingEmbedder(again, cache).encode_queries(TEXTS), vectors)
    assert again.texts == 0
    assert first.calls == 4  # one by one: a batch changes a quantised model's vectors
    assert cache.find(first.fingerprint, TEXTS) == {}
    assert remembering.fingerprint == first.fingerprint


def test_a_question_is_not_remembered_for_another_model(cache):
    RememberingEmbedder(TinyEmbedder(), cache).encode_queries(TEXTS)
    other = TinyEmbedder(salt="other")
    RememberingEmbedder(other, cache).encode_queries(TEXTS)
    assert other.texts == 4


def test_questions_of_the_model_in_use_are_kept(cache):
    RememberingEmbedder(TinyEmbedder(salt="old"), cache).encode_queries(TEXTS)
    RememberingEmbedder(TinyEmbedder(), cache).encode_queries(TEXTS)
    assert cache.keep_only(TinyEmbedder().fingerprint) == 4
    after = TinyEmbedder()
    RememberingEmbedder(after, cache).encode_queries(TEXTS)
    assert after.texts == 0


def test_several_processes_may_write_at_once(path):
    path.parent.mkdir()
    program = (
        "import sys; from pathlib import Path\n"
        "from search.embedding_cache import EmbeddingCache, encode_passages_cached\n"
        "from tests.tiny_embedder import TinyEmbedder\n"
        "texts = [f'{sys.argv[2]} text {n}' for n in range(200)]\n"
        "encode_passages_cached(TinyEmbedder(), EmbeddingCache(Path(sys.argv[1])), texts)\n"
    )
    root = Path(__file__).resolve().parents[2]
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(path), str(number)], cwd=root)
        for number in range(4)
    ]
    assert [process.wait(timeout=60) for process in running] == [0] * 4
    texts = [f"{writer} text {number}" for writer in range(4) for number in range(200)]
    known = EmbeddingCache(path).find(TinyEmbedder().fingerprint, texts)
    assert len(known) == 800
