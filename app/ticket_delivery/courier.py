"""The thread of a server's worker that carries tickets to the help desk, and mail to staff."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

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
        self._sessions = sessions
        self._channels = channels
        self._base_url = base_url
        self._errands = errands
        self._interval = interval
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, on a thread of its own; where nothing is sent it is not begun."""
        if self._channels or self._errands:
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
            try:
                for errand in self._errands:  # first: somebody waits for it at the screen
                    errand()
                deliver_due(self._sessions, self._channels, self._base_url)
                pause = self._interval
            except Exception:
                # Whatever it was, a database that restarts or a defect in one channel: the lease
                # ends, and the ticket or mail comes up again.
                _LOG.exception("carrying failed; the next attempt is in %.0f s", pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
