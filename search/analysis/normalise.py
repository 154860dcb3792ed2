"""One spelling for what people write in many: width, case, accents, composed letters.

`fold` is what the index and the query are made of. `FoldedText` keeps the way back to the original,
which highlighting needs.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from search.analysis.variants import fold_han
from search.document import Span

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ud800-\udfff]"
)
_COMPATIBILITY_CONSONANTS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_COMPATIBILITY_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_COMPATIBILITY_FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_LONE_JAMO = {
    **{0x1100 + i: letter for i, letter in enumerate(_COMPATIBILITY_CONSONANTS)},
    **{0x1161 + i: letter for i, letter in enumerate(_COMPATIBILITY_VOWELS)},
    **{0x11A8 + i: letter for i, letter in enumerate(_COMPATIBILITY_FINALS)},
}
_NOT_LONE_JAMO = re.compile("[^\u3131-\u318e]+")
_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff\u0370-\u03ff\u0400-\u0482\u048a-\u052f]")


def _compose(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match.group())


def _without_accent(match: re.Match[str]) -> str:
    decomposed = unicodedata.normalize("NFD", match.group())
    # й is a letter of its own, not an и with an ornament.
    if decomposed[0] in "иИ":
        return match.group()
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def fold(text: str) -> str:
    """Return `text` in the form that is indexed and looked up.

    Compatibility forms are composed (NFKC), letters lose case and (Latin, Greek, Cyrillic) accents,
    characters that cannot be seen are dropped. NFKC turns the lone jamo that an input method shows
    (ㅂ, U+3142) into conjoining ones, and makes syllables of those (ㅋㅠ becomes 큐); they are kept
    out of it, and conjoining ones that stand alone are mapped back. Traditional Han characters
    become simplified ones (search/analysis/variants.py).
    """
    return fold_han(fold_letters(text))


def fold_letters(text: str) -> str:
    """Fold all but Han characters: readings are looked up by the characters as they are written.

    `fold` of the same text has the same length.
    """
    visible = _INVISIBLE.sub("", text)
    if visible.isascii():
        return visible.lower()
    composed = _NOT_LONE_JAMO.sub(_compose, visible).casefold().translate(_LONE_JAMO)
    return _ACCENTED.sub(_without_accent, composed)


def _clusters(text: str) -> list[Span]:
    """Split into letters with the marks and conjoining jamo that belong to them."""
    starts = [i for i, char in enumerate(text) if i == 0 or not _continues(char)]
    return list(zip(starts, [*starts, len(text)][1:], strict=True))


def _continues(char: str) -> bool:
    """Tell what changes the letter before it: marks, later jamo, half-width voicing marks."""
    return (
        bool(unicodedata.combining(char)) or "\u1160" <= char <= "\u11ff" or char in "\uff9e\uff9f"
    )


def _folds_one_to_one(text: str) -> bool:
    """Tell whether each character folds to exactly one, as in nearly all text it does."""
    if text.isascii():
        return not _INVISIBLE.search(text)
    return (
        unicodedata.is_normalized("NFKC", text)
        and len(text.casefold()) == len(text)
        and not _INVISIBLE.search(text)
    )


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text that knows which characters of the original each of its own came from."""

    text: str
    origins: tuple[Span, ...] | None
    """For each folded character, its range in the original; None when they are one to one."""

    @classmethod
    def of(cls, original: str) -> FoldedText:
        """Fold so that each character's origin is known."""
        if _folds_one_to_one(original):
            return cls(fold(original), None)
        return cls._letter_by_letter(original)

    @classmethod
    def _letter_by_letter(cls, original: str) -> FoldedText:
        pieces: list[str] = []
        origins: list[Span] = []
        for start, end in _clusters(original):
            piece = fold_letters(original[start:end])
            pieces.append(piece)
            origins.extend([(start, end)] * len(piece))
        # An iteration mark needs the character before it, so Han is folded in the whole.
        return cls(fold_han("".join(pieces)), tuple(origins))

    def original_span(self, start: int, end: int) -> Span:
        """Return the range of the original behind folded characters [start, end)."""
        if self.origins is None:
            return start, end
        return self.origins[start][0], self.origins[end - 1][1]
