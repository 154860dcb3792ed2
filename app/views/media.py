"""Images and attachments of articles, under names that change whenever their content does."""

from __future__ import annotations

import re

from flask import Blueprint, Response, send_file
from werkzeug.exceptions import NotFound

from app.media import media_path
from app.reading import find_media
from app.views.scope import database, settings

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHOWN = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"}
    | {"video/mp4", "video/webm", "text/vtt", "audio/ogg", "audio/mpeg", "application/pdf"}
)
"""Types that open in the browser; everything else is only ever saved."""


def media_blueprint() -> Blueprint:
    """The route of stored files."""
    media = Blueprint("media", __name__)
    media.get("/media/<sha256>/<name>")(stored_file)
    return media


def stored_file(sha256: str, name: str) -> Response:
    """A stored file. Its own scripts never run, whatever it is: SVG and HTML are sandboxed."""
    if not _SHA256.fullmatch(sha256) or not name.isprintable():
        raise NotFound("There is no such file.")
    stored = find_media(database(), sha256)
    path = media_path(settings().media_dir, sha256)
    if not path.is_file():
        raise NotFound("The file is missing; import its folder again.")
    response = send_file(
        path,
        mimetype=stored.media_type,
        as_attachment=stored.media_type not in _SHOWN,
        download_name=name,
        etag=sha256,
        max_age=31_536_000,
    )
    response.cache_control.public = True
    response.cache_control.immutable = True
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    )
    return response
