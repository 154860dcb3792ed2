"""The thread of a server's worker that carries what is due: tickets, and letters to staff."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

_LOG = logging.getLogger(__name__)
_LONGEST_PAUSE = 60.0


class Courier:
    """Looks every few seconds for what is due. Start it after a fork, never before."""

    def __init__(self, *rounds: Callable[[], object], interval: float = 3.0) -> None:
        """`rounds`: each carries what is due of one kind, and is called again and again.

        `interval`: seconds between two looks; doubled after each failure, up to 60.
        """
        self._rounds = rounds
        self._interval = interval
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, on a thread of its own; without rounds there is nothing to look for."""
        if self._rounds:
            self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Stop looking; waits up to `timeout` seconds for what is underway."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        pause = self._interval
        while not self._stopping.wait(pause):
            # One kind that fails, by a defect perhaps, does not keep another from being carried.
            results = [self._go(each) for each in self._rounds]
            pause = self._interval if all(results) else min(pause * 2, _LONGEST_PAUSE)

    def _go(self, each: Callable[[], object]) -> bool:
        try:
            each()
        except Exception:
            # Whatever it was, a database that restarts or a defect in one channel: the lease
            # ends, and what was carried comes up again.
            _LOG.exception("carrying failed; it is tried again")
            return False
        return True
