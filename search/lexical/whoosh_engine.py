"""BM25 by Whoosh: pure Python, no binary; quick enough to about two thousand articles.

Three facts about Whoosh shape this file. Its `Searcher.refresh` can go on serving deleted documents
in some distributions, so a new searcher is opened after each commit. It pickles its schema, so an
index directory from elsewhere must never be opened: ours is derived data and rebuilt instead. It
never calls fsync, which is fine for the same reason.
"""

from __future__ import annotations

import pickle
import struct
import threading
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from whoosh import fields, scoring
from whoosh import index as whoosh_index
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.util.numeric import byte_to_length, length_to_byte

from search.lexical.contract import (
    FREQUENCIES_KEPT,
    K1,
    B,
    Boosted,
    Entry,
    LexicalDamaged,
    LexicalEngine,
    Ranked,
    idf,
)
from search.lexical.whoosh_scores import WhooshScores

T = TypeVar("T")
_EXPANSIONS_READ = 500
_PREFIXES_KEPT = 2_000

# What Whoosh raises for a torn or missing file depends on where it is torn.
_UNREADABLE = (
    whoosh_index.IndexError,
    pickle.UnpicklingError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NameError,
    OSError,
    TypeError,
    ValueError,
)


class _Bm25(scoring.BM25F):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's BM25 with the inverse document frequency that Lucene and tantivy use."""

    def idf(self, searcher: Any, fieldname: str, text: str) -> float:
        return idf(searcher.doc_count(), searcher.doc_frequency(fieldname, text))


def _schema() -> fields.Schema:
    return fields.Schema(
        number=fields.ID(stored=True, unique=True),
        terms=fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False),
        labels=fields.KEYWORD(),
    )


def _reading(read: Callable[[], T]) -> T:
    try:
        return read()
    except _UNREADABLE as error:
        raise LexicalDamaged(f"Whoosh: {error or type(error).__name__}") from error


class WhooshReader:
    """The `LexicalReader` contract on a Whoosh searcher."""

    def __init__(self, index: Any) -> None:
        # Whoosh's readers share file positions, so one search at a time; it holds the
        # interpreter lock nearly throughout anyway.
        self._lock = threading.Lock()
        self._searcher = _reading(lambda: index.searcher(weighting=_Bm25(B=B, K1=K1)))
        self._scores = WhooshScores(self._searcher, self._lock)
        self._numbers: dict[int, int] = {}
        self._frequencies: dict[str, int] = {}
        self._expansions: dict[tuple[str, int], list[tuple[str, int]]] = {}

    def search(
        self,
        terms: Sequence[str],
        count: int,
        required: Sequence[Sequence[str]] = (),
        unfinished: Sequence[Boosted] = (),
    ) -> Ranked:
        """Return the `count` best documents that hold any of the terms and carry the labels."""
        if not (terms or unfinished) or not self.count():
            return []
        found = _reading(lambda: self._scores.best(terms, count, required, unfinished))
        return [(self._number(document), score) for document, score in found]

    def expand(self, prefix: str, count: int) -> list[tuple[str, int]]:
        """Return the `count` most frequent terms that begin with `prefix`."""
        known = self._expansions.get((prefix, count))
        if known is None:
            with self._lock:
                found = _reading(lambda: self._terms(prefix))
            known = sorted(found, key=lambda item: (-item[1], item[0]))[:count]
            if len(self._expansions) >= _PREFIXES_KEPT:
                self._expansions.clear()
            self._expansions[prefix, count] = known
        return list(known)

    def _terms(self, prefix: str) -> list[tuple[str, int]]:
        reader = self._searcher.reader()
        terms = islice(reader.expand_prefix("terms", prefix), _EXPANSIONS_READ)
        return [(term.decode(), int(reader.doc_frequency("terms", term))) for term in terms]

    def _number(self, docnum: int) -> int:
        number = self._numbers.get(docnum)
        if number is None:
            with self._lock:
                stored = _reading(lambda: self._searcher.stored_fields(docnum))
            number = self._numbers[docnum] = int(stored["number"])
        return number

    def document_frequency(self, term: str) -> int:
        """Return in how many documents `term` occurs."""
        known = self._frequencies.get(term)
        if known is None:
            with self._lock:
                known = _reading(lambda: int(self._searcher.doc_frequency("terms", term)))
            if len(self._frequencies) >= FREQUENCIES_KEPT:
                self._frequencies.clear()
            self._frequencies[term] = known
        return known

    def count(self) -> int:
        """Return the number of documents."""
        return int(self._searcher.doc_count())

    def average_length(self) -> float:
        """Return the mean number of terms of a document."""
        with self._lock:
            return _reading(lambda: float(self._searcher.avg_field_length("terms") or 0.0))

    def kept_length(self, length: int) -> int:
        """Return what is remembered of a document's number of terms."""
        return int(byte_to_length(length_to_byte(length)))


class WhooshEngine(LexicalEngine):
    """The `LexicalEngine` contract on a Whoosh index."""

    name: ClassVar[str] = "whoosh"

    def __init__(self, directory: Path, index: Any) -> None:
        super().__init__(directory)
        self._index = index
        self._refresh()

    @classmethod
    def _create(cls, directory: Path) -> Self:
        return cls(directory, whoosh_index.create_in(str(directory), _schema()))

    @classmethod
    def _open(cls, directory: Path) -> Self:
        return cls(directory, _reading(lambda: whoosh_index.open_dir(str(directory))))

    def _commit(self, entries: Sequence[Entry], replaced: Sequence[int]) -> None:
        writer = _reading(self._index.writer)
        try:
            for number in replaced:
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

    def _refresh(self) -> None:
        # The searcher before is not closed: another thread may be reading with it.
        self._reader = WhooshReader(self._index)

    def reader(self) -> WhooshReader:
        """Return the index as of the last commit seen."""
        return self._reader

    def close(self) -> None:
        """Close the files."""
        self._index.close()
