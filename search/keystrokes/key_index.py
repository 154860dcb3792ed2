"""The key index of one generation: a sorted file, and what has changed since it was written.

The writer makes the file with the generation, and makes it anew when a fair share of the documents
has come after it. Readers map it, and put what came since into small segments of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from search.keys import DocumentKeys
from search.keystrokes.segment import Segment
from search.keystrokes.segment_file import last_number, open_segment, read_last, write_segment

KEYS = "keys.bin"
_MOST_SEGMENTS = 8
_FEW, _SHARE = 500, 4


class KeyIndex:
    """The segments of a generation as its documents come and go."""

    def __init__(self, directory: Path, base: Segment) -> None:
        self._path = directory / KEYS
        self._recent: dict[int, DocumentKeys] = {}
        self._opened, self._base = _identity(self._path), base
        self.segments: tuple[Segment, ...] = (base,)

    @classmethod
    def open(cls, directory: Path) -> KeyIndex:
        """Open the file in `directory`. Raises KeysDamaged."""
        return cls(directory, open_segment(directory / KEYS))

    @classmethod
    def without_file(cls, directory: Path) -> KeyIndex:
        """Begin with nothing: every document must be added."""
        return cls(directory, Segment.build([]))

    @property
    def last(self) -> int:
        """The last document number in the file: what is later must be added."""
        return last_number(self._base)

    def follow(self) -> None:
        """Take a file that was written since. Raises KeysDamaged."""
        identity = _identity(self._path)
        if identity == self._opened:
            return
        self._opened = identity
        self._base = open_segment(self._path)
        self._recent = {n: keys for n, keys in self._recent.items() if n > self.last}
        self.segments = (self._base, *self._recent_segments())

    def change(self, added: Mapping[int, DocumentKeys], removed: Iterable[int]) -> None:
        """Put new keys in a segment of their own, and small segments together when many.

        Keys of removed documents stay where they are until then; whoever asks leaves those out.
        """
        for number in removed:
            self._recent.pop(number, None)
        added = {n: keys for n, keys in added.items() if n > self.last}
        self._recent.update(added)
        if not added:
            return
        if len(self.segments) >= _MOST_SEGMENTS:
            self.segments = (self._base, *self._recent_segments())
        else:
            self.segments = (*self.segments, Segment.build(added.items()))

    def _recent_segments(self) -> tuple[Segment, ...]:
        return (Segment.build(self._recent.items()),) if self._recent else ()


def write_keys(directory: Path, documents: Iterable[tuple[int, DocumentKeys]]) -> None:
    """Write the file of a generation from the keys of all its documents."""
    write_segment(directory / KEYS, Segment.build(documents))


def last_in_file(directory: Path) -> int:
    """Return the last document number in the file of a generation. Raises KeysDamaged."""
    return read_last(directory / KEYS)


def is_outgrown(newer: int, total: int) -> bool:
    """Tell whether the file should be written anew: `newer` of `total` documents are not in it."""
    return newer > _FEW + (total - newer) // _SHARE


def _identity(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_ino, stat.st_mtime_ns
