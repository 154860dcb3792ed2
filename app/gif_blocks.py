"""The blocks of a GIF (GIF89a specification), and a GIF without those that are not shown."""

from __future__ import annotations

_COLOURS, _EXTENSION, _IMAGE, _END = 0x80, 0x21, 0x2C, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
"""Applications whose extension says how often the frames are shown."""


class BadGif(ValueError):
    """It ends before its blocks do, or holds something else than blocks."""


def strip_gif(data: bytes) -> bytes:
    """The GIF without comments, other programs' data, and what stands behind its end.

    Raises BadGif.
    """
    try:
        start = 13 + _table_size(data[10])
        if start > len(data):
            raise BadGif("it ends within its head")
        kept, place = [data[:start]], start
        while place < len(data) and data[place] != _END:  # some writers leave the end out
            end = _block_end(data, place)
            if end > len(data):
                raise BadGif("it ends within a block")
            if _is_shown(data, place):
                kept.append(data[place:end])
            place = end
    except IndexError:
        raise BadGif("it ends within a block") from None
    return b"".join((*kept, bytes([_END])))


def _is_shown(data: bytes, place: int) -> bool:
    if data[place] == _IMAGE or data[place + 1] == _CONTROL:
        return True
    return data[place + 1] == _APPLICATION and data[place + 3 : place + 14] in _LOOPS


def _block_end(data: bytes, place: int) -> int:
    if data[place] == _EXTENSION:
        return _after_parts(data, place + 2)
    if data[place] == _IMAGE:
        # A descriptor of ten bytes, its colours, and the size of the first code.
        return _after_parts(data, place + 10 + _table_size(data[place + 9]) + 1)
    raise BadGif("it holds something else than blocks")


def _after_parts(data: bytes, place: int) -> int:
    """Behind a row of parts, each led by its length, of which the last has none."""
    while data[place]:
        place += data[place] + 1
    return place + 1


def _table_size(flags: int) -> int:
    """Bytes of the table of colours that a descriptor's flags announce."""
    return 3 << (flags % 8 + 1) if flags & _COLOURS else 0
