"""How documents get into an index: passages, embeddings, keywords, and the store's commit last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.analysis.readings import DictionaryReadings
from search.analysis.tokens import terms
from search.damage import IndexDamaged
from search.document import Document, Progress, no_progress
from search.embed import Embedder
from search.embedding_cache import EmbeddingCache, encode_passages_cached
from search.generation import LEXICAL, MANIFEST, STORE
from search.generations import Generations
from search.keys import document_keys
from search.keystrokes.key_index import is_outgrown, last_in_file, write_keys
from search.lexical.contract import Entry, LexicalEngine
from search.lexical.engines import EngineChoice, choose_engine, create_engine, open_engine
from search.manifest import Manifest
from search.passages import Passage, beginning, split
from search.store import Addition, Change, Store
from search.view import labels

_BATCH = 32
_PUT_TIMEOUT = 10.0
_TITLE_TIMES, _QUESTION_TIMES = 3, 2


class StaleIndex(Exception):
    """The current generation was made with something else and must be rebuilt, not added to."""


def entry_terms(document: Document) -> list[str]:
    """Return the terms of a document; a weightier field is repeated (a simple BM25F).

    Robertson, Zaragoza and Taylor (2004), "Simple BM25 extension to multiple weighted fields":
    weighting term frequencies before saturation, which is what repeating does.
    """
    weighted = [document.title] * _TITLE_TIMES
    weighted += document.questions * _QUESTION_TIMES
    weighted += document.tags
    bodies = [" ".join((*section.path[-1:], section.text)) for section in document.sections]
    return [term for text in (*weighted, *bodies) for term in terms(text)]


class Writer:
    """The one way to change an index; holds the writer's lock while it does."""

    def __init__(
        self,
        generations: Generations,
        embedder: Embedder | None,
        engine: EngineChoice,
        cache: Path | None,
    ) -> None:
        self._generations = generations
        self._embedder = embedder
        self._engine: EngineChoice = engine
        self._cache = EmbeddingCache(cache) if cache else None
        self._readings = DictionaryReadings()

    def put(self, documents: Sequence[Document]) -> None:
        """Add or replace documents, as one revision. Raises WriterBusy, StaleIndex."""
        with self._generations.writing(_PUT_TIMEOUT):
            path = self._generations.current_path()
            if path is None and not self._generations.has_any():
                self._rebuild(iter(documents), len(documents), no_progress)
            else:
                self._change(path, documents, [])

    def remove(self, document_ids: Sequence[str]) -> None:
        """Forget documents, as one revision. Raises WriterBusy, StaleIndex."""
        with self._generations.writing(_PUT_TIMEOUT):
            if self._generations.has_any():
                self._change(self._generations.current_path(), [], document_ids)

    def rebuild(self, documents: Iterable[Document], total: int, progress: Progress) -> None:
        """Make a new generation of `documents` and swap it in. Raises WriterBusy."""
        with self._generations.writing(_PUT_TIMEOUT):
            self._rebuild(iter(documents), total, progress)

    def _rebuild(self, documents: Iterator[Document], total: int, progress: Progress) -> None:
        path = self._generations.new_directory()
        engine_name = choose_engine(self._engine, total)
        store, engine = Store.create(path / STORE), create_engine(engine_name, path / LEXICAL)
        try:
            done = 0
            progress("indexing", 0, total)
            while batch := list(islice(documents, _BATCH)):
                self._write(store, engine, batch, [])
                done += len(batch)
                progress("indexing", done, total)
            write_keys(path, store.keys())
        finally:
            store.close()
            engine.close()
        self._manifest(engine_name).write(path / MANIFEST)
        self._generations.make_current(path)

    def _manifest(self, engine_name: str) -> Manifest:
        if self._embedder is None:
            return Manifest(engine_name, "", 0)
        return Manifest(engine_name, self._embedder.fingerprint, self._embedder.dimensions)

    def _change(
        self, path: Path | None, documents: Sequence[Document], removed: Sequence[str]
    ) -> None:
        path, manifest, store, engine = self._open(path)
        try:
            self._write(store, engine, documents, removed, embed=bool(manifest.embedding))
            if is_outgrown(store.count(above=last_in_file(path)), store.count()):
                write_keys(path, store.keys())
        finally:
            store.close()
            engine.close()

    def _open(self, path: Path | None) -> tuple[Path, Manifest, Store, LexicalEngine]:
        """Open a generation for writing. Raises StaleIndex unless it is whole and up to date."""
        if path is None:
            raise StaleIndex("the current generation is lost")
        try:
            manifest = Manifest.read(path / MANIFEST)
            mismatch = manifest.mismatch(self._embedder.fingerprint if self._embedder else None)
            if mismatch:
                raise StaleIndex(mismatch)
            engine = open_engine(manifest.engine, path / LEXICAL)
            last_in_file(path)
            return path, manifest, Store.open(path / STORE), engine
        except IndexDamaged as error:
            raise StaleIndex(str(error)) from error

    def _write(
        self,
        store: Store,
        engine: LexicalEngine,
        documents: Sequence[Document],
        removed: Sequence[str],
        *,
        embed: bool = True,
    ) -> None:
        """Prepare everything first; then keywords, then the store, whose commit makes it count.

        What is removed leaves the keyword index with the next change only: a reader that has not
        seen this revision yet may look at the keywords of it, and must find what it knows.
        """
        latest = {document.id: document.storable() for document in documents}
        additions = self._prepare(list(latest.values()), embed=embed)
        gone = [*removed, *latest]
        with store.change() as change:
            change.remove(gone)
            entries = [_entry(change, addition) for addition in additions]
            engine.replace(entries, change.removed_before())

    def _prepare(self, documents: Sequence[Document], *, embed: bool) -> list[Addition]:
        passages = [all_passages(document) for document in documents]
        vectors = self._vectors(documents, passages) if embed else None
        additions, start = [], 0
        for document, own in zip(documents, passages, strict=True):
            rows = None if vectors is None else vectors[start : start + len(own)]
            additions.append(Addition(document, document_keys(document, self._readings), own, rows))
            start += len(own)
        return additions

    def _vectors(
        self, documents: Sequence[Document], passages: Sequence[Sequence[Passage]]
    ) -> NDArray[np.float32] | None:
        if self._embedder is None:
            return None
        texts = [
            passage.embedded_text(document.title)
            for document, own in zip(documents, passages, strict=True)
            for passage in own
        ]
        if self._cache is None:
            return self._embedder.encode_passages(texts)
        return encode_passages_cached(self._embedder, self._cache, texts, no_progress)


def all_passages(document: Document) -> tuple[Passage, ...]:
    """Return everything of a document that gets a vector."""
    begun = beginning(document)
    return (*split(document), begun) if begun else split(document)


def _entry(change: Change, addition: Addition) -> Entry:
    return entry_of(addition.document, change.add(addition))


def entry_of(document: Document, number: int) -> Entry:
    """Return what the keyword index is told of a document."""
    return Entry(
        number=number,
        terms=entry_terms(document),
        labels=labels(document.category, document.audience, document.products),
    )
