"""How documents get into an index: passages, embeddings, keywords, and the store's commit last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.analysis.tokens import terms
from search.document import Document, Progress, no_progress
from search.embed import Embedder
from search.embedding_cache import EmbeddingCache, encode_passages_cached
from search.generations import Generations
from search.keys import document_keys
from search.lexical.contract import Entry, LexicalEngine
from search.lexical.engines import EngineChoice, choose_engine, create_engine, open_engine
from search.manifest import Manifest
from search.passages import Passage, split
from search.store import Addition, Change, Store
from search.view import LEXICAL, MANIFEST, STORE, labels

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

    def put(self, documents: Sequence[Document]) -> None:
        """Add or replace documents, as one revision. Raises WriterBusy, StaleIndex."""
        with self._generations.writing(_PUT_TIMEOUT):
            path = self._generations.current_path()
            if path is None:
                self._rebuild(iter(documents), len(documents), no_progress)
                return
            self._require_fresh(path)
            self._change(path, documents, [])

    def remove(self, document_ids: Sequence[str]) -> None:
        """Forget documents, as one revision. Raises WriterBusy."""
        with self._generations.writing(_PUT_TIMEOUT):
            path = self._generations.current_path()
            if path is not None:
                self._change(path, [], document_ids)

    def rebuild(self, documents: Iterable[Document], total: int, progress: Progress) -> None:
        """Make a new generation of `documents` and swap it in. Raises WriterBusy."""
        with self._generations.writing(_PUT_TIMEOUT):
            self._rebuild(iter(documents), total, progress)

    def _require_fresh(self, path: Path) -> None:
        fingerprint = self._embedder.fingerprint if self._embedder else None
        mismatch = Manifest.read(path / MANIFEST).mismatch(fingerprint)
        if mismatch:
            raise StaleIndex(mismatch)

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
        finally:
            store.close()
            engine.close()
        self._manifest(engine_name).write(path / MANIFEST)
        self._generations.make_current(path)

    def _manifest(self, engine_name: str) -> Manifest:
        if self._embedder is None:
            return Manifest(engine_name, "", 0)
        return Manifest(engine_name, self._embedder.fingerprint, self._embedder.dimensions)

    def _change(self, path: Path, documents: Sequence[Document], removed: Sequence[str]) -> None:
        manifest = Manifest.read(path / MANIFEST)
        store = Store.open(path / STORE)
        engine = open_engine(manifest.engine, path / LEXICAL)
        try:
            self._write(store, engine, documents, removed, embed=bool(manifest.embedding))
        finally:
            store.close()
            engine.close()

    def _write(
        self,
        store: Store,
        engine: LexicalEngine,
        documents: Sequence[Document],
        removed: Sequence[str],
        *,
        embed: bool = True,
    ) -> None:
        """Prepare everything first; then keywords, then the store, whose commit makes it count."""
        additions = self._prepare(documents, embed=embed)
        gone = [*removed, *(document.id for document in documents)]
        with store.change() as change:
            numbers = change.remove(gone)
            entries = [_entry(change, addition) for addition in additions]
            engine.replace(entries, numbers)

    def _prepare(self, documents: Sequence[Document], *, embed: bool) -> list[Addition]:
        passages = [split(document) for document in documents]
        vectors = self._vectors(documents, passages) if embed else None
        additions, start = [], 0
        for document, own in zip(documents, passages, strict=True):
            rows = None if vectors is None else vectors[start : start + len(own)]
            additions.append(Addition(document, document_keys(document), own, rows))
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


def _entry(change: Change, addition: Addition) -> Entry:
    document = addition.document
    return Entry(
        number=change.add(addition),
        terms=entry_terms(document),
        labels=labels(document.category, document.audience, document.products),
    )
