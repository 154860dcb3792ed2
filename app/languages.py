"""Choosing a language: of an article for a visitor, of the interface for an article.

An article may be in any language; the interface speaks those it is translated into.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.locales import BadLocale, normalise_locale

INTERFACE_LOCALES = ("en", "ko", "ja", "zh")


def language_of(tag: str) -> str:
    """The language of a tag, without script and region: `zh-TW` -> `zh`."""
    return tag.split("-", 1)[0].lower()


def same_language(one: str, other: str) -> bool:
    """Whether two tags name one language, whatever the region."""
    return language_of(one) == language_of(other)


def choose_locale(wanted: Iterable[str], offered: Sequence[str]) -> str | None:
    """The first of `offered` that suits `wanted`, which is in order of preference.

    A tag suits exactly or by its language (RFC 4647 lookup, and the other way round: who wants
    `zh` is served `zh-TW` where nothing nearer exists). None when nothing suits.
    """
    for tag in wanted:
        for fits in (str.__eq__, same_language):
            for candidate in offered:
                if fits(tag, candidate):
                    return candidate
    return None


def interface_locale(locale: str, default: str) -> str:
    """The language that the interface speaks around content in `locale`."""
    return choose_locale((locale, default), INTERFACE_LOCALES) or INTERFACE_LOCALES[0]


def read_locale(text: str) -> str | None:
    """A language tag written the usual way, or None where `text` is none: no preference."""
    try:
        return normalise_locale(text.strip())
    except BadLocale:
        return None
