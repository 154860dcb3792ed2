"""Style sheet, scripts and pictures of the pages, under an address that changes with them.

`/assets/<version>/...` may be kept for a year: another version has another address. The style
sheet ends with the operator's colours and rules.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import NotFound

from app.branding import write_tokens
from app.picture_sizes import read_size
from app.setting_values import NO_PATH
from app.settings import Settings

STYLE_SHEET = "site.css"
WORKER = "offline-worker.js"
_LOGO = "logo"
_PACKED = frozenset({"text/css", "text/javascript", "application/json", "image/svg+xml"})
_YEAR = 31_536_000
_NAME = "kotae.assets"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    data: bytes
    packed: bytes
    """The same, gzipped; empty where that saves nothing."""
    media_type: str


@dataclass(frozen=True, slots=True)
class Logo:
    """The operator's picture, and the room it takes."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Assets:
    """Everything that pages load, read once."""

    version: str
    files: dict[str, Asset]
    logo: Logo | None

    def url(self, name: str) -> str:
        """The address of a file."""
        return f"/assets/{self.version}/{name}"


def install_assets(app: Flask, settings: Settings) -> None:
    """Read the files, and give templates `asset()` and `logo`."""
    assets = _read_assets(Path(app.root_path, "static"), settings)
    app.extensions[_NAME] = assets
    app.jinja_env.globals.update(asset=assets.url, logo=assets.logo)
    blueprint = Blueprint("assets", __name__)
    blueprint.get("/assets/<version>/<path:name>")(asset_file)
    blueprint.get(f"/{WORKER}")(offline_worker)
    app.register_blueprint(blueprint)


def asset_file(version: str, name: str) -> Response:
    """One file. Yesterday's address still answers, with today's file, and is not kept."""
    assets = _assets()
    response = asset_response(name)
    if version == assets.version:
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return response


def offline_worker() -> Response:
    """The script that shows a page when the network is away; at the root, which is its scope."""
    return asset_response(WORKER)


def asset_data(folder: str) -> dict[str, bytes]:
    """The files whose names begin with `folder`, by name."""
    files = _assets().files
    return {name: asset.data for name, asset in files.items() if name.startswith(folder)}


def asset_response(name: str) -> Response:
    """A file, packed for those who take it packed. Raises NotFound."""
    asset = _assets().files.get(name)
    if asset is None:
        raise NotFound("There is no such file.")
    packs = bool(asset.packed) and request.accept_encodings.quality("gzip") > 0
    response = Response(asset.packed if packs else asset.data, content_type=asset.media_type)
    response.headers["Cache-Control"] = "no-cache"
    if asset.packed:
        response.vary.add("Accept-Encoding")
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.add_etag()
    response.make_conditional(request)
    return response


def _assets() -> Assets:
    found: Assets = current_app.extensions[_NAME]
    return found


def _read_assets(folder: Path, settings: Settings) -> Assets:
    data = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    data[STYLE_SHEET] += _own_style(settings).encode()
    if settings.logo != NO_PATH:
        data[_LOGO + settings.logo.suffix.lower()] = settings.logo.read_bytes()
    digest = hashlib.sha256()
    for name, content in data.items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    version = digest.hexdigest()[:12]
    files = {name: _make_asset(name, content) for name, content in data.items()}
    return Assets(version, files, _describe_logo(settings, version))


def _own_style(settings: Settings) -> str:
    own = ""
    if settings.custom_css != NO_PATH:
        own = settings.custom_css.read_text(encoding="utf-8")
    return f"\n{write_tokens(settings.accent_color)}{own}"


def _describe_logo(settings: Settings, version: str) -> Logo | None:
    if settings.logo == NO_PATH:
        return None
    width, height = read_size(settings.logo) or (32, 32)
    return Logo(f"/assets/{version}/{_LOGO}{settings.logo.suffix.lower()}", width, height)


def _make_asset(name: str, data: bytes) -> Asset:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind = "text/javascript" if name.endswith((".js", ".mjs")) else kind
    text = kind in _PACKED
    # The time would make the same file differ from start to start.
    packed = gzip.compress(data, 9, mtime=0) if text else b""
    return Asset(
        data, packed if len(packed) < len(data) else b"", f"{kind}; charset=utf-8" if text else kind
    )
