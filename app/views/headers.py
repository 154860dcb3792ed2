"""Headers that guard: what a page may load, which sites may call, who may post.

Visitors' cookies only remember a choice or an address, and give no right, so a forged request can
do nothing in another's name; the origin checks keep other sites from using visitors' browsers to
fill the store. The cookie of staff gives rights: their forms carry a token besides
(app/views/staff.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Response, g, request

from app.problems import BadAddress, OriginRefused
from app.views.scope import settings, site

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' https: data:",
        "media-src 'self' https:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_SHARED = frozenset(
    {
        "api.suggest",
        "api.search",
        "api.article",
        "api.articles",
        "api.events",
        "api.tickets",
    }
)
"""Endpoints that pages of allowed origins may call."""
_PUBLIC = frozenset({"widget.entry", "widget.step", "widget.answers"})
"""What any page may read: the same for everybody, and nothing in it is secret."""


def install_headers(app: Flask) -> None:
    """Check the address of every request; guard every response."""
    app.before_request(_refuse_bad_encoding)
    app.before_request(_refuse_unknown_site)
    app.before_request(_refuse_foreign_page)
    app.after_request(_add_guards)
    app.after_request(_add_sharing)


def allow_styles(response: Response, nonce: str) -> None:
    """Let style elements that carry `nonce` apply on this page; it is new for each response."""
    policy = _POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{nonce}'")
    response.headers["Content-Security-Policy"] = policy


def refuse_foreign_form() -> None:
    """Raise OriginRefused when a form was posted from another site's page.

    Browsers say where a form comes from (Sec-Fetch-Site, else Origin); a client that says
    neither is no browser, and needs no visitor's browser to post.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        origin = request.headers.get("Origin")
        foreign = origin is not None and not _is_own(origin)
    if foreign:
        raise OriginRefused("This form was sent from another site. Open it here and send it again.")


def refuse_foreign_origin() -> None:
    """Raise OriginRefused when a page calls the API whose origin is not allowed."""
    origin = request.headers.get("Origin")
    if origin is not None and not _is_own(origin) and not _is_allowed(origin):
        raise OriginRefused(
            f"Pages of {origin[:200]} may not ask; add it to KB_ALLOWED_ORIGINS, or make a site "
            "key for it (kb site add)."
        )


def _refuse_foreign_page() -> None:
    """A page that could not read an answer is refused instead, so that it can be told why."""
    if request.endpoint in _SHARED and request.method != "OPTIONS":
        refuse_foreign_origin()


def _refuse_bad_encoding() -> None:
    """Addresses are UTF-8 (RFC 3987). Decoding them leniently would answer another question."""
    path = request.environ.get("PATH_INFO", "").encode("latin-1")
    try:
        path.decode("utf-8")
        unquote_to_bytes(request.query_string).decode("utf-8")
    except UnicodeDecodeError:
        raise BadAddress("The address is not UTF-8; percent-encode its UTF-8 bytes.") from None


def _refuse_unknown_site() -> None:
    """A key that is not known any more is refused, rather than served as if it named none."""
    if request.endpoint in _SHARED | _PUBLIC:
        site()


def _add_guards(response: Response) -> Response:
    headers = response.headers
    location = headers.get("Location", "")
    if location.startswith(request.host_url):
        # The router writes the host that the request claims to be for, which is anybody's word.
        headers["Location"] = "/" + location.removeprefix(request.host_url).lstrip("/")
    headers.setdefault("Content-Security-Policy", _POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    # Not "no-referrer": browsers would then send `Origin: null` with our own forms.
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    if response.status_code < 400:
        # The limiter tells everybody when to come back, not only those it turned away.
        headers.pop("Retry-After", None)
    return response


def _add_sharing(response: Response) -> Response:
    """Let pages of allowed origins read the answer (the CORS protocol of the Fetch standard)."""
    if request.endpoint in _PUBLIC:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response
    if request.endpoint not in _SHARED:
        return response
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin is None or not _is_allowed(origin):
        if response.status_code == 403:
            # Why a page is refused is no secret, and its console is where that is looked for.
            response.headers["Access-Control-Allow-Origin"] = "*"
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET")
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"
    return response


def _allowed_origins() -> Sequence[str]:
    """Those of the site whose key the request names, else those of the settings."""
    embedding = g.get("site")
    return embedding.origins if embedding is not None else settings().allowed_origins


def _is_allowed(origin: str) -> bool:
    allowed = _allowed_origins()
    return "*" in allowed or origin.lower() in allowed


def _is_own(origin: str) -> bool:
    parts = urlsplit(settings().base_url)
    return origin.lower() in {
        f"{parts.scheme}://{parts.netloc}".lower(),
        request.host_url.rstrip("/").lower(),
    }
