"""A text as it stands in the search box after each key.

Characters arrive whole, but Hangul grows by the letter: on a two-set keyboard 환불 passes through
ㅎ, 호, 화, 환, 환ㅂ and 환부, and on the way to 가나 stands 간, since a consonant belongs to the
syllable before it until a vowel follows. What Japanese and Chinese input methods show before they
convert depends on the method and on how a text is read, so these are taken by the character.
"""

from __future__ import annotations

from collections.abc import Iterator

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_PARTS = dict(
    pair.split(":")
    for pair in ("ㅘ:ㅗㅏ", "ㅙ:ㅗㅐ", "ㅚ:ㅗㅣ", "ㅝ:ㅜㅓ", "ㅞ:ㅜㅔ", "ㅟ:ㅜㅣ", "ㅢ:ㅡㅣ",
                 "ㄳ:ㄱㅅ", "ㄵ:ㄴㅈ", "ㄶ:ㄴㅎ", "ㄺ:ㄹㄱ", "ㄻ:ㄹㅁ", "ㄼ:ㄹㅂ", "ㄽ:ㄹㅅ",
                 "ㄾ:ㄹㅌ", "ㄿ:ㄹㅍ", "ㅀ:ㄹㅎ", "ㅄ:ㅂㅅ")
)  # fmt: skip
_WHOLES = {parts: whole for whole, parts in _PARTS.items()}
_FIRST, _LAST = ord("가"), ord("힣")


def input_states(text: str) -> list[str]:
    """Return what the box shows after each key on the way to `text`, which is the last of them."""
    states: list[str] = []
    done = ""
    for char in text:
        if _FIRST <= ord(char) <= _LAST:
            states += _syllable_states(done, char)
        else:
            states.append(done + char)
        done += char
    return states


def _syllable_states(done: str, syllable: str) -> Iterator[str]:
    letters = _letters(syllable)
    yield _with_consonant(done, letters[0])
    for typed in range(2, len(letters) + 1):
        yield done + _composed(letters[:typed])


def _with_consonant(done: str, consonant: str) -> str:
    """Return `done` with a consonant behind it, which ends the syllable before it if it can."""
    if done and _FIRST <= ord(done[-1]) <= _LAST:
        letters = _letters(done[-1]) + consonant
        if _whole(_final(letters)) in _FINALS:
            return done[:-1] + _composed(letters)
    return done + consonant


def _letters(syllable: str) -> str:
    """Return the keys of a syllable: one initial, one or two vowels, at most two finals."""
    code = ord(syllable) - _FIRST
    parts = (_INITIALS[code // 588], _VOWELS[code // 28 % 21], _FINALS[code % 28])
    return "".join(_PARTS.get(part, part) for part in parts)


def _composed(letters: str) -> str:
    """Return the syllable of an initial, vowels, and finals if there are any."""
    final = _final(letters)
    vowel = letters[1 : len(letters) - len(final)]
    code = _INITIALS.index(letters[0]) * 588 + _VOWELS.index(_whole(vowel)) * 28
    return chr(_FIRST + code + _FINALS.index(_whole(final)))


def _final(letters: str) -> str:
    return "".join(letter for letter in letters[1:] if letter not in _VOWELS)


def _whole(parts: str) -> str:
    return _WHOLES.get(parts, parts)
