"""Which language a question is asked in, and when two language tags are the same language."""

from __future__ import annotations

import re
from functools import lru_cache

_SCRIPTS = (
    ("ko", re.compile("[가-힣ㄱ-ㅣ]")),
    ("ja", re.compile("[ぁ-ゟァ-ヺ]")),
    ("zh", re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]")),
)
_TRADITIONAL = ("hant", "tw", "hk", "mo")


def asked_language(text: str, locale: str | None) -> str | None:
    """Return the language a question is asked in: its script decides, then the asker's locale.

    Han characters alone do not say whether they are Chinese or Japanese: the locale does, and
    Chinese where it is neither.
    """
    for language, script in _SCRIPTS:
        if script.search(text):
            if language == "zh" and locale and language_of(locale) in ("ja", "zh"):
                return locale
            return locale if locale and language_of(locale) == language else language
    return locale


def language_of(locale: str) -> str:
    """Return the primary language of a tag: zh of zh-TW."""
    return locale.lower().replace("_", "-").split("-", 1)[0]


@lru_cache(4_096)
def closeness(locale: str, wanted: str) -> int:
    """Return 2 for the same language in the same writing, 1 in another writing, 0 otherwise."""
    if language_of(locale) != language_of(wanted):
        return 0
    return 2 if _traditional(locale) == _traditional(wanted) else 1


class Closeness(dict[str, int]):
    """How close language tags are to one `wanted`, each compared at its first look-up.

    Ranking compares the same few tags a thousand times for one question.
    """

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted

    def __missing__(self, locale: str) -> int:
        """Return what `closeness` says, and keep it."""
        self[locale] = near = closeness(locale, self._wanted)
        return near


def _traditional(locale: str) -> bool:
    return any(part in _TRADITIONAL for part in locale.lower().replace("_", "-").split("-")[1:])
