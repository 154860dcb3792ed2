"""Where an address of earlier days leads now."""

from __future__ import annotations

from urllib.parse import quote

from flask import request
from sqlalchemy.exc import SQLAlchemyError

from app.addresses import article_url, home_url
from app.languages import read_locale
from app.reading import find_redirect
from app.views.scope import audiences, database, now, page_locale, wanted_locales


def moved_address() -> str | None:
    """The address to go to instead of the one asked for, at which there is nothing.

    An article may claim it (`redirect_from`), or its language may be written unusually. None where
    nothing is known of it, or where the database does not say.
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
    except SQLAlchemyError:
        return None
    if moved is not None:
        return article_url(moved.locale, moved.article_id)
    return _usual_spelling()


def _usual_spelling() -> str | None:
    """The same address with its language tag written the usual way: /zh_tw/ -> /zh-TW/."""
    tag, _, rest = request.path.lstrip("/").partition("/")
    usual = read_locale(tag)
    if usual is None or usual == tag:
        return None
    query = request.query_string.decode("ascii", "replace")
    return f"{home_url(usual)}{quote(rest)}{'?' if query else ''}{query}"
