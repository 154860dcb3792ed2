"""How much of a question has been typed: what the legs weigh, and how sure an answer must be."""

from __future__ import annotations

import re

_COMPLETE = 10.0
_WITH_WORDS = 0.75
_CLOSED = re.compile(r"[?？.。!！…]\s*$")


def completeness(text: str) -> float:
    """Estimate how far the words of a text can be trusted to be whole, 0..1.

    A Hangul, kana or Han character says as much as two letters.
    """
    size = sum(2.0 if ord(char) > 0x1100 else 1.0 for char in text.strip())
    return min(1.0, size / _COMPLETE)


def demand(text: str) -> float:
    """Return the share of the floor that an answer with the words being typed must reach, 0..1.

    Half a question cannot be matched as well as the whole of it, and a poor suggestion is gone with
    the next key. A question that is closed by its mark is finished. See docs/relevance.md.
    """
    return 1.0 if _CLOSED.search(text) else _WITH_WORDS
