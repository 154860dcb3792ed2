"""Readers of setting values: text from the environment in, a typed value out.

Each reader raises ValueError whose message says what is allowed; `app.settings` adds the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.locales import BadLocale, normalise_locale

_RATE = re.compile(r"[1-9][0-9]*( per |/)([1-9][0-9]* )?(second|minute|hour|day)s?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

NO_PATH = Path()
"""Stands for a path that nobody set; a path that somebody set is absolute."""


def read_text(value: str) -> str:
    """Any text, without surrounding blanks."""
    return value.strip()


def read_name(longest: int) -> Callable[[str], str]:
    """A reader of texts of a limited length."""

    def read(value: str) -> str:
        if not 1 <= len(value.strip()) <= longest:
            raise ValueError(f"a text of 1 to {longest} letters")
        return value.strip()

    return read


def read_path(value: str) -> Path:
    """A file or folder; `~` is expanded, a relative path is taken from the working directory."""
    return Path(value).expanduser().absolute()


def read_path_or_none(value: str) -> Path:
    """As `read_path`; NO_PATH for an empty text."""
    return read_path(value) if value else NO_PATH


def read_whole_number(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`, both included."""

    def read(value: str) -> int:
        message = f"a whole number from {low} to {high}"
        if not re.fullmatch(r"-?[0-9]{1,9}", value.strip()):
            raise ValueError(message)
        number = int(value)
        if not low <= number <= high:
            raise ValueError(message)
        return number

    return read


def read_choice(*allowed: str) -> Callable[[str], str]:
    """A reader that accepts one of a few words."""

    def read(value: str) -> str:
        if value.strip().lower() not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return value.strip().lower()

    return read


def read_locale(value: str) -> str:
    """A language tag such as en, ko or zh-TW."""
    try:
        return normalise_locale(value.strip())
    except BadLocale:
        raise ValueError("a language tag such as en, ko or zh-TW") from None


def read_locales(value: str) -> tuple[str, ...]:
    """Language tags separated by commas, without repetition, at least one."""
    locales = tuple(dict.fromkeys(read_locale(part) for part in _split(value)))
    if not locales:
        raise ValueError("language tags separated by commas, for example en,ko,ja,zh")
    return locales


def read_versions(value: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a product and its version, separated by commas: `web=5.2, ios=4.0`."""
    pairs = [part.partition("=") for part in _split(value)]
    found = tuple((product.strip(), version.strip()) for product, _, version in pairs)
    if not all(product and re.search(r"\d", version) for product, version in found):
        raise ValueError("pairs of a product and its version, like web=5.2, ios=4.0")
    return found


def read_origins(value: str) -> tuple[str, ...]:
    """Origins (`https://shop.example.com`) separated by commas, or `*` for any."""
    return tuple(dict.fromkeys(_read_origin(part) for part in _split(value)))


def read_base_url(value: str) -> str:
    """An absolute http(s) address without query or fragment; the final slash is dropped."""
    text = value.strip()
    if not text:
        return ""
    parts = _split_url(text)
    if parts is None or parts.query or parts.fragment:
        raise ValueError("an address such as https://help.example.com")
    return text.rstrip("/")


def read_email(value: str) -> str:
    """An e-mail address, or nothing."""
    text = value.strip()
    if text and not _EMAIL.fullmatch(text):
        raise ValueError("an e-mail address such as help@example.com")
    return text


def read_rate(value: str) -> str:
    """How often one client may call, as Flask-Limiter writes it: `60/minute`."""
    text = value.strip().lower()
    if not _RATE.fullmatch(text):
        raise ValueError("a rate such as 60/minute or 10 per hour")
    return text


def read_database_url(value: str) -> str:
    """An SQLAlchemy address of SQLite or PostgreSQL; PostgreSQL is always spoken to by psycopg."""
    text = value.strip()
    if not text:
        return ""
    message = "sqlite:////absolute/path.sqlite3 or postgresql://user:password@host/name"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(message) from None
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername in {"sqlite", "sqlite+pysqlite"} and url.database not in {
        None,
        "",
        ":memory:",
    }:
        return url.set(drivername="sqlite").render_as_string(hide_password=False)
    raise ValueError(message)


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _read_origin(value: str) -> str:
    if value == "*":
        return value
    parts = _split_url(value)
    if parts is None or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("origins such as https://shop.example.com separated by commas, or *")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _split_url(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    return parts if usable else None
