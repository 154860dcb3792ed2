"""Questions as vectors: each is embedded once, and trouble with the model is remembered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from search.embed import Embedder, EmbedderUnavailable
from search.recent import Recent

CACHED = 4096
"""Questions kept: with 384 dimensions, 6 MB."""
_SHORTEST = 2


class QuestionVectors:
    """The question side of an embedder, with the last questions' vectors at hand."""

    def __init__(self, embedder: Embedder | None, cached: int = CACHED) -> None:
        self._embedder = embedder
        self._known: Recent[str, NDArray[np.float32]] = Recent(cached)
        self.trouble = "" if embedder else "there is no embedding model"

    @property
    def fingerprint(self) -> str | None:
        """The model's fingerprint; None when there is no model."""
        return self._embedder.fingerprint if self._embedder else None

    def vector(self, text: str) -> NDArray[np.float32] | None:
        """Return a question's vector, shape (dimensions,).

        None when the text is too short to mean anything, or when the model cannot be used;
        `trouble` then says why.
        """
        text = " ".join(text.split())
        if len(text) < _SHORTEST or self._embedder is None or self.trouble:
            return None
        known = self._known.get(text)
        if known is not None:
            return known
        try:
            vector: NDArray[np.float32] = self._embedder.encode_queries([text])[0]
        except EmbedderUnavailable as error:
            self.trouble = str(error)
            return None
        self._known.put(text, vector)
        return vector

    def warm(self) -> None:
        """Load the model now rather than at the first question."""
        if self._embedder is None:
            return
        try:
            self._embedder.warm()
        except EmbedderUnavailable as error:
            self.trouble = str(error)
