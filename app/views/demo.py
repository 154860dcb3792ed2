"""Product pages of a made-up shop that embed the widget in every way: to look at and to test by."""

from __future__ import annotations

from flask import Blueprint, Response, redirect
from flask_babel import gettext  # type: ignore[import-untyped]
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.away_index import verifying_key
from app.signing import signing_key
from app.views.pages import page, require_offered_locale
from app.views.scope import accepted_locale, settings

WAYS = ("box", "button", "field", "page", "loader")
_TAGS = {
    "box": "<kotae-suggest></kotae-suggest>",
    "button": '<kotae-suggest mode="button"></kotae-suggest>',
    "field": '<kotae-suggest for="#subject"></kotae-suggest>',
    "page": '<kotae-suggest page="https://shop.example.com/account/reset-password"></kotae-suggest>',
    "loader": "<kotae-suggest></kotae-suggest>",
}
# A careful host's policy: nothing inline, and no text that becomes markup or script.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


def demo_blueprint() -> Blueprint:
    """The routes; registered only where the settings want them."""
    demo = Blueprint("demo", __name__)
    demo.before_request(require_offered_locale)
    demo.get("/demo")(begin)
    demo.get("/demo/<locale:locale>/<way>")(show)
    return demo


def begin() -> AnyResponse:
    """Lead to the first page, in the visitor's language."""
    response = redirect(f"/demo/{accepted_locale()}/box")
    response.vary.add("Accept-Language")
    response.headers["Cache-Control"] = "no-cache"
    return response


def show(locale: str, way: str) -> Response:
    """One page of the shop. Raises NotFound."""
    if way not in WAYS:
        raise NotFound("The widget is not embedded that way.")
    script = "loader" if way == "loader" else "v1"
    home = settings().base_url or "https://help.example.com"
    response = page(
        "demo.html",
        way=way,
        ways=_names(),
        key=verifying_key(signing_key(settings())),
        snippet=f'<script defer src="{home}/widget/{script}.js"></script>\n{_TAGS[way]}',
    )
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _names() -> dict[str, str]:
    return {
        "box": gettext("A box"),
        "button": gettext("A button"),
        "field": gettext("A form's field"),
        "page": gettext("By page"),
        "loader": gettext("By loader"),
    }
