"""Vectors of passages that are in no index: a draft's, asked for again with every change of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.embed import Embedder, EmbedderUnavailable
from search.embedding_cache import EmbeddingCache, usable_vectors
from search.recent import Recent

KEPT = 2_000
"""Passages kept in memory: with 384 dimensions, 3 MB."""

MOST_NEW = 40
"""New passages embedded for one text, some 8,000 tokens; with the default model in two seconds."""


class TooMuchNew(Exception):
    """So much of a text is new that whoever waits for its vectors would wait too long."""


class PassageVectors:
    """The passage side of an embedder: what is known is read, what is new is kept in memory only.

    A text half written would be litter in the file of embeddings, which forgets nothing.
    """

    def __init__(self, embedder: Embedder | None, cache: Path | None, kept: int = KEPT) -> None:
        """`cache`: the file that keeps embeddings of what was indexed."""
        self._embedder = embedder
        self._cache = EmbeddingCache(cache) if cache else None
        self._known: Recent[str, NDArray[np.float32]] = Recent(kept)
        # Drafts wait for each other, so that questions find a core of their own.
        self._turn = threading.Lock()

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """Return the vectors of `texts`, shape (n, dimensions); None without a usable model.

        Raises TooMuchNew above MOST_NEW texts that nobody embedded before.
        """
        if self._embedder is None or not texts:
            return None
        with self._turn:
            kept = ((text, self._known.get(text)) for text in dict.fromkeys(texts))
            found = {text: vector for text, vector in kept if vector is not None}
            missing = [text for text in dict.fromkeys(texts) if text not in found]
            try:
                found |= self._learn(self._embedder, missing)
            except EmbedderUnavailable:
                return None
        return np.stack([found[text] for text in texts]).astype(np.float32, copy=False)

    def _learn(self, embedder: Embedder, missing: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        if not missing:
            return {}
        stored = self._cache.find(embedder.fingerprint, missing) if self._cache else {}
        learnt = usable_vectors(stored, embedder)
        new = [text for text in missing if text not in learnt]
        if len(new) > MOST_NEW:
            raise TooMuchNew(f"{len(new)} passages are new")
        for text in new:
            # One at a time: in a batch the short ones would be padded to the longest.
            learnt[text] = embedder.encode_passages([text])[0]
        for text, vector in learnt.items():
            self._known.put(text, vector)
        return learnt
