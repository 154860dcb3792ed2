"""Did you mean: a finished question with its misspelt words put right.

Words are compared as they are typed: an alphabet by letters, Korean by the keystrokes of the
two-set keyboard (search/analysis/keystrokes.py), so that one wrong jamo is one edit. Han and kana,
and scripts without spaces, are left alone: there a wrong character mostly makes another word.

The words that can be near are found by bags of letters: n edits change at most n letters each way
(Bartolini, Ciaccia and Patella 2002, "String matching with metric trees using an approximate
distance"). A bag is 64 bits here, so all words of about the right length are looked through in a
few array operations, and only what is left is compared letter by letter.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from search.analysis.keyboard import neighbours
from search.analysis.keystrokes import dubeolsik, is_hangul
from search.analysis.normalise import FoldedText, fold
from search.analysis.question_words import is_question_word
from search.analysis.tokens import strip_particle

MOST_WORDS = 24
"""Words of a question that are looked at."""
LONGEST_TEXT = 1_000
"""Characters; nothing is suggested for a longer text."""

Fields = tuple[str, Sequence[str], Sequence[str], Sequence[str]]
"""What a document is found by: title, questions, headings, tags."""

_SHORTEST_TYPED, _SHORTEST, _LONGEST = 4, 3, 40
_ONE_EDIT_UP_TO = 8
_NEIGHBOUR = 0.7
# A word twenty times as frequent makes up for the difference between a slip to the neighbouring
# key and one to any other; none makes up for a whole edit.
_FREQUENCY = 0.1
_HANGUL = "가-힣ㄱ-ㅣ"
# With the obsolete jamo, because one of them (ㆍ) is what many type for a middle dot.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3164-\u318e\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
_LETTERS = f"[^\\W_{_HANGUL}{_UNSPACED}]+"
_WORD = re.compile(f"[{_HANGUL}]+|{_LETTERS}(?:['’]{_LETTERS})*")
_CHUNK = re.compile(r"\S+")
_SYLLABLE = re.compile("[가-힣]")


def dictionary(documents: Iterable[Fields]) -> dict[str, int]:
    """Return the folded words of documents, each with the number of documents that hold it.

    Korean words stand there as written and without their particle.
    """
    held: Counter[str] = Counter()
    for title, questions, headings, tags in documents:
        text = fold("\n".join((title, *questions, *headings, *tags)))
        words = {word.text for word in _words(text)}
        held.update(words | {strip_particle(word) for word in words})
    return dict(held)


@dataclass(frozen=True, slots=True)
class _Word:
    """A folded word and where it stands in the folded text."""

    text: str
    start: int
    end: int


def _words(folded: str) -> Iterator[_Word]:
    """Yield the words of a folded text, without those of addresses."""
    for chunk in _CHUNK.finditer(folded):
        if "@" in chunk.group() or "://" in chunk.group():
            continue
        for word in _WORD.finditer(folded, chunk.start(), chunk.end()):
            yield _Word(word.group().replace("’", "'"), word.start(), word.end())


def _spelling(word: str) -> str:
    """Return what is compared: keystrokes of a Korean word, letters of another."""
    return dubeolsik(word) if is_hangul(word[0]) else word


@dataclass(frozen=True, slots=True)
class _Candidate:
    score: float
    """Cost of the edits, less what the word's frequency makes up for: the lower the better."""
    word: str


class _Vocabulary:
    """Words of one way of spelling, in the order of their length."""

    def __init__(self, words: Iterable[tuple[str, str, float]]) -> None:
        """Keep words, given as (spelling, word, weight)."""
        ordered = sorted(words, key=lambda each: (len(each[0]), each))
        self._spellings = tuple(spelling for spelling, _, _ in ordered)
        self._words = tuple(word for _, word, _ in ordered)
        self._bonuses = tuple(_FREQUENCY * math.log(weight) for _, _, weight in ordered)
        self._bags = np.array([_bag(spelling) for spelling in self._spellings], np.uint64)
        lengths = [len(spelling) for spelling in self._spellings]
        self._starts = tuple(np.searchsorted(lengths, np.arange(_LONGEST + 2)).tolist())

    def best(self, typed: str) -> _Candidate | None:
        """Return the word that was most likely meant by the spelling `typed`."""
        if not _SHORTEST_TYPED <= len(typed) <= _LONGEST:
            return None
        edits = 1 if len(typed) <= _ONE_EDIT_UP_TO else 2
        found = [
            _Candidate(cost - self._bonuses[i], self._words[i])
            for i in self._near(typed, edits)
            if (cost := _cost(typed, self._spellings[i], edits)) < math.inf
        ]
        return min(found, key=lambda each: (each.score, each.word), default=None)

    def _near(self, typed: str, edits: int) -> list[int]:
        """Return the rows that `edits` may lead to, by their letters in any order."""
        start = self._starts[max(0, len(typed) - edits)]
        bags = self._bags[start : self._starts[min(_LONGEST, len(typed) + edits) + 1]]
        own = np.uint64(_bag(typed))
        near = ~(_exceeds(bags & ~own, edits) | _exceeds(own & ~bags, edits))
        return [int(row) + start for row in np.flatnonzero(near)]


def _bag(spelling: str) -> int:
    """Return the letters as bits: 32 for "occurs", 32 for "occurs twice".

    Letters that share a bit only let more words through to the comparison.
    """
    once = twice = 0
    for char in spelling:
        bit = 1 << (ord(char) & 31)
        twice |= once & bit
        once |= bit
    return once | twice << 32


def _exceeds(sets: NDArray[np.uint64], most: int) -> NDArray[np.bool_]:
    """Tell which sets have more than `most` bits."""
    for _ in range(most):
        sets = sets & (sets - np.uint64(1))  # takes the lowest bit out; 0 stays 0
    return np.not_equal(sets, 0)


def _cost(typed: str, word: str, edits: int) -> float:
    """Return the least cost of at most `edits` edits that make `word` of `typed`, or infinity.

    Edits are those of the optimal string alignment distance (Damerau 1964), a letter edited once.
    Equal letters at either end never cost more than editing them.
    """
    head, tail = _common_ends(typed, word)
    typed, word = typed[head : len(typed) - tail], word[head : len(word) - tail]
    if not typed or not word:
        rest = len(typed) + len(word)
        return rest if rest <= edits else math.inf
    if not edits or abs(len(typed) - len(word)) > edits:
        return math.inf
    substitution = _NEIGHBOUR if typed[0] + word[0] in neighbours() else 1
    least = min(
        substitution + _cost(typed[1:], word[1:], edits - 1),
        1 + _cost(typed[1:], word, edits - 1),
        1 + _cost(typed, word[1:], edits - 1),
    )
    if typed[:2] == word[1::-1]:
        least = min(least, 1 + _cost(typed[2:], word[2:], edits - 1))
    return least


def _common_ends(a: str, b: str) -> tuple[int, int]:
    """Return how many letters two words share at the beginning and, of the others, at the end."""
    most, head, tail = min(len(a), len(b)), 0, 0
    while head < most and a[head] == b[head]:
        head += 1
    while head + tail < most and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    return head, tail


class Speller:
    """Knows the words that articles are found by; immutable, so threads can share it."""

    def __init__(self, words: Iterable[tuple[str, float]]) -> None:
        """Keep folded words with their weights (number of documents, > 0), as of `dictionary`.

        Words with digits, and those too short or too long to be suggested, are dropped.
        """
        weights = {word: weight for word, weight in words if weight > 0 and _is_spelt(word)}
        self._all = frozenset(weights)
        rows = [(_spelling(word), word, weight) for word, weight in weights.items()]
        rows = [row for row in rows if _SHORTEST <= len(row[0]) <= _LONGEST]
        self._korean = _Vocabulary(row for row in rows if is_hangul(row[1][0]))
        self._others = _Vocabulary(row for row in rows if not is_hangul(row[1][0]))

    def suggest(self, text: str, known: Callable[[str], bool]) -> str | None:
        """Return the question with its misspelt words replaced; None when there is none better.

        `known` tells whether the index holds a folded word (Korean: with or without particle).
        None also when an unknown word has nothing near it: the rest would be a guess. All around
        the replaced letters stays as it was written. Raises nothing but what `known` raises.
        """
        if len(text) > LONGEST_TEXT:
            return None
        folded = FoldedText.of(text)
        pieces: list[str] = []
        done = 0
        for word in islice(_words(folded.text), MOST_WORDS):
            if self._is_fine(word.text, known) or _is_part(folded, word):
                continue
            better = self._better(word.text)
            if better is None:
                return None
            start, end = folded.original_span(word.start, word.end)
            pieces += [text[done:start], _rewrite(text, folded, word, better)]
            done = end
        return "".join([*pieces, text[done:]]) if pieces else None

    def _is_fine(self, word: str, known: Callable[[str], bool]) -> bool:
        """Tell words to leave as they are from those to put right."""
        if not _is_spelt(word) or len(_spelling(word)) < _SHORTEST_TYPED:
            return True
        stem = strip_particle(word)
        if word in self._all or stem in self._all or is_question_word(word):
            return True
        return known(word) or (stem != word and known(stem))

    def _better(self, word: str) -> str | None:
        """Return what was meant by a word; behind a Korean one its particle stays."""
        vocabulary = self._korean if is_hangul(word[0]) else self._others
        found = [
            (nearest.score, nearest.word + word[len(base) :])
            for base in dict.fromkeys((strip_particle(word), word))
            if (nearest := vocabulary.best(_spelling(base)))
        ]
        return min(found, key=lambda each: each[0])[1] if found else None


def _is_spelt(word: str) -> bool:
    """Tell words from numbers, codes, and jamo that are initials or laughter (ㅋㅋㅋㅋ)."""
    if not word or any(char.isdigit() for char in word):
        return False
    return bool(_SYLLABLE.search(word)) if is_hangul(word[0]) else _WORD.fullmatch(word) is not None


def _is_part(folded: FoldedText, word: _Word) -> bool:
    """Tell whether a word begins or ends inside what was one character (⒜, ﷺ)."""
    return _divides(folded, word.start) or _divides(folded, word.end)


def _divides(folded: FoldedText, at: int) -> bool:
    """Tell whether folded characters before and after `at` come from the same original one."""
    if not 0 < at < len(folded.text):
        return False
    return folded.original_span(at - 1, at) == folded.original_span(at, at + 1)


def _rewrite(text: str, folded: FoldedText, word: _Word, better: str) -> str:
    """Return `better` in the shape of the original: what they share is kept, accents and all."""
    head, tail = _common_ends(word.text, better)
    while head and _divides(folded, word.start + head):
        head -= 1
    while tail and _divides(folded, word.end - tail):
        tail -= 1
    start, end = folded.original_span(word.start, word.end)
    kept = folded.original_span(word.start, word.start + head)[1] if head else start
    rest = folded.original_span(word.end - tail, word.end)[0] if tail else end
    middle = better[head : len(better) - tail]
    middle = middle.upper() if text[kept:rest].isupper() else middle
    return _with_case(text[start:end], text[start:kept] + middle + text[rest:end])


def _with_case(original: str, rewritten: str) -> str:
    if original.isupper():
        return rewritten.upper()
    if original[0].isupper() and original[1:].islower():
        return rewritten[0].upper() + rewritten[1:].lower()
    return rewritten
