"""What an index on disk was made with. A mismatch means a rebuild, never a wrong answer."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from search import keys, passages
from search.damage import StoreDamaged

FORMAT = 3
"""Raise when the files of a generation change shape."""
ANALYSIS = 4
"""Raise when the same text would give other terms."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts that must agree between an index and the program that reads it."""

    engine: str
    embedding: str
    """Fingerprint of the embedding model; empty when the index has no vectors."""
    dimensions: int
    format: int = FORMAT
    analysis: int = ANALYSIS
    passages: int = passages.VERSION
    keys: int = keys.VERSION

    def mismatch(self, embedding: str | None) -> str:
        """Return why an index with this manifest must be rebuilt; empty when it need not be.

        `embedding`: the fingerprint of the model at hand, None when there is none. An index with
        vectors stays good without a model: it is only not searched by meaning.
        """
        current = (FORMAT, ANALYSIS, passages.VERSION, keys.VERSION)
        if (self.format, self.analysis, self.passages, self.keys) != current:
            return "the index was made by another version of Kotae"
        if embedding is not None and embedding != self.embedding:
            return "the index was made with another embedding model"
        return ""

    def write(self, path: Path) -> None:
        """Write to `path` and to the disk under it."""
        with path.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=2)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read a manifest. Raises StoreDamaged when it is missing or not one."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise StoreDamaged(f"{path}: {error}") from error
