"""Where things are on the site: the one place that knows the shape of its URLs.

Every function returns a path from the site's root, percent-encoded, so that it can stand in a
link, in JSON and in a Location header as it is.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

_MEDIA = re.compile(r"/media/([0-9a-f]{64})/")
LONGEST_MARK = 80
"""Code points; enough to find a sentence, and short enough for an address."""
_SHORTEST_PART = 8
"""Code points; "Yes." or a table's cell stands in too many places."""
# A sentence, a table's cell, or a clause that ends in a mark as wide as a letter: where words were
# cut off, a clause still ends where a word does, and browsers look for whole words.
_PART = re.compile(r"[^\s—].*?(?:[.!?…](?=\s)|[。！？，、；]|(?=\s—\s)|$)", re.DOTALL)


def home_url(locale: str) -> str:
    """The help center's front page in one language."""
    return f"/{quote(locale, safe='')}/"


def article_url(locale: str, article_id: str, anchor: str = "") -> str:
    """An article, opened at the heading `anchor` unless that is empty."""
    fragment = f"#{quote(anchor, safe='')}" if anchor else ""
    return f"/{quote(locale, safe='')}/articles/{quote(article_id, safe='/')}{fragment}"


def passage_url(article: str, answer: str) -> str:
    """An article's address that opens it at the words of `answer`; app/static/passage.js agrees.

    `mark` is for this server, which marks the words whatever the browser; the text fragment
    (https://wicg.github.io/scroll-to-text-fragment/) makes browsers that know it scroll there. It
    is the first telling part of the words: browsers look for it within one block, while the words
    may run over several.
    """
    words = _beginning(answer.strip())
    if not words:
        return article
    page, _, anchor = article.partition("#")
    parts = (part[0] for part in _PART.finditer(words))
    found = next((part for part in parts if len(part) >= _SHORTEST_PART), words)
    return f"{page}?mark={_encoded(words)}#{anchor}:~:text={_encoded(found)}"


def category_url(locale: str, category: str) -> str:
    """The list of a category's articles."""
    return f"/{quote(locale, safe='')}/categories/{quote(category, safe='/')}"


def search_url(locale: str, **parameters: str | int) -> str:
    """The search page; `parameters` become the query string, empty ones are left out."""
    return _with_parameters(f"/{quote(locale, safe='')}/search", parameters)


def contact_url(locale: str, **parameters: str | int) -> str:
    """The form that reaches a person; `parameters` as in `search_url`."""
    return _with_parameters(f"/{quote(locale, safe='')}/contact", parameters)


def requests_url(locale: str) -> str:
    """The requests that were sent from this browser."""
    return f"/{quote(locale, safe='')}/requests"


def request_url(locale: str, ticket_id: str, key: str) -> str:
    """One request, for whoever has its key."""
    return _with_parameters(f"{requests_url(locale)}/{quote(ticket_id, safe='')}", {"key": key})


def status_url(locale: str) -> str:
    """What is planned and what is broken."""
    return f"/{quote(locale, safe='')}/status"


def your_data_url(locale: str) -> str:
    """What is kept of the visitor who looks."""
    return f"/{quote(locale, safe='')}/your-data"


def entry_url(locale: str, **parameters: str | int) -> str:
    """Help for a page of the product; `parameters` as in `search_url`."""
    return _with_parameters(f"/{quote(locale, safe='')}/for", parameters)


def offline_url(locale: str) -> str:
    """The page for when the network is away."""
    return f"/{quote(locale, safe='')}/offline"


def media_url(sha256: str, name: str) -> str:
    """An image or attachment by the SHA-256 of its bytes; `name` is what a download is called."""
    return f"/media/{sha256}/{quote(name, safe='')}"


def media_hash(address: str) -> str:
    """The SHA-256 in an address of `media_url`; "" for any other address."""
    found = _MEDIA.match(address)
    return found[1] if found else ""


def _beginning(text: str) -> str:
    """The first words, at most LONGEST_MARK code points."""
    if len(text) <= LONGEST_MARK:
        return text
    cut = text[:LONGEST_MARK]
    blank = cut.rfind(" ")
    return cut[:blank] if blank > len(cut) / 2 else cut


def _encoded(words: str) -> str:
    # "-" has a meaning of its own in a text fragment.
    return quote(words, safe="!'()*").replace("-", "%2D")


def _with_parameters(path: str, parameters: dict[str, str | int]) -> str:
    given = {name: value for name, value in parameters.items() if value != ""}
    return f"{path}?{urlencode(given)}" if given else path
