"""A checksum of every file of a keyword index, so that damage is seen when it is opened.

The engines read their files piecemeal and trust them; a file cut short by a power failure would
give wrong answers or an error in the middle of a search.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from search.damage import LexicalDamaged

_SEAL = "seal.json"
_LOCK = "seal.lock"
_PATIENCE_SECONDS = 30.0

Facts = dict[str, tuple[int, int, int]]
"""File name -> (size, time of modification in nanoseconds, CRC-32)."""


def break_seal(directory: Path) -> Facts:
    """Say that the files in `directory` are about to change; return what they were like.

    A writer that is killed leaves it so. Then nothing is verified until the next seal: the engines'
    own commits stand a kill.
    """
    known = _read(directory) or {}
    _write(directory, None)
    return known


def seal(directory: Path, known: Facts) -> None:
    """Note what the files in `directory` are like; those as in `known` are not read again."""
    facts: Facts = {}
    for path in _files(directory):
        stat = path.stat()
        before = known.get(path.name)
        if before and tuple(before[:2]) == (stat.st_size, stat.st_mtime_ns):
            facts[path.name] = before
        else:
            facts[path.name] = (stat.st_size, stat.st_mtime_ns, zlib.crc32(path.read_bytes()))
    _write(directory, facts)


def verify(directory: Path) -> None:
    """Compare the files in `directory` with what was noted. Raises LexicalDamaged."""
    trouble = _difference(directory)
    if trouble:
        raise LexicalDamaged(f"{directory}: {trouble}")


@contextmanager
def unchanging(directory: Path) -> Iterator[None]:
    """Hold a directory so that nobody sees it between a commit and its seal.

    Raises LexicalDamaged when the directory is gone or stays taken.
    """
    if not directory.is_dir():
        raise LexicalDamaged(f"{directory} is missing")
    try:
        with FileLock(directory / _LOCK, timeout=_PATIENCE_SECONDS, poll_interval=0.005):
            yield
    except Timeout:
        raise LexicalDamaged(f"{directory}: another process does not let go of it") from None


def _difference(directory: Path) -> str:
    facts = _read(directory)
    if facts is None:
        return "its seal is missing or cannot be read"
    if not facts:
        return ""
    for name, (size, _, checksum) in facts.items():
        try:
            content = (directory / name).read_bytes()
        except OSError as error:
            return f"{name} cannot be read ({error.strerror})"
        if (len(content), zlib.crc32(content)) != (size, checksum):
            return f"{name} is not as it was written"
    return ""


def _read(directory: Path) -> Facts | None:
    """Return what was noted; nothing while the seal is broken, None when it cannot be read."""
    try:
        facts = json.loads((directory / _SEAL).read_text(encoding="utf-8")) or {}
        return {name: (int(size), int(at), int(crc)) for name, (size, at, crc) in facts.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _write(directory: Path, facts: Facts | None) -> None:
    temporary = directory / f".{_SEAL}.lock"
    temporary.write_text(json.dumps(facts), encoding="utf-8")
    temporary.replace(directory / _SEAL)


def _files(directory: Path) -> list[Path]:
    return [
        path
        for path in directory.iterdir()
        if path.is_file() and path.name != _SEAL and not path.name.lower().endswith("lock")
    ]
