"""The thread that asks a worker's index what people ask first, so that nobody waits for that."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import Protocol

from search.document import Query, Results
from search.index import IndexState

_LOG = logging.getLogger(__name__)
_MOST = 800
_SHARE = 0.1
"""Part of the time that is worked."""


class RememberingIndex(Protocol):
    """What is asked of `search.index.SearchIndex` here."""

    def state(self) -> IndexState:
        """What it is like at the moment."""
        ...

    def first_letters(self, most: int) -> Sequence[tuple[str, str]]:
        """What people type first, with its language."""
        ...

    def suggest(self, query: Query) -> Results:
        """Answer, and remember it."""
        ...


class FirstAnswers:
    """Has the index answer the first letters of its titles, whenever it has changed and rested.

    Start it after a fork, never before.
    """

    def __init__(self, index: RememberingIndex, *, interval: float = 2.0) -> None:
        """`interval`: seconds between two looks; what changed in between has not rested."""
        self._index = index
        self._interval = interval
        self._seen = self._answered = ("", -1)

    def start(self) -> None:
        """Begin to look, on a thread of its own."""
        threading.Thread(target=self._run, name="first-answers", daemon=True).start()

    def work_once(self) -> int:
        """Ask if it is time to; returns how many texts were asked."""
        state, before = self._index.state(), self._seen
        self._seen = state.generation, state.revision
        rested = self._seen == before and self._seen != self._answered
        # Without all its legs an index remembers nothing.
        if not state.generation or state.degraded or not rested:
            return 0
        texts = self._index.first_letters(_MOST)
        for text, locale in texts:
            started = time.perf_counter()
            self._index.suggest(Query(text, locale=locale))
            # Whoever asks meanwhile comes first.
            time.sleep((time.perf_counter() - started) * (1 / _SHARE - 1))
        self._answered = self._seen
        return len(texts)

    def _run(self) -> None:
        while True:
            time.sleep(self._interval)
            try:
                self.work_once()
            except Exception:
                _LOG.exception("the first letters could not be answered ahead")
