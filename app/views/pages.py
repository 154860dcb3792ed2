"""What every page shares: its language, its helpers in templates, how it is cached."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale, UnknownLocaleError
from flask import Flask, Response, make_response, render_template, request
from flask_babel import Babel, gettext  # type: ignore[import-untyped]
from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter

from app import addresses
from app.languages import INTERFACE_LOCALES
from app.reading import locales_in_use
from app.views.scope import database, now, page_locale, settings, spoken_locale

_UNNAMED = "Help center"
"""KB_SITE_NAME unless it is set: a description rather than a name, and so translated."""


class LocaleConverter(BaseConverter):
    """A language tag as the first part of an address, written the usual way: `ko`, `zh-TW`.

    Other spellings are other addresses, which `moved_address` leads here.
    """

    regex = "(?:[a-z]{2}|ast|cmn|fil|haw|hmn|kab|yue)(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?"


def install_pages(app: Flask) -> None:
    """Give routes their converter and templates their helpers and translations."""
    app.url_map.converters["locale"] = LocaleConverter
    Babel(app, default_locale="en", locale_selector=spoken_locale)
    app.context_processor(_page_context)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.template_filter("marked")(mark_spans)
    app.template_filter("language_name")(language_name)
    app.jinja_env.globals.update(
        article_url=addresses.article_url,
        category_url=addresses.category_url,
        contact_url=addresses.contact_url,
        home_url=addresses.home_url,
        search_url=addresses.search_url,
    )


def page(template: str, status: int = 200, **values: object) -> Response:
    """A page from a template; errors are not kept by caches."""
    response = make_response(render_template(template, **values), status)
    return checked(response) if status == 200 else response


def checked(response: Response) -> Response:
    """The response as caches may keep it, on condition that they ask before each use."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def mark_spans(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    """The text, escaped, with <mark> around the given half-open ranges of code points."""
    pieces: list[Markup] = []
    end = 0
    for start, stop in spans:
        pieces += (escape(text[end:start]), Markup("<mark>%s</mark>") % text[start:stop])
        end = stop
    return Markup("").join((*pieces, escape(text[end:])))


def language_name(tag: str) -> str:
    """A language's name in that language: "ko" -> "한국어"; the tag where none is known."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        return tag
    return name[:1].upper() + name[1:] if name else tag


def require_offered_locale() -> None:
    """Raise NotFound unless the site is offered, or something written, in the page's language."""
    locale = (request.view_args or {}).get("locale")
    if locale is None or locale in settings().locales:
        return
    if locale not in locales_in_use(database(), now=now()):
        raise NotFound("This help center does not speak that language.")


def _page_context() -> dict[str, object]:
    named = settings().site_name
    return {
        "locale": page_locale(),
        "spoken": spoken_locale(),
        "site": settings(),
        "site_name": gettext("Help center") if named == _UNNAMED else named,
        "offered": [tag for tag in settings().locales if tag in INTERFACE_LOCALES]
        or list(INTERFACE_LOCALES),
    }
