"""People who type: the states a text goes through, key by key, and whose turn it is."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

KEYS_A_SECOND = 5.0
THINKING_SECONDS = (1.0, 3.0)
"""Between two questions of one person."""
POPULAR = 30
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_FIRST, _LAST, _FINALS, _VOWELS = 0xAC00, 0xD7A3, 28, 21

Asked = tuple[str, str]
"""(question, locale)."""


def typed_states(text: str) -> Iterator[str]:
    """Yield what stands in the box after each key; a Hangul syllable is made of two or three."""
    for i, letter in enumerate(text):
        code = ord(letter)
        if _FIRST <= code <= _LAST:
            yield text[:i] + _INITIALS[(code - _FIRST) // (_VOWELS * _FINALS)]
            open_syllable = chr(code - (code - _FIRST) % _FINALS)
            if open_syllable != letter:
                yield text[:i] + open_syllable
        yield text[: i + 1]


def choose_questions(questions: Sequence[Asked], seed: int) -> Iterator[Asked]:
    """Yield questions without end: every second one is popular, the others are new.

    The new ones come in turn, so none returns before all have been asked.
    """
    chance = random.Random(seed)
    shuffled = chance.sample(questions, len(questions))
    popular, others = shuffled[:POPULAR], shuffled[POPULAR:] or shuffled
    while True:
        for other in others:
            yield chance.choice(popular)
            yield other


def people_needed(questions: Sequence[Asked], typing: int) -> int:
    """Return how many people there must be for `typing` of them to be typing on average."""
    keys = sum(len(list(typed_states(text))) for text, _ in questions) / len(questions)
    seconds = keys / KEYS_A_SECOND
    return max(1, round(typing * (seconds + sum(THINKING_SECONDS) / 2) / seconds))
