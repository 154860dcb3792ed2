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
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.answering import answer, asks_something
from search.asked import Asked, bounded
from search.clusters import group_by_meaning
from search.completeness import completeness
from search.damage import LexicalDamaged, StoreDamaged
from search.document import Document, Progress, Query, Results, no_progress
from search.embed import Embedder
from search.first_letters import first_letters
from search.fusion import Weights
from search.generation import Generation
from search.generations import Generations
from search.lexical.engines import WHOOSH_LIMIT, EngineChoice
from search.passage_vectors import PassageVectors
from search.question_vectors import QuestionVectors
from search.ranking import Mode
from search.recent import Recent
from search.trial import Trial, try_document
from search.view import View
from search.writing import Writer

_ATTEMPTS = 3
_PATIENCE_SECONDS = 0.3
_TELLING = 0.4
"""Completeness from which on a text has a meaning: four letters, or two of Hangul, kana or Han."""
RECENT_RESULTS = 2_000
"""Answers kept for whoever asks the same; at some 5 kB each, 10 MB."""


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
        self._engine: EngineChoice = engine
        self._writer = Writer(self._generations, embedder, engine, cache)
        self._refresh_seconds = refresh_seconds
        self._weights = weights or Weights()
        self._lock = threading.Lock()
        self._generation: Generation | None = None
        self._checked = float("-inf")
        self._questions = QuestionVectors(embedder)
        self._drafts = PassageVectors(embedder, cache)
        self._recent: Recent[Asked, Results] = Recent(RECENT_RESULTS)

    def suggest(self, query: Query, mode: Mode = "hybrid") -> Results:
        """Answer while one types: the last word may be unfinished; rather nothing than nonsense.

        With `no_answer`, what is listed is what the text may become a question about.
        """
        return self._answer(query, typing=True, mode=mode)

    def search(self, query: Query, mode: Mode = "hybrid") -> Results:
        """Answer a finished question; without a good answer, list the nearest and say so."""
        return self._answer(query, typing=False, mode=mode)

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
        self._current()

    def warm(self) -> None:
        """Open the files and load the model now, in the process that will answer."""
        self._current()
        self._questions.warm()

    def first_letters(self, most: int) -> list[tuple[str, str]]:
        """Return (text, locale): what people type first, by the titles there are."""
        generation = self._current()
        return [] if generation is None else first_letters(generation.view.records.values(), most)

    def question_groups(
        self, questions: Sequence[str], weights: Sequence[float]
    ) -> list[list[int]] | None:
        """Places of the questions that mean the same, the heaviest group first.

        None without a model. Vectors stay in memory only: they would outlive the promise to forget
        questions. What is too short to mean anything is a group of its own.
        """
        vectors = {place: self._questions.vector(text) for place, text in enumerate(questions)}
        known = {place: vector for place, vector in vectors.items() if vector is not None}
        if not known:
            return None
        places = list(known)
        groups = group_by_meaning(np.stack(list(known.values())), [weights[p] for p in places])
        alone = [[place] for place in vectors if place not in known]
        return [[places[row] for row in group] for group in groups] + alone

    def try_document(self, document: Document) -> Trial | None:
        """Return the index as it would be with `document`, in the place of what it has of it.

        Nothing is written, and no question is answered from it but the trial's own. None while
        there is no index, and for a document that it would take long to try out.
        """
        generation = self._current()
        if generation is None:
            return None
        comparable = self._meaning_is_comparable(generation)
        drafts = self._drafts if comparable else None
        degraded = self._is_degraded(generation)
        return try_document(
            generation.view, document, drafts, self._questions, self._weights, degraded=degraded
        )

    def close(self) -> None:
        """Let go of files."""
        with self._lock:
            generation, self._generation = self._generation, None
            self._checked = float("-inf")
        if generation is not None:
            generation.close()

    def state(self) -> IndexState:
        """Return what the index is like at the moment."""
        generation = self._current()
        if generation is None:
            return IndexState("", 0, 0, 0, "", "there is no index yet", True)
        view, outdated = generation.view, self._outdated(generation)
        return IndexState(
            generation=generation.name,
            revision=view.revision,
            documents=len(view.records),
            passages=len(view.owners),
            engine=generation.manifest.engine,
            degraded=generation.missing or self._questions.trouble or outdated,
            stale=bool(generation.missing or outdated),
        )

    def _outdated(self, generation: Generation) -> str:
        """Return why the index must be rebuilt; empty when it need not be."""
        engine, fingerprint = generation.manifest.engine, self._questions.fingerprint
        mismatch = generation.manifest.mismatch(fingerprint)
        if mismatch:
            return mismatch
        if self._generations.current_name() != generation.name:
            return "the current generation cannot be read"
        if fingerprint is not None and generation.lacks_vectors:
            return "some articles were indexed without the embedding model"
        if self._engine not in ("auto", engine):
            return f"the index was made for {engine}"
        grown = len(generation.view.records) > WHOOSH_LIMIT * 1.1 and engine == "whoosh"
        return "the index has outgrown Whoosh" if grown and self._engine == "auto" else ""

    def _current(self) -> Generation | None:
        """Return the generation to answer from, brought up to date if that is due.

        One thread does the work. The others wait for it a moment, since what they have may be
        older than `refresh_seconds` by now; if it takes longer they go on with what they have.
        """
        if time.monotonic() - self._checked < self._refresh_seconds:
            return self._generation
        if not self._lock.acquire(timeout=-1 if self._generation is None else _PATIENCE_SECONDS):
            return self._generation
        if time.monotonic() - self._checked < self._refresh_seconds:
            self._lock.release()
            return self._generation
        try:
            self._generation = self._generations.follow(self._generation)
            self._checked = time.monotonic()
        finally:
            self._lock.release()
        return self._generation

    def _answer(self, query: Query, *, typing: bool, mode: Mode) -> Results:
        """Answer from what can be read; what turns out damaged is done without."""
        query = replace(query, text=bounded(query.text))
        for _ in range(_ATTEMPTS):
            generation = self._current()
            if generation is None:
                break
            try:
                return self._remembered(generation, query, typing=typing, mode=mode)
            except LexicalDamaged as error:
                generation.lose_words(str(error))
            except StoreDamaged:
                self._generations.give_up(generation.name)
                self._checked = float("-inf")
        return Results((), 0, no_answer=True, degraded=True)

    def _remembered(
        self, generation: Generation, query: Query, *, typing: bool, mode: Mode
    ) -> Results:
        """Answer a question that was asked lately of the same revision from memory.

        Many people type the same first letters. What was answered without all legs, or with an
        earlier state's vector, is not kept.
        """
        if typing and completeness(query.text) < _TELLING:
            # Telephones begin with a capital; of a few letters case tells nothing.
            query = replace(query, text=query.text.casefold())
        asked = Asked(generation.name, generation.view.revision, typing, mode, query)
        results = self._recent.get(asked)
        if results is None:
            results, whole = self._answer_from(generation, query, typing=typing, mode=mode)
            if whole and not results.degraded:
                self._recent.put(asked, results)
        return results

    def _answer_from(
        self, generation: Generation, query: Query, *, typing: bool, mode: Mode
    ) -> tuple[Results, bool]:
        """Return the answers, and whether all of the text was read for its meaning."""
        view, comparable = generation.view, self._meaning_is_comparable(generation)
        vector, whole = None, True
        if mode != "keyword" and comparable and asks_something(query.text):
            vector, whole = self._vector(view, query.text, typing=typing, always=mode == "semantic")
        results = answer(
            view,
            query,
            vector,
            typing=typing,
            mode=mode,
            weights=self._weights,
            degraded=self._is_degraded(generation),
        )
        return results, whole

    def _vector(
        self, view: View, text: str, *, typing: bool, always: bool
    ) -> tuple[NDArray[np.float32] | None, bool]:
        """Return the vector to compare with, and whether it is of all of the text."""
        if not typing:
            return self._questions.vector(text), True
        if not always and completeness(text) < _TELLING:
            return None, True
        return self._questions.vector_while_typing(view.completed(text))

    def _is_degraded(self, generation: Generation) -> bool:
        lost = generation.view.records and not self._meaning_is_comparable(generation)
        return bool(generation.missing or self._questions.trouble or lost)

    def _meaning_is_comparable(self, generation: Generation) -> bool:
        """Vectors of another model would give wrong answers, not worse ones."""
        same = generation.manifest.embedding == self._questions.fingerprint
        return same and generation.view.has_vectors
