"""How much of a question has been typed: what the legs weigh, and how sure an answer must be."""

from __future__ import annotations

import re

_COMPLETE = 10.0
_WITH_WORDS, _BY_MEANING, _BY_MEANING_OF_FEW = 0.45, 0.8, 0.65
_FEW, _MANY = 20.0, 40.0
_CLOSED = re.compile(r"[?？.。!！…]\s*$")


def completeness(text: str) -> float:
    """Estimate how far the words of a text can be trusted to be whole, 0..1.

    A Hangul, kana or Han character says as much as two letters.
    """
    return min(1.0, _letters(text) / _COMPLETE)


def _letters(text: str) -> float:
    """Return how many letters are typed, or that there are many."""
    return sum(2.0 if ord(char) > 0x1100 else 1.0 for char in text.strip()[: int(_MANY)])


def demand(text: str, *, has_words: bool) -> float:
    """Return the share of the floor above which a text being typed may be about an article, 0..1.

    `has_words`: the article holds some of its words; one that cannot, being in another language,
    must be nearer in meaning, but less so while a few words may still become many questions. Half
    a question cannot be matched as well as the whole of it, and a poor suggestion is gone with the
    next key. A question that is closed by its mark is finished. The figures are those of
    docs/relevance.md.
    """
    if _CLOSED.search(text):
        return 1.0
    if has_words:
        return _WITH_WORDS
    said = min(1.0, max(0.0, (_letters(text) - _FEW) / (_MANY - _FEW)))
    return _BY_MEANING_OF_FEW + said * (_BY_MEANING - _BY_MEANING_OF_FEW)
