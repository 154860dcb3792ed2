"""How large a picture is, so that a page keeps its room before it has arrived.

Only the first bytes are read, and nothing is decoded.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

_HEAD = 64 * 1024
_SVG_TAG = re.compile(rb"<svg\b[^>]*>", re.DOTALL)
_SVG_LENGTH = re.compile(rb"""\s(width|height)\s*=\s*["']([0-9]{1,5})(?:\.[0-9]+)?(?:px)?["']""")
_SVG_BOX = re.compile(
    rb"""\bviewBox\s*=\s*["'][-0-9.]+[ ,]+[-0-9.]+[ ,]+([0-9]{1,5})[0-9.]*[ ,]+([0-9]{1,5})"""
)
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

Size = tuple[int, int]
"""Width and height in CSS pixels."""


def read_size(path: Path) -> Size | None:
    """The size of an SVG, PNG, JPEG, GIF or WebP file; None where it does not say."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return None
    return size_of(head)


def size_of(data: bytes) -> Size | None:
    """The size that a file's bytes say it has; None where they do not."""
    try:
        return _read(data[:_HEAD])
    except (struct.error, IndexError):
        return None


def _read(head: bytes) -> Size | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return struct.unpack(">II", head[16:24])
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return struct.unpack("<HH", head[6:10])
    if head.startswith(b"\xff\xd8"):
        return _read_jpeg(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _read_webp(head)
    return _read_svg(head)


def _read_jpeg(head: bytes) -> Size | None:
    """Walk the segments to the first frame header (ITU T.81, B.1.1)."""
    place = 2
    while place + 9 < len(head) and head[place] == 0xFF:
        if head[place + 1] in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", head[place + 5 : place + 9])
            return width, height
        place += 2 + struct.unpack(">H", head[place + 2 : place + 4])[0]
    return None


def _read_webp(head: bytes) -> Size | None:
    """The three kinds of WebP (RFC 9649, sections 2.5 to 2.7)."""
    kind = head[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _read_svg(head: bytes) -> Size | None:
    tag = _SVG_TAG.search(head)
    if tag is None:
        return None
    lengths = {name: int(value) for name, value in _SVG_LENGTH.findall(tag[0])}
    if b"width" in lengths and b"height" in lengths:
        return lengths[b"width"], lengths[b"height"]
    box = _SVG_BOX.search(tag[0])
    return (int(box[1]), int(box[2])) if box else None
