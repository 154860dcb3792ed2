"""Which addresses an operator or editor may put on a page."""

from __future__ import annotations

from urllib.parse import urlsplit

_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


def is_safe_link(address: str) -> bool:
    """Whether it leads to a web page, a mailbox or a phone, or to a path of this site."""
    if any(character.isspace() or not character.isprintable() for character in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if not parts.scheme:
        return address.startswith("/") and not address.startswith(("//", "/\\"))
    return parts.scheme in _SCHEMES and bool(parts.netloc or parts.path)
