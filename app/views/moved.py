"""Where an address of earlier days leads now."""

from __future__ import annotations

from urllib.parse import quote

from flask import request
from sqlalchemy.exc import SQLAlchemyError

from app.addresses import article_url, home_url
from app.languages import choose_locale, read_locale
from app.reading import find_redirect, locales_in_use
from app.views.scope import audiences, database, now, page_locale, settings, wanted_locales


def moved_address() -> str | None:
    """The address to go to instead of the one asked for, at which there is nothing.

    An article may claim it (`redirect_from`), or its language may be written unusually or not be
    offered. None where nothing is known of it, or where the database does not say.
    """
    if request.method not in {"GET", "HEAD"}:
        return None
    try:
        moved = find_redirect(
            database(),
            request.path.rstrip("/") or "/",
            wanted=wanted_locales(page_locale()),
            audiences=audiences(),
            now=now(),
        )
        return article_url(moved.locale, moved.article_id) if moved else _in_offered_language()
    except SQLAlchemyError:
        return None


def _in_offered_language() -> str | None:
    """The same address with its language tag written the usual way (/zh_tw/ -> /zh-TW/) or, where
    nothing is offered in that language, with the nearest that is (/en-US/ -> /en/)."""
    tag, _, rest = request.path.lstrip("/").partition("/")
    locale = read_locale(tag)
    if locale is None:
        return None
    offered = settings().locales
    if locale not in offered and locale not in locales_in_use(database(), now=now()):
        locale = choose_locale((locale, settings().default_locale), offered) or offered[0]
    if locale == tag:
        return None
    query = request.query_string.decode("ascii", "replace")
    return f"{home_url(locale)}{quote(rest)}{'?' if query else ''}{query}"
