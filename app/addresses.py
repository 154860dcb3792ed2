"""Where things are on the site: the one place that knows the shape of its URLs.

Every function returns a path from the site's root, percent-encoded, so that it can stand in a
link, in JSON and in a Location header as it is.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode


def home_url(locale: str) -> str:
    """The help center's front page in one language."""
    return f"/{quote(locale, safe='')}/"


def article_url(locale: str, article_id: str, anchor: str = "") -> str:
    """An article, opened at the heading `anchor` unless that is empty."""
    fragment = f"#{quote(anchor, safe='')}" if anchor else ""
    return f"/{quote(locale, safe='')}/articles/{quote(article_id, safe='/')}{fragment}"


def category_url(locale: str, category: str) -> str:
    """The list of a category's articles."""
    return f"/{quote(locale, safe='')}/categories/{quote(category, safe='/')}"


def search_url(locale: str, **parameters: str | int) -> str:
    """The search page; `parameters` become the query string, empty ones are left out."""
    return _with_parameters(f"/{quote(locale, safe='')}/search", parameters)


def contact_url(locale: str, **parameters: str | int) -> str:
    """The form that reaches a person; `parameters` as in `search_url`."""
    return _with_parameters(f"/{quote(locale, safe='')}/contact", parameters)


def media_url(sha256: str, name: str) -> str:
    """An image or attachment by the SHA-256 of its bytes; `name` is what a download is called."""
    return f"/media/{sha256}/{quote(name, safe='')}"


def _with_parameters(path: str, parameters: dict[str, str | int]) -> str:
    given = {name: value for name, value in parameters.items() if value != ""}
    return f"{path}?{urlencode(given)}" if given else path
