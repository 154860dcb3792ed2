"""The engine's front door: documents in, hits out.

On disk an index is `<directory>/CURRENT`, naming one of `<directory>/<generation>/`. A rebuild
makes a new generation and swaps the name; a put or remove changes the current one and raises its
revision. Readers look for either at most every `refresh_seconds`, and answer from what they have.
Everything here is derived: damaged or outdated, it is made again from the documents.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from search.document import Document, Progress, Query, Results, no_progress
from search.embed import Embedder
from search.fusion import Weights
from search.generations import Generations
from search.hits import count_facets, make_hits
from search.lexical.engines import WHOOSH_LIMIT, EngineChoice
from search.question_vectors import QuestionVectors
from search.ranking import Mode, Ranked, confident, rank
from search.view import View
from search.writing import Writer

LEAST_LISTED = 10
"""Results of a search, if that many were found at all; a search is not answered with nothing."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """What an index is like at the moment, for people and for /readyz."""

    generation: str
    revision: int
    documents: int
    passages: int
    engine: str
    degraded: str
    """Why not all legs answer; empty when they do."""
    stale: bool
    """Whether it must be rebuilt."""


class SearchIndex:
    """An index directory, for reading and writing, by any number of processes and threads."""

    def __init__(
        self,
        directory: Path,
        *,
        embedder: Embedder | None,
        engine: EngineChoice = "auto",
        cache: Path | None = None,
        refresh_seconds: float = 0.25,
        weights: Weights | None = None,
    ) -> None:
        """Name an index; nothing is opened before it is needed (a server forks in between).

        `cache`: file that keeps embeddings by text, so that no text is embedded twice.
        """
        self._generations = Generations(directory)
        self._embedder = embedder
        self._engine: EngineChoice = engine
        self._writer = Writer(self._generations, embedder, engine, cache)
        self._refresh_seconds = refresh_seconds
        self._weights = weights or Weights()
        self._lock = threading.Lock()
        self._view: View | None = None
        self._checked = float("-inf")
        self._questions = QuestionVectors(embedder)

    def suggest(self, query: Query, mode: Mode = "hybrid") -> Results:
        """Answer while one types: the last word may be unfinished; rather nothing than nonsense."""
        ranked, view = self._rank(query, typing=True, mode=mode)
        good = confident(ranked, self._weights)
        return self._results(query, good, view, typing=True)

    def search(self, query: Query, mode: Mode = "hybrid") -> Results:
        """Answer a finished question; without a good answer, list the nearest and say so."""
        ranked, view = self._rank(query, typing=False, mode=mode)
        listed = max(len(confident(ranked, self._weights)), LEAST_LISTED)
        return self._results(query, ranked[:listed], view, typing=False)

    def put(self, documents: Sequence[Document]) -> None:
        """Add or replace documents, as one revision. Raises WriterBusy, StaleIndex."""
        self._writer.put(documents)

    def remove(self, document_ids: Sequence[str]) -> None:
        """Forget documents, as one revision; unknown ids are no error. Raises WriterBusy."""
        self._writer.remove(document_ids)

    def rebuild(
        self, documents: Iterable[Document], *, total: int, progress: Progress = no_progress
    ) -> None:
        """Make a new generation of `documents` and swap it in. Raises WriterBusy.

        `total`: their number, which chooses the engine and scales the progress bar.
        """
        self._writer.rebuild(documents, total, progress)

    def refresh(self) -> None:
        """See what other processes have committed, now."""
        self._checked = float("-inf")
        self._current_view()

    def warm(self) -> None:
        """Open the files and load the model now, in the process that will answer."""
        self._current_view()
        self._questions.warm()

    def close(self) -> None:
        """Let go of files."""
        with self._lock:
            view, self._view = self._view, None
        if view is not None:
            view.close()

    def state(self) -> IndexState:
        """Return what the index is like at the moment."""
        view = self._current_view()
        if view is None:
            return IndexState("", 0, 0, 0, "", "there is no index yet", True)
        documents, passages = view.size()
        outdated = self._outdated(view, documents)
        return IndexState(
            generation=view.generation,
            revision=view.revision,
            documents=documents,
            passages=passages,
            engine=view.manifest.engine,
            degraded=view.missing or self._questions.trouble or outdated,
            stale=bool(view.missing or outdated),
        )

    def _outdated(self, view: View, documents: int) -> str:
        fingerprint = self._embedder.fingerprint if self._embedder else None
        mismatch = view.manifest.mismatch(fingerprint)
        if mismatch or self._generations.current_name() != view.generation:
            return mismatch or "the current generation cannot be read"
        if self._engine not in ("auto", view.manifest.engine):
            return f"the index was made for {view.manifest.engine}"
        grown = documents > WHOOSH_LIMIT * 1.1 and view.manifest.engine == "whoosh"
        return "the index has outgrown Whoosh" if grown and self._engine == "auto" else ""

    def _current_view(self) -> View | None:
        """Return the view to answer from, brought up to date if that is due.

        One thread does the work; the others go on with what they have.
        """
        if time.monotonic() - self._checked < self._refresh_seconds:
            return self._view
        if not self._lock.acquire(blocking=self._view is None):
            return self._view
        try:
            self._view = self._generations.follow(self._view)
            self._checked = time.monotonic()
        finally:
            self._lock.release()
        return self._view

    def _rank(self, query: Query, *, typing: bool, mode: Mode) -> tuple[list[Ranked], View | None]:
        view = self._current_view()
        if view is None or not query.text.strip():
            return [], view
        vector = None
        if mode != "keyword" and self._meaning_is_comparable(view):
            vector = self._questions.vector(query.text)
        ranked = rank(view, query, vector, typing=typing, mode=mode, weights=self._weights)
        return ranked, view

    def _meaning_is_comparable(self, view: View) -> bool:
        """Vectors of another model would give wrong answers, not worse ones."""
        return view.has_vectors and view.manifest.embedding == self._questions.fingerprint

    def _is_degraded(self, view: View | None) -> bool:
        if view is None or view.missing or self._questions.trouble:
            return True
        return bool(view.records) and not self._meaning_is_comparable(view)

    def _results(
        self, query: Query, ranked: list[Ranked], view: View | None, *, typing: bool
    ) -> Results:
        shown = ranked[query.offset : query.offset + query.limit]
        return Results(
            hits=make_hits(view, query, shown, typing=typing) if view else (),
            total=len(ranked),
            no_answer=not ranked or ranked[0].score < self._weights.floor,
            degraded=self._is_degraded(view),
            facets=count_facets(ranked),
        )
