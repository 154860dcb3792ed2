"""Indexing with the real engine: killed again and again, it ends with all that is published."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from app.assembly import open_index
from app.indexing import count_waiting, finish_indexing
from app.models import Article
from search.document import Query
from tests.store_helpers import write_tree
from tests.tiny_embedder import TinyEmbedder

REPOSITORY = Path(__file__).resolve().parents[3]
KILLS = 10
WORDS = ("apple", "banana", "cherry", "damson", "elder", "fig", "grape", "hazel", "iris", "lemon")

PROGRAM = """
import sys
from pathlib import Path
from app.assembly import open_index
from app.db import create_database_engine, session_factory
from app.importing import import_folder
from app.indexing import finish_indexing
from app.settings import Settings
from tests.tiny_embedder import TinyEmbedder

settings = Settings(var_dir=Path(sys.argv[1]))
sessions = session_factory(create_database_engine(settings))
print("started", flush=True)
import_folder(Path(sys.argv[2]), session_factory=sessions, settings=settings, prune=True)
finish_indexing(settings, sessions, open_index(settings, TinyEmbedder()))
"""


def start(settings, root):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(settings.var_dir), str(root)],
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )


def write_round(root, number):
    """Every article changes its word each round; one goes, another comes."""
    for path in root.rglob("*.md"):
        path.unlink()
    files = {
        f"en/a{n}.md": f"# {word.title()} number {n}\n\nRound {number} of {word} {n}.\n"
        for n, word in enumerate(WORDS * 6)
        if n % KILLS != number
    }
    return write_tree(root, files)


@pytest.mark.slow
def test_ten_kills_during_import_and_indexing_lose_and_leak_nothing(tmp_path, settings, sessions):
    chance = random.Random(7)
    root = tmp_path / "in"
    root.mkdir()
    for number in range(KILLS):
        process = start(settings, write_round(root, number))
        process.stdout.readline()
        time.sleep(chance.uniform(0.05, 1.2))
        process.kill()
        process.stdout.close()
        process.wait(20)
    process = start(settings, root)
    process.communicate(timeout=120)
    assert process.returncode == 0
    index = open_index(settings, TinyEmbedder())
    try:
        assert finish_indexing(settings, sessions, index) == 0
        assert count_waiting(sessions) == 0
        with sessions() as session:
            published = set(
                session.scalars(select(Article.article_id).where(Article.status == "published"))
            )
            retired = set(
                session.scalars(select(Article.article_id).where(Article.status == "archived"))
            )
        assert published == {path.stem for path in root.rglob("*.md")}
        assert retired
        found = {
            hit.article_id: hit.answer
            for word in WORDS
            for hit in index.search(Query(word, limit=100)).hits
        }
        assert set(found) == published
        assert all(f"Round {KILLS - 1} " in answer for answer in found.values())
    finally:
        index.close()
