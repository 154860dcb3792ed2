"""Vectors without a model, where a model would take hours: the right size, not the right meaning.

Each word gets a random direction of its own, and a text the sum of them. What a search among such
vectors costs is what it costs among real ones; what it finds says nothing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

DIMENSIONS = 384
_WORD = re.compile(r"\w+")


class StandInEmbedder:
    """Sums of random directions, always the same for the same text."""

    dimensions = DIMENSIONS
    fingerprint = f"stand-in-{DIMENSIONS}"

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in _WORD.findall(text.casefold()):
                row += direction(word)
            row /= max(float(np.linalg.norm(row)), 1e-6)
        return rows

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        return self.encode_queries(texts)

    def warm(self) -> None:
        """There is nothing to load."""


@lru_cache(100_000)
def direction(word: str) -> np.ndarray:
    """Return the direction of one word: numbers drawn with the word as seed."""
    drawn = np.random.default_rng(zlib.crc32(word.encode("utf-8", "replace")))
    return drawn.standard_normal(DIMENSIONS).astype(np.float32)
