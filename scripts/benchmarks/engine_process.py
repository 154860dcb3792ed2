"""An engine in a process of its own: asked by lines of JSON, timed by itself.

So memory can be told apart, nothing waits for another's garbage collector, and what travels between
processes is in nobody's time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class EngineFailed(Exception):
    """An engine ended, or said something that is no answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one engine made of one text."""

    cpu_us: float
    """CPU time of the thread that answered (in Node, of the process)."""
    wall_us: float
    numbers: tuple[int, ...]
    """Articles, best first, five at most."""
    encoder_us: float = 0.0
    """Part of `cpu_us` that the embedding model took."""


class EngineProcess:
    """One engine, started and holding its index."""

    def __init__(self, command: Sequence[str], paths: Sequence[str]) -> None:
        """Start `command`, which builds its index and then says so. Raises EngineFailed.

        `paths`: the ways it can be asked.
        """
        self.paths = tuple(paths)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        try:
            self.facts = self._read()
        except EngineFailed:
            self.close()
            raise

    def ask(self, path: str, text: str, locale: str) -> Reply:
        """Ask one way. Raises EngineFailed."""
        request = json.dumps({"path": path, "text": text, "locale": locale})
        try:
            assert self._process.stdin
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise EngineFailed(f"{self.paths[0]} has ended") from error
        said = self._read()
        return Reply(
            said["cpu_us"], said["wall_us"], tuple(said["numbers"]), said.get("encoder_us", 0.0)
        )

    def memory(self) -> int:
        """Return the bytes of memory it holds, pages it shares counted in part; 0 if unknown."""
        return proportional_memory(self._process.pid)

    def close(self) -> None:
        """End it."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise EngineFailed(f"{self.paths[0]} ended; what it said stands above")
        return dict(json.loads(line))


def proportional_memory(pid: int) -> int:
    """Return a process's proportional set size in bytes (Linux); 0 where nobody says."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) * 1024


def python_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this package with the same interpreter."""
    return [sys.executable, "-m", f"benchmarks.{module}", *arguments]


def size_on_disk(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
