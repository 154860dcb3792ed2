"""The widget for pages of other sites: its scripts, and what it suggests from while we are away."""

from __future__ import annotations

import gzip
from datetime import timedelta

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotFound

from app.away_index import write_away_index
from app.content_state import content_state
from app.languages import choose_locale
from app.signing import signing_key
from app.views.assets import asset_data, asset_response
from app.views.kept_files import KeptFiles
from app.views.pages import checked
from app.views.scope import database, now, settings, site
from app.widget_files import ENTRIES, version_of

FOLDER = "widget/built/"
_YEAR = 31_536_000
_HOUR = 3600
_DAY = 86_400
_WEEK = 604_800
_FRESH = timedelta(minutes=5)
"""What the state of the content does not tell, such as votes, waits so long."""
_KEPT = "kotae.away"


def widget_blueprint() -> Blueprint:
    """The routes. Host pages name `/widget/v1.js`, whatever becomes of it inside."""
    widget = Blueprint("widget", __name__)
    widget.get("/widget/<any('v1.js', 'v1.mjs', 'loader.js'):name>")(entry)
    widget.get("/widget/answers/<tag>.json")(answers)
    widget.get("/widget/<version>/<name>")(step)
    return widget


def entry(name: str) -> Response:
    """The script that host pages name; a new one reaches them within an hour."""
    response = _built(name)
    response.headers["Cache-Control"] = (
        f"public, max-age={_HOUR}, stale-while-revalidate={_DAY}, stale-if-error={_DAY}"
    )
    return response


def step(version: str, name: str) -> Response:
    """A file by its version, to be kept for a year.

    Of another version there is only the script itself, today's and unkept, which brings its own
    later steps: a loader in a cache asks for it. Raises NotFound for a later step of another
    version: inside, its names are others, and the script in a cache, which would fail on them half
    way, leads to pages of the help center instead.
    """
    response = _built(name)
    if version == _version(name):
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    elif name not in ENTRIES:
        raise NotFound
    return response


def answers(tag: str) -> Response:
    """The most useful articles of a language, signed, for when this server does not answer."""
    # Each language is a file to make: there are as many as the site offers.
    locale = choose_locale([tag], settings().locales) or settings().default_locale
    embedding = site()
    contact = embedding.contact if embedding else ""
    if not contact and settings().contact_email:
        contact = f"mailto:{settings().contact_email}"
    files: KeptFiles = current_app.extensions.setdefault(_KEPT, KeptFiles(_FRESH))
    packed = files.get(
        (locale, contact, content_state(database())),
        lambda: gzip.compress(_write_answers(locale, contact), 9, mtime=0),
    )
    packs = request.accept_encodings.quality("gzip") > 0
    response = Response(
        packed if packs else gzip.decompress(packed), content_type="application/json"
    )
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    checked(response)
    response.headers["Cache-Control"] = (
        f"public, max-age={_HOUR}, stale-while-revalidate={_DAY}, stale-if-error={_WEEK}"
    )
    return response


def _write_answers(locale: str, contact: str) -> bytes:
    key = signing_key(settings())
    return write_away_index(database(), locale=locale, contact=contact, key=key, now=now())


def _built(name: str) -> Response:
    response = asset_response(FOLDER + name)
    # Pages that isolate themselves (COEP) may load it all the same; there is nothing secret in it.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _version(name: str) -> str:
    files = asset_data(FOLDER)
    return version_of(name, {path.removeprefix(FOLDER): data for path, data in files.items()})
