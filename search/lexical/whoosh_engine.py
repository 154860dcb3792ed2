"""BM25 by Whoosh: pure Python, no binary; quick enough to about two thousand articles.

Three facts about Whoosh shape this file. Its `Searcher.refresh` can go on serving deleted documents
in some distributions, so a new searcher is opened after each commit. It pickles its schema, so an
index directory from elsewhere must never be opened: ours is derived data and rebuilt instead. It
never calls fsync, which is fine for the same reason.
"""

from __future__ import annotations

import pickle
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whoosh import fields, scoring
from whoosh import index as whoosh_index
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.query import And, Or, Query, Term

from search.lexical.contract import K1, B, Entry, IndexDamaged, Ranked, idf


class _Bm25(scoring.BM25F):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's BM25 with the inverse document frequency that Lucene and tantivy use."""

    def idf(self, searcher: Any, fieldname: str, text: str) -> float:
        return idf(searcher.doc_count_all(), searcher.doc_frequency(fieldname, text))


def _schema() -> fields.Schema:
    return fields.Schema(
        number=fields.ID(stored=True, unique=True),
        terms=fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False),
        labels=fields.KEYWORD(),
    )


class WhooshEngine:
    """The `LexicalEngine` contract on a Whoosh index."""

    name = "whoosh"

    def __init__(self, index: Any) -> None:
        self._index = index
        # Whoosh's readers share file positions, so one search at a time; it holds the
        # interpreter lock nearly throughout anyway.
        self._lock = threading.RLock()
        self.refresh()

    @classmethod
    def create(cls, directory: Path) -> WhooshEngine:
        """Make an empty index in `directory`."""
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        return cls(whoosh_index.create_in(str(directory), _schema()))

    @classmethod
    def open(cls, directory: Path) -> WhooshEngine:
        """Open an index. Raises IndexDamaged."""
        try:
            return cls(whoosh_index.open_dir(str(directory)))
        except _UNREADABLE as error:
            raise IndexDamaged(f"{directory}: {error or type(error).__name__}") from error

    def replace(self, entries: Sequence[Entry], removed: Sequence[int]) -> None:
        """Add `entries` and forget the documents numbered `removed`, in one commit."""
        writer = self._index.writer()
        try:
            for number in (*removed, *(entry.number for entry in entries)):
                writer.delete_by_term("number", str(number))
            for entry in entries:
                writer.add_document(
                    number=str(entry.number),
                    terms=" ".join(entry.terms),
                    labels=" ".join(entry.labels),
                )
        except BaseException:
            writer.cancel()
            raise
        writer.commit()
        self.refresh()

    def refresh(self) -> None:
        """Make the last commit visible to this reader."""
        with self._lock:
            self._searcher = self._index.searcher(weighting=_Bm25(B=B, K1=K1))
            self._numbers: dict[int, int] = {}
            self._frequencies: dict[str, int] = {}

    def search(
        self, terms: Sequence[str], count: int, required: Sequence[Sequence[str]] = ()
    ) -> Ranked:
        """Return the `count` best documents that hold any of `terms` and carry the labels."""
        with self._lock:
            if not terms or not self._searcher.doc_count():
                return []
            query, labels = _any_of("terms", terms), _all_of(required)
            found = self._searcher.search(query, limit=count, filter=labels)
            return [(self._number(docnum), float(score)) for score, docnum in found.top_n]

    def _number(self, docnum: int) -> int:
        number = self._numbers.get(docnum)
        if number is None:
            stored = self._searcher.stored_fields(docnum)
            number = self._numbers[docnum] = int(stored["number"])
        return number

    def document_frequency(self, term: str) -> int:
        """Return in how many documents `term` occurs."""
        with self._lock:
            known = self._frequencies.get(term)
            if known is None:
                known = self._frequencies[term] = int(self._searcher.doc_frequency("terms", term))
            return known

    def count(self) -> int:
        """Return the number of documents."""
        return int(self._searcher.doc_count())

    def close(self) -> None:
        """Close the files."""
        self._searcher.close()
        self._index.close()


# What Whoosh raises for a torn or missing file depends on where it is torn.
_UNREADABLE = (
    whoosh_index.IndexError, OSError, EOFError, ValueError, KeyError, AttributeError, TypeError,
    IndexError, NameError, pickle.UnpicklingError,
)  # fmt: skip


def _any_of(field: str, values: Sequence[str]) -> Query:
    return Or([Term(field, value) for value in values])


def _all_of(required: Sequence[Sequence[str]]) -> Query | None:
    return And([_any_of("labels", group) for group in required]) if required else None
