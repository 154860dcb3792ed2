"""Choosing a language: of an article for a visitor, of the interface for an article.

An article may be in any language; the interface speaks those it is translated into.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from babel import Locale, UnknownLocaleError

from app.locales import BadLocale, normalise_locale

INTERFACE_LOCALES = ("en", "ko", "ja", "zh", "zh-Hant")
_TRADITIONAL = frozenset({"TW", "HK", "MO"})
"""Regions that write Chinese in traditional characters unless a tag says otherwise."""
_NAMES = {"zh": "简体中文", "zh-Hans": "简体中文", "zh-CN": "简体中文", "zh-Hant": "繁體中文"}
"""What the two ways of writing Chinese are called in a menu, without the brackets of CLDR."""


def language_of(tag: str) -> str:
    """The language of a tag, without script and region: `zh-TW` -> `zh`."""
    return tag.split("-", 1)[0].lower()


def same_language(one: str, other: str) -> bool:
    """Whether two tags name one language, whatever the region."""
    return language_of(one) == language_of(other)


def writing_of(tag: str) -> tuple[str, str]:
    """The language of a tag and how it is written: `zh-TW` -> ("zh", "Hant"), `ko` -> ("ko", "").

    Only Chinese is read by most readers in one of its two scripts only (RFC 5646, likely subtags
    of CLDR: TW, HK and MO are traditional).
    """
    language, *rest = tag.replace("_", "-").split("-")
    if language.lower() != "zh":
        return language.lower(), ""
    hant = "Hant" in rest or ("Hans" not in rest and not _TRADITIONAL.isdisjoint(rest))
    return "zh", "Hant" if hant else "Hans"


def same_writing(one: str, other: str) -> bool:
    """Whether who reads one tag's texts reads the other's without effort."""
    return writing_of(one) == writing_of(other)


def choose_locale(wanted: Iterable[str], offered: Sequence[str]) -> str | None:
    """The first of `offered` that suits `wanted`, which is in order of preference.

    A tag suits exactly, by its language and script, or by its language alone (RFC 4647 lookup, and
    the other way round: who wants `zh` is served `zh-TW` where nothing nearer exists). None when
    nothing suits.
    """
    for tag in wanted:
        for fits in (str.__eq__, same_writing, same_language):
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


def language_name(tag: str) -> str:
    """A language's name in that language: "ko" -> "한국어"; the tag where none is known."""
    if tag in _NAMES:
        return _NAMES[tag]
    try:
        name = Locale.parse(tag, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        return tag
    return name[:1].upper() + name[1:] if name else tag
