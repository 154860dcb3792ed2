"""Language tags (BCP 47, RFC 5646): telling one from a folder's name, and writing it one way."""

from __future__ import annotations

import re

from app.errors import KotaeError

# language [-script] [-region] [-variant]: what help centers name their folders. Extensions and
# private use subtags are left out, so that ordinary folder names are not taken for a language.
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|[0-9]{3}))?",
    re.IGNORECASE,
)

# ISO 639-1 in full, and the three-letter codes that help centers use. A folder `api`, `app`, `faq`
# or `ios` looks like a language code but is not one, so the shape alone cannot decide.
_TWO_LETTERS = (
    "aaabaeafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoes"
    "eteufafffifjfofrfygagdglgngugvhahehihohrhthuhyhziaidieigiiikioisitiujajvkakgkikj"
    "kkklkmknkokrkskukvkwkylalblglilnloltlulvmgmhmimkmlmnmrmsmtmynanbndnengnlnnnonrnv"
    "nyocojomorospapiplpsptqurmrnrorurwsascsdsesgsiskslsmsnsosqsrssstsusvswtatetgthti"
    "tktltntotrtstttwtyugukuruzvevivowawoxhyiyozazhzu"
)
_THREE_LETTERS = ("ast", "cmn", "fil", "haw", "hmn", "kab", "yue")
_LANGUAGES = frozenset(map("".join, zip(_TWO_LETTERS[::2], _TWO_LETTERS[1::2], strict=True))) | {
    *_THREE_LETTERS
}


class BadLocale(KotaeError):
    """A text that should be a language tag is none."""

    code = "bad-locale"
    status = 400


def normalise_locale(text: str) -> str:
    """Write a language tag the usual way: `zh-cn` -> `zh-CN`, `ZH_hant_tw` -> `zh-Hant-TW`.

    Raises BadLocale when `text` is not a known language with an optional script and region.
    """
    found = _TAG.fullmatch(text)
    if found is None or found["language"].lower() not in _LANGUAGES:
        raise BadLocale(f"{text!r} is not a language tag; write for example en, ko or zh-TW.")
    parts = [found["language"].lower()]
    if found["script"]:
        parts.append(found["script"].title())
    if found["region"]:
        parts.append(found["region"].upper())
    return "-".join(parts)


def is_locale(text: str) -> bool:
    """Whether `text` is a language tag."""
    try:
        normalise_locale(text)
    except BadLocale:
        return False
    return True
