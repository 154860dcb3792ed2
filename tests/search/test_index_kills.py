"""A writer may be killed at any moment: the index opens, holds no half change, and can go on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

import pytest

from search.document import Query
from search.index import SearchIndex
from search.writing import StaleIndex
from tests.search_documents import ROOT, TINY_WEIGHTS, age, make_document
from tests.tiny_embedder import TinyEmbedder

KILLS = 10
NAMES = ("refund", "delivery", "password")
WRITER = """
import sys
from pathlib import Path
from search.index import SearchIndex
from search.writing import StaleIndex
from tests.search.test_index_kills import documents
from tests.tiny_embedder import TinyEmbedder
index = SearchIndex(Path(sys.argv[1]), embedder=TinyEmbedder(), engine=sys.argv[2])
print("ready", flush=True)
for version in range(int(sys.argv[3]), 10**9):
    try:
        if version % 10 == 9:
            raise StaleIndex("as if")
        index.put(documents(version))
    except StaleIndex:
        index.rebuild(documents(version), total=3)
    print(version, flush=True)
"""


def documents(version):
    """All three articles in one version: an index with two versions in it has half a change."""
    return [
        make_document(name, f"{name} guide", f"This is version{version} of it. " * 20)
        for name in NAMES
    ]


def versions_of(index):
    results = index.search(Query("guide", limit=10), mode="semantic")
    return {hit.article_id: hit.answer.split("version")[1].split()[0] for hit in results.hits}


def mend(index, documents):
    """Do what the indexer does after a start: put again what may be missing, or make all anew."""
    try:
        index.put(documents)
    except StaleIndex:
        index.rebuild(documents, total=len(documents))


def kill_while_writing(directory, engine, start, after):
    """Run a writer, kill it `after` seconds after its first change; return its last version."""
    command = [sys.executable, "-c", WRITER, str(directory), engine, str(start)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "ready\n"
        first = writer.stdout.readline()
        assert first == f"{start}\n"
        time.sleep(after)
        writer.send_signal(signal.SIGKILL)
        written = [first, *writer.stdout.read().split("\n")]
    # The next start is a moment later, not in the same one.
    age(directory)
    return max(int(line) for line in written if line.strip())


@pytest.mark.parametrize(("engine", "kills"), [("whoosh", KILLS // 2), ("tantivy", KILLS // 2)])
def test_after_a_kill_in_the_middle_of_writing_nothing_is_half_there(tmp_path, engine, kills):
    moments = random.Random(3)
    reader = SearchIndex(
        tmp_path, embedder=TinyEmbedder(), refresh_seconds=0, weights=TINY_WEIGHTS, engine=engine
    )
    done = 0
    for _ in range(kills):
        done = kill_while_writing(tmp_path, engine, done + 1, moments.uniform(0, 0.15))
        found = versions_of(reader)
        assert set(found) == set(NAMES)
        assert len(set(found.values())) == 1, found
        # What was reported as written is there; the change that was cut short may be, too.
        assert int(found["refund"]) in (done, done + 1)
        assert reader.state().documents == 3
        done += 1
    mend(reader, documents(done + 1))
    for name in NAMES:
        for mode in ("keyword", "semantic"):
            found = [hit.article_id for hit in reader.search(Query(f"{name} guide"), mode).hits]
            assert found[0] == name
            assert len(found) == len(set(found)) == 3
    reader.close()


def test_a_put_after_a_kill_waits_for_nobody(tmp_path):
    kill_while_writing(tmp_path, "whoosh", 1, 0.02)
    index = SearchIndex(tmp_path, embedder=TinyEmbedder(), refresh_seconds=0)
    start = time.monotonic()
    mend(index, documents(500))
    assert time.monotonic() - start < 5
    assert versions_of(index) == dict.fromkeys(NAMES, "500")
    index.close()
