"""Where generations of an index live, which one is current, and who may write.

CURRENT is replaced by rename, so a reader sees the old name or the new one. The generation before
the current one is kept until the next rebuild: readers may still be in it, and it is what answers
if the current one turns out damaged.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from search.damage import IndexDamaged
from search.generation import MANIFEST, Generation

_CURRENT = "CURRENT"
_LOCK = "writer.lock"
_KEPT = 2


class WriterBusy(Exception):
    """Another process is writing to the index. Try again when it is done."""


class Generations:
    """The directory of an index."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._unreadable: set[str] = set()

    def current_name(self) -> str:
        """Return the name of the current generation; empty when there is none."""
        try:
            name = (self._directory / _CURRENT).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""
        return name if name and Path(name).name == name else ""

    def current_path(self) -> Path | None:
        """Return the directory of the current generation, None when there is none."""
        name = self.current_name()
        path = self._directory / name
        return path if name and path.is_dir() else None

    def has_any(self) -> bool:
        """Tell whether there is a generation, current or not."""
        return bool(self._newest_first(""))

    def follow(self, opened: Generation | None) -> Generation | None:
        """Return the current generation at its last revision.

        The one given is brought up to date, or left and another one opened. If the current one is
        damaged the newest that can be read takes its place; None if none can.
        """
        for path in self._newest_first(self.current_name()):
            if path.name in self._unreadable:
                continue
            try:
                if opened is None or opened.name != path.name:
                    return Generation(path)
                opened.refresh()
                return opened
            except IndexDamaged:
                self.give_up(path.name)
        return None

    def give_up(self, name: str) -> None:
        """Do not open a generation again; another one has to be made."""
        self._unreadable.add(name)

    def _newest_first(self, current: str) -> list[Path]:
        paths = [p.parent for p in self._directory.glob(f"*/{MANIFEST}")]
        return sorted(paths, key=lambda p: (p.name == current, p.name), reverse=True)

    def new_directory(self) -> Path:
        """Make the directory of a generation to come; its name sorts by time."""
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        path = self._directory / f"{stamp}-{secrets.token_hex(4)}"
        path.mkdir(parents=True)
        return path

    def make_current(self, path: Path) -> None:
        """Swap in a finished generation and delete those that nobody needs any more."""
        temporary = self._directory / f"{_CURRENT}.{secrets.token_hex(4)}"
        with temporary.open("w", encoding="ascii") as file:
            file.write(path.name)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._directory / _CURRENT)
        self._delete_old(path.name)

    def _delete_old(self, current: str) -> None:
        for path in self._newest_first(current)[_KEPT:]:
            shutil.rmtree(path, ignore_errors=True)
        for path in self._directory.iterdir():
            # Without a manifest: a rebuild that was interrupted.
            if path.is_dir() and not (path / MANIFEST).exists():
                shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def writing(self, timeout: float) -> Iterator[None]:
        """Hold the right to write. Raises WriterBusy after `timeout` seconds."""
        self._directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(self._directory / _LOCK))
        try:
            with lock.acquire(timeout=timeout):
                yield
        except Timeout:
            raise WriterBusy("another process is writing to the index") from None
