"""Whether a picture may be kept: it is what its name says, it is not a bomb, it runs nothing."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from app.errors import KotaeError
from app.media import PICTURE_ENDINGS, sniff_media_type
from app.picture_sizes import Size, read_size

MOST_PIXELS = 40_000_000
"""Decoding more than that stops a telephone."""
MOST_SVG_BYTES = 5 * 1024 * 1024

_TYPES = {ending: kind for kind, endings in PICTURE_ENDINGS.items() for ending in endings}
_TYPES[".svg"] = "image/svg+xml"
_SCRIPT_ADDRESS = re.compile(r"[\s\x00-\x1f]*(?:javascript|vbscript|data:text/html)", re.IGNORECASE)


class BadPicture(KotaeError):
    """A picture that is not kept; the message says why.

    `reason` is wrong-kind, too-many-pixels or harmful, and where somebody adds it in the browser
    also empty, too-large, broken or no-words.
    """

    code = "bad-picture"
    status = 422

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def check_picture(path: Path, name: str | None = None) -> None:
    """Raise BadPicture for a picture, by its name, that may not be kept; other files pass.

    `name` is what the file is called, where that is not `path`. Nothing is decoded. Raises OSError.
    """
    suffix = PurePosixPath(name or path.name).suffix.lower()
    expected = _TYPES.get(suffix)
    if expected is None:
        return
    with path.open("rb") as file:
        head = file.read(4096)
    found = sniff_media_type(head)
    if found != expected:
        raise BadPicture(
            "wrong-kind",
            f"Its name says {expected}, and it is {_describe(found)}; give it its right name, or "
            "export it anew.",
        )
    if expected == "image/svg+xml":
        _check_svg(path)
    check_pixels(read_size(path))


def check_pixels(size: Size | None) -> None:
    """Raise BadPicture where decoding would take more memory than a telephone has."""
    if size is not None and size[0] * size[1] > MOST_PIXELS:
        raise BadPicture(
            "too-many-pixels",
            f"It has {size[0]} x {size[1]} pixels, and {MOST_PIXELS:,} are the most; make it "
            "smaller.",
        )


def _describe(media_type: str) -> str:
    return "of no known type" if media_type == "application/octet-stream" else media_type


def _check_svg(path: Path) -> None:
    if path.stat().st_size > MOST_SVG_BYTES:
        raise BadPicture(
            "harmful", f"An SVG may have {MOST_SVG_BYTES // 1024**2} MB; use a PNG instead."
        )
    parser = expat.ParserCreate()
    parser.StartElementHandler = _check_element
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(path.read_bytes(), True)
    except expat.ExpatError as error:
        raise BadPicture("harmful", f"It is no SVG that can be read: {error}.") from error


def _check_element(name: str, attributes: dict[str, str]) -> None:
    local = name.rpartition(":")[2].lower()
    if local in {"script", "iframe", "object", "embed", "handler", "listener"}:
        raise BadPicture("harmful", f"It holds a <{local}>; take it out, or use a PNG instead.")
    for key, value in attributes.items():
        if key.lower().startswith("on"):
            raise BadPicture(
                "harmful", f"It runs a script ({key}); take it out, or use a PNG instead."
            )
        if _SCRIPT_ADDRESS.match(value):
            raise BadPicture(
                "harmful", f"It links to a script ({key}); take it out, or use a PNG instead."
            )


def _refuse_entity(*_declaration: object) -> None:
    raise BadPicture(
        "harmful",
        "It declares entities, by which a small file becomes a huge one; export it anew.",
    )
