"""Kotae's own paths, each as the server takes it, in one process with one index."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.answering import Ask, answer_all, own_memory, stopwatch
from benchmarks.engine_process import size_on_disk
from benchmarks.growing import Grown, read_grown
from benchmarks.stand_in import StandInEmbedder
from search import ranking
from search.document import Document, Query, Section
from search.embed import Embedder
from search.fusion import Weights
from search.index import SearchIndex
from search.keys import typed_words
from search.question_vectors import QuestionVectors
from search.ranking import Mode
from search.recent import Recent
from search.view import View, required_labels

SHOWN = 5
"""Hits asked for, as the server does unless the database rejects one."""


class TimedEmbedder:
    """An embedder that adds up the CPU time its questions take."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.seconds = 0.0
        self.passage_seconds = 0.0

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        started = time.thread_time()
        vectors = self._embedder.encode_queries(texts)
        self.seconds += time.thread_time() - started
        return vectors

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        started = time.perf_counter()
        vectors = self._embedder.encode_passages(texts)
        self.passage_seconds += time.perf_counter() - started
        return vectors

    def warm(self) -> None:
        self._embedder.warm()


def document_of(article: Grown) -> Document:
    """Return an article as the index takes it."""
    sections = tuple(
        Section((heading,) if heading else (), f"s{i}", text)
        for i, (heading, text) in enumerate(article.sections)
    )
    return Document(str(article.number), str(article.number), article.locale, article.title,
                    sections)  # fmt: skip


def open_model(kind: str) -> TimedEmbedder | None:
    """Return the embedder of that kind: the settings' model, a stand-in, or none."""
    if kind == "none":
        return None
    if kind == "stand-in":
        return TimedEmbedder(StandInEmbedder())
    from app.assembly import open_embedder
    from app.settings import Settings

    embedder = open_embedder(Settings.from_env())
    return TimedEmbedder(embedder) if embedder else None


def ways_to_ask(index: SearchIndex, view: View, model: TimedEmbedder | None) -> dict[str, Ask]:
    """Return Kotae's paths by name."""
    required, weights = required_labels(Query("")), Weights()
    # A server keeps two thousand; here no text is lost that comes again in the next round.
    remembered: Recent[Any, Any] = Recent(100_000)

    def keys(text: str, _locale: str) -> list[int]:
        return _numbered(view, view.match_keys(typed_words(text), required).numbers.tolist())

    def lexical(text: str, _locale: str) -> list[int]:
        scores = ranking.word_scores(view, text, required, typing=True)
        return _numbered(view, [number for number, _ in scores])

    def suggest(mode: Mode) -> Ask:
        def ask(text: str, locale: str) -> list[int]:
            found = index.suggest(Query(text, locale=locale, limit=SHOWN), mode=mode)
            return [int(hit.article_id) for hit in found.hits]

        return ask

    def ranking_only(text: str, locale: str) -> list[int]:
        ranked = ranking.rank(view, Query(text, locale=locale), None, typing=True, weights=weights)
        return [int(entry.record.article_id) for entry in ranked[:5]]

    def asked_again(text: str, locale: str) -> list[int]:
        nothing, index._recent = index._recent, remembered
        try:
            return suggest("hybrid")(text, locale)
        finally:
            index._recent = nothing

    ways = {"keys": keys, "lexical": lexical, "ranking": ranking_only,
            "keys+lexical": suggest("keyword"), "asked again": asked_again}  # fmt: skip
    return ways | ({"full": suggest("hybrid")} if model else {})


def _numbered(view: View, numbers: list[int]) -> list[int]:
    return [int(view.records[number].article_id) for number in numbers[:5]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("articles", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", choices=("settings", "stand-in", "none"), required=True)
    parser.add_argument("--cache", type=Path, help="keeps embeddings between runs")
    parser.add_argument("--build", action="store_true", help="build the index, and end")
    arguments = parser.parse_args()
    model, facts = open_model(arguments.model), dict[str, Any]()
    cache = arguments.cache if arguments.model == "settings" else None
    # Read and written in different processes: what building takes is not held while answering.
    index = SearchIndex(arguments.folder, embedder=model, cache=cache, refresh_seconds=3600)
    if arguments.build:
        documents = [document_of(article) for article in read_grown(arguments.articles)]
        with stopwatch(facts, "build"):
            index.rebuild(documents, total=len(documents))
        index.close()
        facts |= {"embedding_s": model.passage_seconds if model else 0.0,
                  "disk": size_on_disk(arguments.folder)}  # fmt: skip
        answer_all({}, facts)
        return
    if model:
        model.warm()
        model.encode_queries(["warm"])
    facts["base_memory"] = own_memory()
    with stopwatch(facts, "open"):
        index.warm()
    # Every text is new to the model: what a repeated one costs is the path without the encoder.
    index._questions = QuestionVectors(model, cached=0)
    # Nor is any remembered, but by the path that measures that.
    index._recent = Recent(0)
    generation = index._current()
    assert generation
    facts["engine"] = index.state().engine
    seconds = (lambda: model.seconds) if model else (lambda: 0.0)
    answer_all(ways_to_ask(index, generation.view, model), facts, seconds)


if __name__ == "__main__":
    main()
