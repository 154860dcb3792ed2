"""The widget's scripts for pages of other sites: one lasting address, later steps by version."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response

from app.views.assets import asset_data, asset_response

FOLDER = "widget/built/"
ALONE = ("v1.js", "v1.mjs", "site.js")
"""Files with a version each; the others share one."""
_YEAR = 31_536_000
_HOUR = 3600
_DAY = 86_400


def widget_blueprint() -> Blueprint:
    """The routes. Host pages name `/widget/v1.js`, whatever becomes of it inside."""
    widget = Blueprint("widget", __name__)
    widget.get("/widget/<any('v1.js', 'v1.mjs'):name>")(entry)
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
    """A file by its version, to be kept for a year; another version gets today's file, unkept."""
    response = _built(name)
    if version == _version(name):
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return response


def _built(name: str) -> Response:
    response = asset_response(FOLDER + name)
    # Pages that isolate themselves (COEP) may load it all the same; there is nothing secret in it.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _version(name: str) -> str:
    """The later steps share a version, which scripts/build_widget puts into the entries.

    The first 12 hex digits of the SHA-256 of the files, in the order of their names.
    """
    digest = hashlib.sha256()
    for path, data in sorted(asset_data(FOLDER).items()):
        other = path.removeprefix(FOLDER)
        if other == name or (other not in ALONE and name not in ALONE):
            digest.update(data)
    return digest.hexdigest()[:12]
