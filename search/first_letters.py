"""What people type first: the beginnings of the words that titles and questions begin with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from search.analysis.keystrokes import is_hangul
from search.analysis.normalise import fold
from search.store import Record

_READ = 5_000
"""Documents that tell; more would tell the same."""
_SYLLABLES, _FINALS, _VOWELS = 0xAC00, 28, 21
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"


def first_letters(records: Iterable[Record], most: int) -> list[tuple[str, str]]:
    """Return (text, locale), commonest first: one or two letters, or a syllable as it is made."""
    counts: Counter[tuple[str, str]] = Counter()
    for record in islice(records, _READ):
        for line in (record.title, *record.questions):
            word = fold(line).split(maxsplit=1)
            counts.update((text, record.locale) for text in _states(word[0] if word else ""))
    return [each for each, _ in counts.most_common(most)]


def _states(word: str) -> Iterator[str]:
    """Yield what an input method shows of the first letters of a word."""
    if not word:
        return
    if is_hangul(word[0]) and ord(word[0]) >= _SYLLABLES:
        place = ord(word[0]) - _SYLLABLES
        yield _INITIALS[place // (_VOWELS * _FINALS)]
        if place % _FINALS:
            yield chr(ord(word[0]) - place % _FINALS)
        yield word[0]
        return
    yield word[0]
    if word[:2].isascii() and len(word) > 1:
        yield word[:2]
