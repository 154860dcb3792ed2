"""The range of cosines in which a model tells articles apart; each uses another part of -1..1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.document import Document, Progress, no_progress
from search.embed import Embedder
from search.embedding_cache import EmbeddingCache, encode_passages_cached
from search.passages import split
from search.recalibration import Alias

_MOST_ALIASES = 500


def fit_cosine_range(
    documents: Sequence[Document],
    aliases: Sequence[Alias],
    embedder: Embedder,
    cache: EmbeddingCache,
    progress: Progress = no_progress,
) -> tuple[float, float]:
    """Return the lowest and the highest cosine that count, for `search.fusion.Weights`.

    From one standard deviation below what questions and unrelated passages of their language have,
    to three above what questions and their own article's nearest passage have: what was found best
    for the default model on public sets is 0.80 to 0.97, and this gives 0.80 and 0.96 for it.
    """
    passages = [(d, p) for d in documents for p in split(d) if p.position > 0]
    texts = [passage.embedded_text(document.title) for document, passage in passages]
    vectors = encode_passages_cached(embedder, cache, texts, progress)
    articles = np.array([document.article_id for document, _ in passages])
    locales = np.array([document.locale for document, _ in passages])
    unrelated, nearest = [], []
    for alias in aliases[:: -(-len(aliases) // _MOST_ALIASES)]:
        cosines = vectors @ embedder.encode_queries([alias.text])[0]
        same_language, own = locales == alias.locale, articles == alias.article_id
        unrelated.append(cosines[same_language & ~own])
        nearest.append(cosines[same_language & own].max(initial=-1.0))
    return _range(np.concatenate(unrelated), np.array(nearest))


def _range(unrelated: NDArray[np.float32], nearest: NDArray[np.float64]) -> tuple[float, float]:
    """Articles without text have no nearest passage; -1 stands for that."""
    known = nearest[nearest > -1.0]
    lowest = float(unrelated.mean() - unrelated.std())
    return lowest, max(float(np.median(known) + 3 * known.std()), lowest + 0.01)
