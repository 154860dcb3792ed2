"""The thread that keeps the index up to date and old events forgotten while a server runs."""

from __future__ import annotations

import logging
import threading
import time

from sqlalchemy.orm import Session, sessionmaker

from app.deflection.upkeep import keep_deflection
from app.editing.drafts import forget_old_unsaved
from app.editing.scheduling import publish_planned
from app.indexing import IndexerBusy, WritableIndex, bring_up_to_date, count_waiting, indexing_turn
from app.outbox import note_passed_times
from app.settings import Settings

_LOG = logging.getLogger(__name__)
_LONGEST_PAUSE = 30.0
_KEEPS_EVERY = 3600.0


class Indexer:
    """Looks twice a second for something to carry to the index.

    Every worker of a server runs one; the lock of `indexing_turn` lets one work at a time, and the
    others take over when it dies. Start it after a fork, never before.
    """

    def __init__(
        self,
        settings: Settings,
        session_factory: sessionmaker[Session],
        index: WritableIndex,
        *,
        interval: float = 0.5,
    ) -> None:
        """`interval`: seconds between two looks; doubled after each failure, up to 30."""
        self._settings = settings
        self._session_factory = session_factory
        self._index = index
        self._interval = interval
        self._kept_at = float("-inf")
        self._lacked = ""
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, on a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Stop looking; waits up to `timeout` seconds for work in progress."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def work_once(self) -> int:
        """Carry what is due now; returns how many articles. 0 where another process is at it.

        Raises what the database and the index raise.
        """
        state = self._index.state()
        self._log_lack(state.degraded)
        try:
            with indexing_turn(self._settings):
                self._keep_deflection()
                publish_planned(self._session_factory)
                note_passed_times(self._session_factory)
                if count_waiting(self._session_factory) or state.stale:
                    return bring_up_to_date(self._session_factory, self._index)
        except IndexerBusy:
            pass
        return 0

    def _log_lack(self, lack: str) -> None:
        """Say once what search does without: visitors are told no more than its first sentence."""
        if lack != self._lacked:
            self._lacked = lack
            if lack:
                _LOG.warning("search is degraded: %s", lack)
            else:
                _LOG.warning("search lacks nothing any more")

    def _keep_deflection(self) -> None:
        if time.monotonic() - self._kept_at < _KEEPS_EVERY or self._settings.is_simulated:
            return  # a simulation's present is not ours
        forgotten = keep_deflection(self._session_factory, self._settings)
        forget_old_unsaved(self._session_factory)
        self._kept_at = time.monotonic()
        if forgotten:
            _LOG.info("%d events were older than promised and are deleted", forgotten)

    def _run(self) -> None:
        pause = self._interval
        while not self._stopping.wait(pause):
            try:
                self.work_once()
                pause = self._interval
            except Exception:
                # Whatever it was, a full disk or a database that restarts, the next look may do.
                _LOG.exception("indexing failed; the next attempt is in %.1f s", pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
