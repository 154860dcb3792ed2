"""A thread of a server's worker that carries one thing: tickets to a help desk, mail to staff."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

_LOG = logging.getLogger(__name__)
_LONGEST_PAUSE = 60.0


class Courier:
    """Looks every few seconds for what is due. Start it after a fork, never before."""

    def __init__(self, go_round: Callable[[], object], *, interval: float = 3.0) -> None:
        """`go_round` sends what is due. `interval`: seconds between two looks; doubled after each
        failure, up to 60."""
        self._go_round = go_round
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin to look, on a thread of its own."""
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Stop looking; waits up to `timeout` seconds for what is underway."""
        self._stopping.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        pause = self._interval
        while not self._stopping.wait(pause):
            pause = self._interval if self._go() else min(pause * 2, _LONGEST_PAUSE)

    def _go(self) -> bool:
        try:
            self._go_round()
        except Exception:
            # Whatever it was, a database that restarts or a defect in one channel: the lease
            # ends, and the ticket or mail comes up again.
            _LOG.exception("carrying failed; it is tried again")
            return False
        return True
