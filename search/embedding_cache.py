"""Vectors of texts already embedded, so that unchanged text is never embedded again.

The cache is a convenience: whatever befalls its file, the worst outcome is embedding anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from search.document import Progress, no_progress
from search.embed import Embedder

log = logging.getLogger(__name__)

CHUNK = 32
"""Texts embedded between two commits: what a kill can cost."""
BUSY_SECONDS = 30.0
_VARIABLES = 500

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    fingerprint TEXT NOT NULL,
    digest BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (fingerprint, digest)
) WITHOUT ROWID
"""

Vectors = NDArray[np.float32]
T = TypeVar("T")


class EmbeddingCache:
    """One SQLite file of vectors by (embedder fingerprint, text). Safe for several processes.

    No connection outlives a call, so a cache may cross a fork. A file that is no database is
    set aside under another name; a file that is locked or on a full disk is passed over.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, fingerprint: str, texts: Sequence[str]) -> dict[str, Vectors]:
        """The known vectors among `texts`, by text."""
        by_digest = {_digest(text): text for text in texts}
        digests = list(by_digest)

        def read(connection: sqlite3.Connection) -> dict[str, Vectors]:
            found: dict[str, Vectors] = {}
            for start in range(0, len(digests), _VARIABLES):
                some = digests[start : start + _VARIABLES]
                marks = ",".join("?" * len(some))
                rows = connection.execute(
                    "SELECT digest, vector FROM vectors "
                    f"WHERE fingerprint = ? AND digest IN ({marks})",
                    (fingerprint, *some),
                )
                for digest, blob in rows:
                    if isinstance(blob, bytes) and len(blob) % 4 == 0:
                        found[by_digest[digest]] = np.frombuffer(blob, "<f4")
            return found

        return self._use(read, {})

    def add(self, fingerprint: str, vectors: Mapping[str, Vectors]) -> None:
        """Keep vectors by text; one transaction."""
        rows = [
            (fingerprint, _digest(text), vector.astype("<f4").tobytes())
            for text, vector in vectors.items()
        ]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

        self._use(write, None)

    def keep_only(self, fingerprint: str) -> int:
        """Drop the vectors of every other embedder; how many that were."""
        kept = (fingerprint, question_fingerprint(fingerprint))

        def delete(connection: sqlite3.Connection) -> int:
            done = connection.execute("DELETE FROM vectors WHERE fingerprint NOT IN (?, ?)", kept)
            return done.rowcount

        return self._use(delete, 0)

    def _use(self, action: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        for _ in range(2):
            try:
                with self._connection() as connection:
                    return action(connection)
            except (sqlite3.OperationalError, OSError) as error:
                log.warning("the embedding cache %s is not usable now: %s", self._path, error)
                return otherwise
            except sqlite3.DatabaseError as error:
                self._set_aside(error)
        return otherwise

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_SCHEMA)
            with connection:
                yield connection

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
        log.warning("the embedding cache is damaged (%s); moved to %s", error, aside)
        with contextlib.suppress(FileNotFoundError):  # another process was first
            self._path.rename(aside)
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


class RememberingEmbedder:
    """An embedder that keeps questions' vectors in a cache too, for measuring the same ones again.

    Not for serving: a visitor's question leaves no trace on the disk, and reading one vector there
    is no quicker than a short question is embedded.
    """

    def __init__(self, embedder: Embedder, cache: EmbeddingCache) -> None:
        self._embedder = embedder
        self._cache = cache

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._embedder.dimensions

    @property
    def fingerprint(self) -> str:
        """The embedder's own: vectors are the same."""
        return self._embedder.fingerprint

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """float32 (len(texts), dimensions). What is new is embedded one by one, as in serving.

        A quantised model gives a text a slightly different vector in a batch.
        """
        key = question_fingerprint(self.fingerprint)
        known = usable_vectors(self._cache.find(key, texts), self._embedder)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        new = {text: self._embedder.encode_queries([text])[0] for text in missing}
        if new:
            self._cache.add(key, new)
        return np.stack([(known | new)[text] for text in texts]).astype(np.float32, copy=False)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """float32 (len(texts), dimensions); an index has its own way to the cache."""
        return self._embedder.encode_passages(texts)

    def warm(self) -> None:
        """Nothing: where all is known, the model need not be loaded."""


def question_fingerprint(fingerprint: str) -> str:
    """Return under which fingerprint questions are kept: they have a prompt of their own."""
    return f"query:{fingerprint}"


def encode_passages_cached(
    embedder: Embedder,
    cache: EmbeddingCache | None,
    texts: Sequence[str],
    progress: Progress = no_progress,
) -> Vectors:
    """Vectors of `texts` in their order: float32 (len(texts), embedder.dimensions).

    Embeds each distinct text once, and only if the cache does not know it; keeps what is new
    every few texts. Progress counts distinct texts.
    """
    distinct = list(dict.fromkeys(texts))
    known = usable_vectors(cache.find(embedder.fingerprint, distinct), embedder) if cache else {}
    # Longest first: the time left, told from what is done, is then never too short.
    missing = sorted((text for text in distinct if text not in known), key=len, reverse=True)
    for start in range(0, len(missing), CHUNK):
        progress("Embedding passages", len(known), len(distinct))
        some = missing[start : start + CHUNK]
        new = dict(zip(some, embedder.encode_passages(some), strict=True))
        if cache:
            cache.add(embedder.fingerprint, new)
        known.update(new)
    progress("Embedding passages", len(distinct), len(distinct))
    if not texts:
        return np.zeros((0, embedder.dimensions), np.float32)
    return np.stack([known[text] for text in texts]).astype(np.float32, copy=False)


def usable_vectors(found: Mapping[str, Vectors], embedder: Embedder) -> dict[str, Vectors]:
    """Leave out vectors of another length or with numbers that are none: a damaged row."""
    width = embedder.dimensions
    return {
        text: vector
        for text, vector in found.items()
        if vector.shape == (width,) and bool(np.isfinite(vector).all())
    }


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
