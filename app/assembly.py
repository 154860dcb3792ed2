"""Putting the parts together from settings: one way for the server, the command line and tests."""

from __future__ import annotations

import logging

from app.settings import Settings
from search.embed import Embedder, EmbedderUnavailable, Runtime, load_embedder
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


def open_index(settings: Settings, embedder: Embedder | None) -> SearchIndex:
    """The search index of the settings. Nothing is read before it is asked something."""
    engine: EngineChoice = settings.keyword_engine  # type: ignore[assignment]  # checked when read
    return SearchIndex(
        settings.index_dir,
        embedder=embedder,
        engine=engine,
        cache=settings.cache_dir / "embeddings.sqlite3",
    )
