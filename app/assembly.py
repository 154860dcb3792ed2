"""Putting the parts together from settings: one way for the server, the command line and tests."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.settings import Settings
from search.calibration import Calibration, CalibrationError, shipped_calibration
from search.document import Document, Progress, no_progress
from search.embed import Embedder, EmbedderUnavailable, Runtime, load_embedder
from search.fusion import Weights
from search.index import SearchIndex
from search.lexical.engines import EngineChoice

_log = logging.getLogger(__name__)


def open_embedder(settings: Settings) -> Embedder | None:
    """The embedding model of the settings; None, with a warning in the log, where there is none.

    Keyword and key search go on without it.
    """
    runtime: Runtime = settings.embedding_runtime  # type: ignore[assignment]  # checked when read
    try:
        return load_embedder(
            settings.embedding_model,
            models_dir=settings.models_dir,
            runtime=runtime,
            threads=settings.embedding_threads,
            query_prompt=settings.query_prompt or None,
            passage_prompt=settings.passage_prompt or None,
        )
    except EmbedderUnavailable as error:
        _log.warning("answering by keywords only: %s", error)
        return None


def embedding_cache(settings: Settings) -> Path:
    """The file that keeps embeddings by text."""
    return settings.cache_dir / "embeddings.sqlite3"


def calibration_file(settings: Settings) -> Path:
    """Where `kb calibrate` leaves what it found."""
    return settings.calibration_file


def open_calibration(settings: Settings, fingerprint: str) -> Calibration:
    """The operator's own calibration if it was made with this model, else the one shipped for it.

    `fingerprint`: the embedder's. A file that cannot be used is passed over, with a warning in the
    log.
    """
    try:
        own = Calibration.read(calibration_file(settings))
    except CalibrationError as error:
        _log.warning("scores are calibrated as shipped: %s", error)
        own = None
    if own is None or own.fingerprint != fingerprint:
        return shipped_calibration(fingerprint)
    return own


def open_index(settings: Settings, embedder: Embedder | None) -> SearchIndex:
    """The search index of the settings, calibrated. It is not read before it is asked something."""
    engine: EngineChoice = settings.keyword_engine  # type: ignore[assignment]  # checked when read
    weights = Weights()
    if embedder is not None:
        weights = open_calibration(settings, embedder.fingerprint).apply(weights)
    return SearchIndex(
        settings.index_dir,
        embedder=embedder,
        engine=engine,
        cache=embedding_cache(settings),
        weights=weights,
    )


@contextmanager
def throwaway_index(
    settings: Settings,
    embedder: Embedder | None,
    documents: Sequence[Document],
    progress: Progress = no_progress,
    weights: Weights | None = None,
) -> Iterator[SearchIndex]:
    """An index of `documents` with the settings' engine and embedding cache, gone at the end.

    Without `weights` it ranks as shipped, whatever the operator has calibrated.
    """
    engine: EngineChoice = settings.keyword_engine  # type: ignore[assignment]  # checked when read
    with tempfile.TemporaryDirectory(prefix="kotae-") as directory:
        index = SearchIndex(
            Path(directory),
            embedder=embedder,
            engine=engine,
            cache=embedding_cache(settings),
            weights=weights,
        )
        try:
            index.rebuild(documents, total=len(documents), progress=progress)
            yield index
        finally:
            index.close()
