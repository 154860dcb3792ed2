"""The thread of a server's worker that carries tickets to the help desk, and mail to staff."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sqlalchemy.orm import Session, sessionmaker

from app.ticket_delivery.channel import Channel
from app.ticket_delivery.queue import deliver_due

_LOG = logging.getLogger(__name__)
_LONGEST_PAUSE = 60.0


class Courier:
    """Looks every few seconds for what is due. Start it after a fork, never before."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        channels: Mapping[str, Channel],
        base_url: str,
        *,
        errands: Sequence[Callable[[], object]] = (),
        interval: float = 3.0,
    ) -> None:
        """`errands` send what is due and is no ticket. `interval`: seconds between two looks;
        doubled after each failure, up to 60."""
        tickets = [partial(deliver_due, sessions, channels, base_url)] if channels else []
        # First the errands: somebody waits for a letter at the screen.
        self._rounds: Sequence[Callable[[], object]] = [*errands, *tickets]
        self._interval = interval
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, on a thread of its own; where nothing is sent it is not begun."""
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
            # What fails, by a defect perhaps, does not keep the rest from being carried.
            results = [self._go(each) for each in self._rounds]
            pause = self._interval if all(results) else min(pause * 2, _LONGEST_PAUSE)

    def _go(self, each: Callable[[], object]) -> bool:
        try:
            each()
        except Exception:
            # Whatever it was, a database that restarts or a defect in one channel: the lease
            # ends, and the ticket or mail comes up again.
            _LOG.exception("carrying failed; it is tried again")
            return False
        return True
