"""SQLite FTS5 as a help center would use it: prefixes indexed, BM25, all words before any word."""

from __future__ import annotations

import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

from benchmarks.answering import Ask, answer_all, own_memory, stopwatch
from benchmarks.engine_process import size_on_disk
from benchmarks.growing import read_grown

_WORD = re.compile(r"\w+")
_BEST = "SELECT rowid FROM articles WHERE articles MATCH ? ORDER BY bm25(articles, 5, 1) LIMIT 5"


def build(database: sqlite3.Connection, articles: Path) -> None:
    """Index the articles in one transaction, and merge what that leaves behind."""
    database.execute(
        "CREATE VIRTUAL TABLE articles USING fts5"
        "(title, text, prefix='1 2 3', tokenize='unicode61 remove_diacritics 2')"
    )
    rows = ((a.number, a.title, a.text) for a in read_grown(articles))
    with database:
        database.executemany("INSERT INTO articles (rowid, title, text) VALUES (?, ?, ?)", rows)
        database.execute("INSERT INTO articles (articles) VALUES ('optimize')")


def suggesting(database: sqlite3.Connection) -> Ask:
    """Return a function that asks: the last word is a prefix."""

    def ask(text: str, _locale: str) -> list[int]:
        words = [f'"{word}"' for word in _WORD.findall(text)]
        if not words:
            return []
        words[-1] += "*"
        for together in dict.fromkeys((" AND ".join(words), " OR ".join(words))):
            found = [row[0] for row in database.execute(_BEST, (together,))]
            if len(found) == 5:
                break
        return found

    return ask


def main() -> None:
    articles, folder, facts = Path(sys.argv[1]), Path(sys.argv[2]), dict[str, Any]()
    facts["base_memory"] = own_memory()
    file = folder / "fts5.sqlite3"
    database = sqlite3.connect(file)
    with stopwatch(facts, "build"):
        build(database, articles)
    database.execute("PRAGMA mmap_size = 4000000000")
    facts["disk"] = size_on_disk(file)
    answer_all({"SQLite FTS5": suggesting(database)}, facts)


if __name__ == "__main__":
    main()
