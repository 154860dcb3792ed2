"""A segment of keys in a file: written once, then mapped into memory by every process that reads.

One line of JSON says which arrays follow, each at its place, and their checksum. Pages of the file
are shared by all processes; opening it reads it through once, to see damage, and sorts nothing.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import zlib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.damage import KeysDamaged
from search.keystrokes.segment import Segment

_FORMAT = "kotae keys 1"
_HEADER = 4_096
_ALIGNMENT = 64
_CHUNK = 1 << 24


def write_segment(path: Path, segment: Segment) -> None:
    """Put `segment` at `path`, in the place of what is there, in one step."""
    arrays = {name: np.ascontiguousarray(array) for name, array in segment.arrays().items()}
    places: dict[str, dict[str, Any]] = {}
    end = _HEADER
    for name, array in arrays.items():
        places[name] = {"type": array.dtype.str, "shape": array.shape, "at": end}
        end += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as file:
        file.truncate(end)
        for name, array in arrays.items():
            file.seek(places[name]["at"])
            file.write(array.tobytes())
        file.flush()
        facts = {"format": _FORMAT, "arrays": places, "size": end, "last": last_number(segment),
                 "crc32": _checksum(temporary)}  # fmt: skip
        file.seek(0)
        file.write(json.dumps(facts).encode())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def open_segment(path: Path) -> Segment:
    """Map the segment at `path` into memory. Raises KeysDamaged unless it is as it was written."""
    try:
        facts = _facts(path)
        if (path.stat().st_size, _checksum(path)) != (facts["size"], facts["crc32"]):
            raise KeysDamaged(f"{path.name} is not as it was written")
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return Segment(**{each.name: _array(mapped, facts, each.name) for each in fields(Segment)})
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise KeysDamaged(f"{path.name} cannot be read ({error})") from error


def read_last(path: Path) -> int:
    """Return the last document number in the file at `path`. Raises KeysDamaged."""
    try:
        return int(_facts(path)["last"])
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise KeysDamaged(f"{path.name} cannot be read ({error})") from error


def last_number(segment: Segment) -> int:
    """Return the last document number in a segment; 0 in an empty one."""
    return int(segment.numbers.max()) if len(segment) else 0


def _facts(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as file:
        facts = json.loads(file.read(_HEADER).rstrip(b"\0"))
    if facts["format"] != _FORMAT:
        raise ValueError(f"its format is {facts['format']}")
    return dict(facts)


def _array(mapped: mmap.mmap, facts: Mapping[str, Any], name: str) -> NDArray[Any]:
    place = facts["arrays"][name]
    count = math.prod(place["shape"])
    flat = np.frombuffer(mapped, np.dtype(place["type"]), count, place["at"])
    return flat.reshape(place["shape"])


def _checksum(path: Path) -> int:
    """Return the CRC-32 of all behind the header."""
    checksum = 0
    with path.open("rb") as file:
        file.seek(_HEADER)
        while chunk := file.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum
