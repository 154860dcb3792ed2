"""Addresses of pages: which a pattern means, and which words one holds."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_LONGEST_WORDS = 200
_WORD = re.compile(r"[^\W\d_]{2,}")
_NO_WORDS = frozenset({"index", "html", "htm", "php", "aspx", "www", "com"})


def matches_page(pattern: str, address: str) -> bool:
    """Whether an address fits a pattern: `/checkout*`, `shop.example.com/cart`, `*/invoices/*`.

    `*` stands for any text. A pattern that begins with "/" is held against the path alone, any
    other against host and path; scheme, query and fragment never count.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    wanted = re.sub(r"^https?://", "", pattern)
    seen = parts.path if wanted.startswith("/") else f"{parts.netloc}{parts.path}"
    return _fits(wanted.rstrip("/") or "/", seen.rstrip("/") or "/")


def words_of(address: str) -> str:
    """The words in an address's path: /account/reset-password?x=1 -> account reset password."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return ""
    words = [
        word for word in _WORD.findall(path.replace("_", " ")) if word.lower() not in _NO_WORDS
    ]
    return " ".join(words)[:_LONGEST_WORDS]


def _fits(pattern: str, text: str) -> bool:
    """Match `*` without a regular expression, whose time on a hostile pattern has no bound."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    if not text.startswith(first):
        return False
    place = len(first)
    *between, last = rest
    for piece in between:
        found = text.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return text.endswith(last) and len(text) - len(last) >= place
