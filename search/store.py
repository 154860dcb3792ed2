"""What a generation of the index knows of its documents: one SQLite file.

A change to it is one transaction that ends by raising the revision, and it is the last step of
every write: a reader that sees a new revision finds everything that belongs to it. Document numbers
are never used twice, so "what changed since revision r" is two range queries.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.damage import StoreDamaged
from search.document import Document
from search.keys import DocumentKeys
from search.passages import Passage
from search.read_passage import PassageTerms, ReadPassage
from search.store_file import SCHEMA, connect


@dataclass(frozen=True, slots=True)
class Record:
    """A document's facts without its text: what ranking needs of every document, in memory."""

    number: int
    id: str
    article_id: str
    locale: str
    title: str
    category: str
    audience: str
    products: tuple[str, ...]
    questions: tuple[str, ...]
    tags: tuple[str, ...]
    quality: float


@dataclass(frozen=True, slots=True)
class Addition:
    """A document on its way in, with all that was derived from it."""

    document: Document
    keys: DocumentKeys
    passages: Sequence[Passage]
    vectors: NDArray[np.float32] | None
    """Shape (passages, dimensions); None when no embedding model was there."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed after some revision."""

    revision: int
    records: Sequence[Record]
    keys: dict[int, DocumentKeys]
    """By document number; only of numbers above the one that was given."""
    removed: Sequence[int]
    owners: Sequence[tuple[int, int, int]]
    """(passage id, document number, position) of each passage."""
    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    """Passage ids, shape (n,), and their vectors, shape (n, dimensions), of those embedded."""


class Store:
    """One generation's documents and passages."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # One connection for all threads of a reader: a snapshot must not mix with another's.
        self._lock = threading.RLock()

    @classmethod
    def create(cls, path: Path) -> Store:
        """Make an empty store at `path`."""
        store = cls(connect(path))
        store._connection.executescript(SCHEMA)
        return store

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open a store. Raises StoreDamaged when the file is missing or not one of ours."""
        if not path.is_file():
            raise StoreDamaged(f"{path} is missing")
        with _readable():
            store = cls(connect(path))
            store.revision()
        return store

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def revision(self) -> int:
        """Return the number of the last committed change. Raises StoreDamaged."""
        with _readable():
            return int(self._connection.execute("select number from revision").fetchone()[0])

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Open a transaction: all of it becomes visible with the next revision, or none."""
        self._connection.execute("begin immediate")
        try:
            change = Change(self._connection, self.revision() + 1)
            yield change
            self._connection.execute("update revision set number = ?", (change.revision,))
            self._connection.execute("commit")
        except BaseException:
            self._connection.execute("rollback")
            raise

    def delta(self, since: int, keys_above: int = 0) -> Delta:
        """Return what changed after revision `since` (0: everything there is), in one snapshot.

        Keys are read of documents above `keys_above`. All from here on raise StoreDamaged.
        """
        with _readable(), self._lock, self._snapshot():
            rows = self._connection.execute(
                "select number, id, article_id, locale, title, category, audience, products,"
                " questions, tags, quality from documents where revision > ?", (since,)
            ).fetchall()  # fmt: skip
            passages = self._connection.execute(
                "select p.id, p.number, p.position, p.vector from passages p"
                " join documents d using (number) where d.revision > ?", (since,)
            ).fetchall()  # fmt: skip
            keys = self._connection.execute(
                "select k.number, k.keys from keys k join documents d using (number)"
                " where d.revision > ? and k.number > ?", (since, keys_above)
            ).fetchall()  # fmt: skip
            removed = self._connection.execute(
                "select number from removals where revision > ?", (since,)
            ).fetchall()
            return Delta(
                self.revision(),
                [_record(row) for row in rows],
                {int(number): DocumentKeys.load(text) for number, text in keys},
                [int(number) for (number,) in removed],
                [(row[0], row[1], row[2]) for row in passages],
                *_vectors(passages),
            )

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        self._connection.execute("begin")
        try:
            yield
        finally:
            self._connection.execute("commit")

    def passages(self, numbers: Iterable[int]) -> dict[int, tuple[ReadPassage, ...]]:
        """Return the passages of documents, by document number, in the order of the article."""
        wanted = json.dumps(list(numbers))
        terms = "terms" if self._keeps_terms else "null"
        rows = self._rows(
            f"select number, id, position, anchor, path, text, {terms} from passages where number"
            " in (select value from json_each(?)) order by number, position", (wanted,)
        )  # fmt: skip
        found: dict[int, list[ReadPassage]] = {}
        with _readable():
            for number, id_, position, anchor, path, text, terms in rows:
                passage = Passage(position, anchor, tuple(json.loads(path)), text)
                cut = PassageTerms.of(passage) if terms is None else PassageTerms(terms)
                found.setdefault(number, []).append(ReadPassage(id_, passage, cut))
        return {number: tuple(own) for number, own in found.items()}

    @cached_property
    def _keeps_terms(self) -> bool:
        """Tell whether terms are stored; format 2 had none, and answers until it is made anew."""
        return any(row[1] == "terms" for row in self._rows("pragma table_info(passages)", ()))

    def keys(self) -> Iterator[tuple[int, DocumentKeys]]:
        """Yield the number and the keys of every document."""
        with _readable():
            for number, text in self._rows("select number, keys from keys", ()):
                yield int(number), DocumentKeys.load(text)

    def count(self, above: int = 0) -> int:
        """Return how many documents have a number above the given one."""
        return int(self._rows("select count(*) from documents where number > ?", (above,))[0][0])

    def _rows(self, statement: str, values: Sequence[object]) -> list[Any]:
        with _readable(), self._lock:
            return self._connection.execute(statement, values).fetchall()


class Change:
    """An open transaction on a store."""

    def __init__(self, connection: sqlite3.Connection, revision: int) -> None:
        self._connection = connection
        self.revision = revision

    def remove(self, document_ids: Iterable[str]) -> None:
        """Forget documents. Unknown ids are no error."""
        wanted = json.dumps(list(document_ids))
        numbers = self._connection.execute(
            "select number from documents where id in (select value from json_each(?))", (wanted,)
        ).fetchall()
        for (number,) in numbers:
            self._connection.execute("delete from documents where number = ?", (number,))
            self._connection.execute("insert into removals values (?, ?)", (number, self.revision))

    def removed_before(self) -> list[int]:
        """Return the numbers of the documents that the change before this one removed."""
        return [
            int(number)
            for (number,) in self._connection.execute(
                "select number from removals where revision = ?", (self.revision - 1,)
            )
        ]

    def add(self, addition: Addition) -> int:
        """Store a document; return its number."""
        document = addition.document
        cursor = self._connection.execute(
            "insert into documents (revision, id, article_id, locale, title, category, audience,"
            " products, questions, tags, quality) values (?,?,?,?,?,?,?,?,?,?,?)",
            (self.revision, document.id, document.article_id, document.locale, document.title,
             document.category, document.audience, *map(_dump, (document.products,
             document.questions, document.tags)), document.quality),
        )  # fmt: skip
        number = cursor.lastrowid
        assert number is not None
        self._connection.execute("insert into keys values (?, ?)", (number, addition.keys.dump()))
        vectors = [None] * len(addition.passages) if addition.vectors is None else addition.vectors
        self._connection.executemany(
            "insert into passages (number, position, anchor, path, text, terms, vector)"
            " values (?,?,?,?,?,?,?)",
            [
                (number, p.position, p.anchor, _dump(p.path), p.text, PassageTerms.of(p).dump(),
                 None if vector is None else vector.astype(np.float32).tobytes())
                for p, vector in zip(addition.passages, vectors, strict=True)
            ],
        )  # fmt: skip
        return number


@contextmanager
def _readable() -> Iterator[None]:
    """Turn what a damaged file makes SQLite or its contents raise into StoreDamaged."""
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError, LookupError) as error:
        raise StoreDamaged(f"the documents of the index cannot be read ({error})") from error


def _dump(value: Sequence[object]) -> str:
    return json.dumps(list(value), ensure_ascii=False)


def _vectors(
    passages: Sequence[Sequence[Any]],
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    embedded = [(row[0], row[3]) for row in passages if row[3] is not None]
    ids = np.array([id_ for id_, _ in embedded], np.int64)
    flat = np.frombuffer(b"".join(vector for _, vector in embedded), np.float32)
    return ids, flat.reshape(len(embedded), -1) if embedded else flat.reshape(0, 0)


def _record(row: Sequence[Any]) -> Record:
    products, questions, tags = (tuple(json.loads(cell)) for cell in row[7:10])
    return Record(*(*row[:7], products, questions, tags, row[10]))
