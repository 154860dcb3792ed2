"""Characters that are one and the same in searching: traditional and simplified Han, kana.

`fold_han` changes no length, so it can be part of `normalise.fold`. Katakana and hiragana are
folded only after a text is cut into terms: which of the two it was tells words from grammar.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("han_variants.txt")
_NOT_LATIN = re.compile("[\u3005\u3031-\u3035\u309d\u309e\u30fd\u30fe\u3400-\u9fff]")
_REPEATED_HAN = re.compile("([\u3007\u3400-\u9fff\U00020000-\U0003134f])(\u3005+)")
_REPEATED_KANA = re.compile("([ぁ-ゖァ-ヺ])([ゝゞヽヾ]+)")
_UNVOICED = "かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホ"
_VOICED = "がぎぐげござじずぜぞだぢづでどばびぶべぼガギグゲゴザジズゼゾダヂヅデドバビブベボ"
_TO_VOICED, _TO_UNVOICED = str.maketrans(_UNVOICED, _VOICED), str.maketrans(_VOICED, _UNVOICED)
# Small vowels are a matter of taste (ウェブ, ウエブ), and ヶ is read ka (2ヶ月). Small ya, yu, yo
# and tu tell words apart (びょういん is a hospital, びよういん a hairdresser's).
_SMALL, _LARGE = "ぁぃぅぇぉゎゕゖァィゥェォヮヵヶ", "あいうえおわかか" * 2
_KANA = {
    **{code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)},
    **{ord(small): ord(large) for small, large in zip(_SMALL, _LARGE, strict=True)},
}


def fold_han(text: str) -> str:
    """Return `text` in simplified Han characters, iteration marks replaced by what they repeat.

    The table comes from OpenCC (scripts/make_han_variants). Character by character: a word that
    simplified Chinese tells apart and traditional Chinese does not is not told apart here.
    """
    if not _NOT_LATIN.search(text):
        return text
    text = _REPEATED_HAN.sub(lambda found: found[1] * len(found[0]), text)
    text = _REPEATED_KANA.sub(_repeat_kana, text)
    return text.translate(_han_table())


def fold_kana(text: str) -> str:
    """Return `text` with katakana, and small vowels, as plain hiragana of the same length."""
    return text if text.isascii() else text.translate(_KANA)


def _repeat_kana(found: re.Match[str]) -> str:
    letters = [found[1]]
    for mark in found[2]:
        letters.append(letters[-1].translate(_TO_VOICED if mark in "ゞヾ" else _TO_UNVOICED))
    return "".join(letters)


@cache
def _han_table() -> dict[int, str]:
    """Read once, at the first Han character."""
    lines = _TABLE.read_text(encoding="utf-8").split()
    return {ord(variant): line[0] for line in lines for variant in line[1:]}
