"""Watching both sides: a sync whenever one of them has changed and is quiet again."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.models import EditorialAction, MediaFile, Revision
from app.syncing import SyncReport

Signature = tuple[int, ...]


class Watcher:
    """Looks at both sides every few seconds; looking costs no file's content.

    Polling, because notifications of changed files do not come from network folders and containers,
    and the site may be changed by another machine anyway.
    """

    def __init__(
        self,
        root: Path,
        session_factory: sessionmaker[Session],
        sync: Callable[[], SyncReport],
        *,
        interval: float = 2.0,
    ) -> None:
        """`sync` does it; `interval` is seconds between two looks."""
        self._root = root
        self._sessions = session_factory
        self._sync = sync
        self._interval = interval
        self._stopping = threading.Event()

    def run(self, tell: Callable[[SyncReport], None], fail: Callable[[Exception], None]) -> None:
        """Sync now and after every change until `stop`. What goes wrong is told to `fail`, and
        tried again when something has changed."""
        settled: Signature | None = None
        while not self._stopping.is_set():
            seen = self._look()
            if seen != settled and self._is_quiet(seen):
                try:
                    tell(self._sync())
                except Exception as error:
                    fail(error)
                # As it was before: what comes in during a sync may have been missed by it. What the
                # sync itself wrote costs one more, of sides that agree.
                settled = seen
            self._stopping.wait(self._interval)

    def stop(self) -> None:
        """End `run` after what it is doing."""
        self._stopping.set()

    def _is_quiet(self, seen: Signature) -> bool:
        """Whether nothing changes while a moment passes: a pull writes many files."""
        self._stopping.wait(min(self._interval / 4, 0.5))
        return self._look() == seen

    def _look(self) -> Signature:
        return (*_look_at_folder(self._root), *_look_at_site(self._sessions))


def _look_at_folder(root: Path) -> Signature:
    """A number that any changed, new, renamed or deleted file changes."""
    digest = count = 0
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.startswith("."):
                continue
            path = os.path.join(folder, name)
            try:
                status = os.stat(path)
            except OSError:
                continue
            count += 1
            digest ^= hash((path, status.st_mtime_ns, status.st_size, status.st_ino))
    return count, digest


def _look_at_site(session_factory: sessionmaker[Session]) -> Signature:
    with session_factory() as session:
        newest = (
            session.scalar(select(func.max(column)))
            for column in (Revision.id, EditorialAction.id, MediaFile.id)
        )
        return tuple(number or 0 for number in newest)
