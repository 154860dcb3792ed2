"""One generation of the index, opened for reading: loaded once, then followed by what changes."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.damage import KeysDamaged, LexicalDamaged
from search.keystrokes.key_index import KeyIndex
from search.lexical.contract import LexicalEngine, LexicalReader
from search.lexical.engines import open_engine
from search.manifest import Manifest
from search.passage_owners import PassageOwners
from search.reading import PassageReader
from search.store import Delta, Record, Store
from search.vectors import LanguageVectors
from search.view import View

STORE = "documents.sqlite3"
LEXICAL = "lexical"
MANIFEST = "manifest.json"
_ATTEMPTS = 5


class Generation:
    """Keeps `view` at the last revision that `refresh` has seen.

    A refresh makes a new view beside the old one and then puts it in its place, so a question that
    is being answered goes on with the whole of what it began with.
    """

    def __init__(self, directory: Path) -> None:
        """Load the generation in `directory`. Raises IndexDamaged when its documents are lost."""
        self.name = directory.name
        self.manifest = Manifest.read(directory / MANIFEST)
        self._store = Store.open(directory / STORE)
        self._engine, self.missing = _open_lexical(self.manifest.engine, directory / LEXICAL)
        self._lock = threading.Lock()
        self._keys = self._open_keys(directory)
        self._leaving: list[tuple[str, list[int]]] = []
        self._embedded = 0
        lexical = self._engine.reader() if self._engine else None
        reader = PassageReader(self._store)
        self.view = View(-1, {}, {}, {}, np.zeros(1), PassageOwners(), {}, (), {}, lexical, reader)
        self.refresh()

    def close(self) -> None:
        """Let go of files."""
        self._store.close()
        if self._engine is not None:
            self._engine.close()

    @property
    def lacks_vectors(self) -> bool:
        """Whether some passages were put in while there was no embedding model."""
        return len(self.view.owners) > self._embedded

    def _open_keys(self, directory: Path) -> KeyIndex:
        """Open the sorted keys; if they are damaged, sort those of the store."""
        try:
            return KeyIndex.open(directory)
        except KeysDamaged as error:
            self.missing = self.missing or f"the key index cannot be read ({error})"
            return KeyIndex.without_file(directory)

    def refresh(self) -> None:
        """Take in what was committed since. Raises StoreDamaged."""
        if self._store.revision() == self.view.revision:
            return
        with self._lock:
            self._drop_vectors()
            self._follow_keys()
            view = self.view
            # Keywords are read after documents. A change that is removed from the documents leaves
            # the keywords with the change after it, so they may be ahead by one revision, not two.
            for _ in range(_ATTEMPTS):
                view = self._next_view(
                    view, self._store.delta(max(0, view.revision), self._keys.last)
                )
                if self._store.revision() == view.revision:
                    break
            self.view = view

    def _follow_keys(self) -> None:
        try:
            self._keys.follow()
        except KeysDamaged as error:
            self.missing = self.missing or f"the key index cannot be read ({error})"

    def lose_words(self, reason: str) -> None:
        """Go on without the keyword index."""
        with self._lock:
            self.missing = self.missing or f"the keyword index cannot be read ({reason})"
            self._engine = None
            self.view = dataclasses.replace(self.view, lexical=None)

    def _next_view(self, view: View, delta: Delta) -> View:
        records = {**view.records, **{record.number: record for record in delta.records}}
        passages = dict(view.passages)
        for passage, number, _ in delta.owners:
            passages[number] = (*passages.get(number, ()), passage)
        owners = view.owners.changed(delta.owners, ())
        # Vectors of what is new go in before the view that knows them, those of what is gone
        # leave after it: neither is missed by a question that is being answered.
        vectors = self._with_vectors(view, records, owners, delta)
        gone = [p for number in delta.removed for p in self._forget(number, records, passages)]
        self._keys.change(delta.keys, delta.removed)
        versions = versions_of(records)
        return View(
            revision=delta.revision,
            records=records,
            versions=versions,
            speaking=speaking_of(versions),
            qualities=qualities_of(records),
            owners=owners.changed((), gone) if gone else owners,
            passages=passages,
            segments=self._keys.segments,
            vectors=vectors,
            lexical=self._refreshed_words(),
            reader=view.reader,
        )

    def _forget(
        self, number: int, records: dict[int, Record], passages: dict[int, Sequence[int]]
    ) -> Sequence[int]:
        """Take a document out; return the ids of its passages."""
        record = records.pop(number, None)
        if record is None:
            return ()
        gone = list(passages.pop(number, ()))
        self._leaving.append((record.locale, gone))
        return gone

    def _drop_vectors(self) -> None:
        """Remove the vectors of documents that left with the view before this one."""
        for locale, passages in self._leaving:
            if locale in self.view.vectors:
                self._embedded -= self.view.vectors[locale].remove(np.array(passages, np.int64))
        self._leaving = []

    def _with_vectors(
        self,
        view: View,
        records: Mapping[int, Record],
        owners: PassageOwners,
        delta: Delta,
    ) -> dict[str, LanguageVectors]:
        self._embedded += len(delta.ids)
        vectors = dict(view.vectors)
        places = {passage: position for passage, _, position in delta.owners}
        positions = np.array([places[passage] for passage in delta.ids.tolist()], np.int64)
        for locale, own in _by_locale(delta.ids, records, owners).items():
            added = delta.ids[own], delta.vectors[own], positions[own]
            if locale in vectors:
                vectors[locale].add(*added)
            else:
                vectors[locale] = LanguageVectors(*added)
        return vectors

    def _refreshed_words(self) -> LexicalReader | None:
        if self._engine is None:
            return None
        try:
            self._engine.refresh()
        except LexicalDamaged as error:
            self.missing = f"the keyword index cannot be read ({error})"
            self._engine = None
            return None
        return self._engine.reader()


def versions_of(records: Mapping[int, Record]) -> dict[str, dict[str, int]]:
    """Return article id -> locale -> document number."""
    versions: dict[str, dict[str, int]] = {}
    for record in records.values():
        versions.setdefault(record.article_id, {})[record.locale] = record.number
    return versions


def speaking_of(versions: Mapping[str, Mapping[str, int]]) -> dict[str, NDArray[np.bool_]]:
    """Return by locale which documents' articles exist in it; the last place is nobody's."""
    size = 2 + max((max(own.values()) for own in versions.values()), default=0)
    numbers: dict[str, list[int]] = {}
    for own in versions.values():
        for locale in own:
            numbers.setdefault(locale, []).extend(own.values())
    speaking = {locale: np.zeros(size, np.bool_) for locale in numbers}
    for locale, spoken in numbers.items():
        speaking[locale][spoken] = True
    return speaking


def qualities_of(records: Mapping[int, Record]) -> NDArray[np.float64]:
    """Return documents' quality by number; the last place is nobody's."""
    qualities = np.zeros(2 + max(records, default=0))
    numbers = np.fromiter(records, np.int64, len(records))
    qualities[numbers] = [record.quality for record in records.values()]
    return qualities


def _by_locale(
    ids: NDArray[np.int64], records: Mapping[int, Record], owners: PassageOwners
) -> dict[str, NDArray[np.intp]]:
    """Return the rows of `ids` by the language of the documents they belong to."""
    rows: dict[str, list[int]] = {}
    for row, number in enumerate(owners.documents[ids].tolist()):
        rows.setdefault(records[number].locale, []).append(row)
    return {locale: np.array(own) for locale, own in rows.items()}


def _open_lexical(name: str, directory: Path) -> tuple[LexicalEngine | None, str]:
    try:
        return open_engine(name, directory), ""
    except LexicalDamaged as error:
        return None, f"the keyword index cannot be read ({error})"
