"""An embedder small enough for unit tests: similar strings get similar vectors, always the same."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


class TinyEmbedder:
    """Character 1- to 3-grams hashed to signed counts, scaled to unit length.

    Needs no model and no file. `calls` counts encode calls, `texts` the texts given to them,
    so that a test can prove that nothing was embedded twice.
    """

    def __init__(self, dimensions: int = 64, salt: str = "") -> None:
        self._dimensions = dimensions
        self._salt = salt
        self.calls = 0
        self.texts = 0

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def fingerprint(self) -> str:
        return f"tiny-{self._dimensions}-{self._salt}"

    def warm(self) -> None:
        """Nothing to load."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls += 1
        self.texts += len(texts)
        rows = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for gram in _grams(text):
                value = zlib.crc32(f"{self._salt}{gram}".encode("utf-8", "replace"))
                row[value % self._dimensions] += 1.0 if value & 0x8000_0000 else -1.0
            length = float(np.linalg.norm(row))
            if length == 0.0:
                row[0] = length = 1.0
            row /= length
        return rows


def _grams(text: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    for word in re.findall(r"\w+", folded):
        padded = f"^{word}$" if word.isascii() else word
        for size in (1, 2, 3):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]
