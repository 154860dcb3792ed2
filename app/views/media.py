"""Images and attachments of articles, under names that change whenever their content does.

A file is for whoever may read an article that shows it. What visitors may see, every cache may keep
for good; the rest stays in its reader's browser, which asks anew each time.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, send_file
from werkzeug.exceptions import NotFound

from app.accounts.second_factor import is_second_factor_missing
from app.editor.media_readers import may_open_media
from app.editor.people import actor_of
from app.media import media_path
from app.reading import MediaNotFound, find_media, is_media_shown
from app.views.bearer import has_token, readable_audiences
from app.views.scope import database, now, settings
from app.views.staff import signed_in

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
    is_public = is_media_shown(database(), sha256, now=now())
    if not is_public and not _may_open(sha256):
        # The same words as for a file that is not there: who may not see it is not told of it.
        raise MediaNotFound("There is no such file.")
    path = media_path(settings().media_dir, sha256)
    if not path.is_file():
        raise NotFound("The file is missing; import its folder again.")
    response = send_file(
        path,
        mimetype=stored.media_type,
        as_attachment=stored.media_type not in _SHOWN,
        download_name=name,
        etag=sha256,
        max_age=31_536_000 if is_public else None,
    )
    _say_who_may_keep_it(response, is_public)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    )
    return response


def _may_open(sha256: str) -> bool:
    """Whether a program with a token, or who is signed in, may read an article that shows it."""
    if has_token():
        audiences = readable_audiences()
        return is_media_shown(database(), sha256, audiences=audiences, now=now())
    found = signed_in()
    if found is None or is_second_factor_missing(database(), found[0], settings().second_factor):
        return False
    return may_open_media(database(), actor_of(database(), found[0]), sha256)


def _say_who_may_keep_it(response: Response, is_public: bool) -> None:
    caching = response.cache_control
    if is_public:
        caching.public = caching.immutable = True
        return
    # Asked for each time, and answered in a few bytes (304) while it may still be seen.
    caching.private = caching.no_cache = True
    response.vary.update(("Authorization", "Cookie"))
