"""Files made from the content, kept in memory for as long as it stays as it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from datetime import timedelta

MOST_FILES = 32


class KeptFiles:
    """The files asked for last, at most MOST_FILES of them, each for `lifetime` at most."""

    def __init__(self, lifetime: timedelta, clock: Callable[[], float] = time.monotonic) -> None:
        self._lifetime = lifetime.total_seconds()
        self._clock = clock
        self._files: dict[Hashable, tuple[float, bytes]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The file kept under `key`, else the one that `make` makes; one is made at a time."""
        with self._lock:
            kept = self._files.get(key)
            if kept is not None and self._clock() - kept[0] <= self._lifetime:
                return kept[1]
            file = make()
            self._files.pop(key, None)
            self._files[key] = (self._clock(), file)
            while len(self._files) > MOST_FILES:
                del self._files[next(iter(self._files))]
            return file
