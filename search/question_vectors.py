"""Questions as vectors: each is embedded once, and trouble with the model is remembered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from search.embed import Embedder, EmbedderUnavailable
from search.recent import Recent

CACHED = 4096
"""Questions kept: with 384 dimensions, 6 MB."""
_SHORTEST = 2
_LINE = 2
"""Texts being embedded or waiting for it, from which on nobody who types is made to wait, too."""
_PATIENCE_SECONDS = 0.006
"""What is waited for the model at most; a short text takes 2 to 5 ms on a core of its own."""
_LATEST, _SAID = 12, 4
"""Letters of which an earlier state may be short of the text, and those it must have."""


class QuestionVectors:
    """The question side of an embedder, with the last questions' vectors at hand."""

    def __init__(self, embedder: Embedder | None, cached: int = CACHED) -> None:
        self._embedder = embedder
        self._known: Recent[str, NDArray[np.float32]] = Recent(cached)
        # Two at once on one core would each take twice as long.
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._in_line = 0
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
        with self._waiting():
            # Who stood in front may have asked the same.
            known = self._known.get(text)
            return self._embed(self._embedder, text) if known is None else known

    def vector_while_typing(self, text: str) -> tuple[NDArray[np.float32] | None, bool]:
        """Return the vector of a text being typed, and whether it is of all of the text.

        Where others wait for the model already, or its turn does not come at once, it is that of a
        moment ago, if that is known: a suggestion must not come after the next key.
        """
        text = " ".join(text.split())
        if self._in_line and self._known.get(text) is None:
            earlier = self._earlier(text)
            if earlier is not None and not self._comes_at_once():
                return earlier, False
        return self.vector(text), True

    def _earlier(self, text: str) -> NDArray[np.float32] | None:
        """Return the vector of the last state before a text that is known."""
        for size in range(len(text) - 1, max(_SAID, len(text) - _LATEST) - 1, -1):
            known = self._known.get(text[:size].rstrip())
            if known is not None:
                return known
        return None

    def _comes_at_once(self) -> bool:
        """Wait a moment for the model to be free; who would not be the next does not wait."""
        if self._in_line >= _LINE or not self._turn.acquire(timeout=_PATIENCE_SECONDS):
            return False
        self._turn.release()
        return True

    def _embed(self, embedder: Embedder, text: str) -> NDArray[np.float32] | None:
        try:
            vector: NDArray[np.float32] = embedder.encode_queries([text])[0]
        except EmbedderUnavailable as error:
            self.trouble = str(error)
            return None
        self._known.put(text, vector)
        return vector

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Stand in line for the model."""
        with self._counting:
            self._in_line += 1
        try:
            with self._turn:
                yield
        finally:
            with self._counting:
                self._in_line -= 1

    def warm(self) -> None:
        """Load the model now rather than at the first question."""
        if self._embedder is None:
            return
        try:
            self._embedder.warm()
        except EmbedderUnavailable as error:
            self.trouble = str(error)
