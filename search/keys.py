"""The as-you-type index: which articles have a word that begins with what the fingers have typed.

Each word start of a title, question, heading or tag is a key; in Korean, Japanese and Chinese each
character starts one. Keys are keystrokes (search/analysis/keystrokes.py), kept sorted, so that a
prefix is one range. A letter in front tells apart what would collide: Hangul typed on the Latin
layout must not shadow English words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.analysis.keystrokes import (
    canonical_romaji,
    initials,
    is_hangul,
    keystrokes,
    script_runs,
    typed_runs,
)
from search.analysis.question_words import is_question_word
from search.document import Document

VERSION = 1
"""Part of the index manifest: raise it when the same document would give other keys."""

_LATIN, _HANGUL, _CONSONANTS, _IDEOGRAPHIC = "l", "h", "c", "j"
_LONGEST_KEY = 30
_LONGEST_RUN = 12
_MOST_WORDS = 24
_BYTES = 3 * _LONGEST_KEY
_BEFORE_SMALL_Y = re.compile("[きしちにひみりぎじびぴキシチニヒミリギジビピ]$")
_FEW = 3
_TITLE, _QUESTION, _TAG, _HEADING = 1.0, 0.9, 0.7, 0.6
_QUESTION_WORD_SHARE = 0.15

Key = tuple[str, float]
"""(namespace letter + keystrokes, weight of the field it comes from)."""


@dataclass(frozen=True, slots=True)
class TypedWord:
    """One word of what was typed, and its share in whether all of it was matched."""

    text: str
    share: float


def document_keys(document: Document) -> list[Key]:
    """Return the keys of one document, each with the weight of its weightiest field."""
    fields = [(document.title, _TITLE)]
    fields += [(question, _QUESTION) for question in document.questions]
    fields += [(tag, _TAG) for tag in document.tags]
    fields += [(section.path[-1], _HEADING) for section in document.sections if section.path]
    weights: dict[str, float] = {}
    for text, weight in fields:
        for run in script_runs(text):
            for key in _run_keys(run):
                weights[key] = max(weight, weights.get(key, 0.0))
    return list(weights.items())


def typed_words(text: str) -> list[TypedWord]:
    """Split what was typed into words; words of asking count little unless there are no others."""
    runs = typed_runs(text)[-_MOST_WORDS:]
    if all(is_question_word(run) for run in runs):
        return [TypedWord(run, 1.0) for run in runs]
    return [TypedWord(r, _QUESTION_WORD_SHARE if is_question_word(r) else 1.0) for r in runs]


def _run_keys(run: str) -> Iterator[str]:
    if is_hangul(run[0]):
        for i in range(len(run)):
            yield _key(_HANGUL, keystrokes(run[i : i + _LONGEST_RUN]))
            yield _key(_CONSONANTS, initials(run[i : i + _LONGEST_RUN]))
    elif _is_ideographic(run):
        for i in range(len(run)):
            yield _key(_IDEOGRAPHIC, keystrokes(run[i : i + _LONGEST_RUN]))
    else:
        yield _key(_LATIN, run)


def _key(namespace: str, typed: str) -> str:
    return (namespace + typed)[:_LONGEST_KEY]


def _is_ideographic(run: str) -> bool:
    return ord(run[0]) > 0x2E80


def _lookups(word: str) -> list[list[str]]:
    """Return the keys to look a typed word up by: alternatives in the order they are tried."""
    typed = keystrokes(word[:_LONGEST_RUN])
    if is_hangul(word[0]):
        consonants_only = all("ㄱ" <= char <= "ㅎ" for char in word)
        lookups = [_key(_HANGUL, typed)]
        return [[*lookups, _key(_CONSONANTS, typed)] if consonants_only else lookups]
    if _is_ideographic(word):
        # き may become きゃ: then its vowel was none.
        halves = [typed, typed[:-1] + "y"] if _BEFORE_SMALL_Y.search(word) else [typed]
        return [[_key(_IDEOGRAPHIC, half) for half in halves]]
    elsewhere = [_key(_HANGUL, word), _key(_IDEOGRAPHIC, canonical_romaji(word))]
    return [[_key(_LATIN, word)], elsewhere]


class KeyIndex:
    """Sorted keys of many documents in arrays."""

    def __init__(self, keys: NDArray[np.bytes_], rows: NDArray[np.int32],
                 weights: NDArray[np.float32], numbers: NDArray[np.int64]) -> None:  # fmt: skip
        self._keys, self._rows, self._weights, self._numbers = keys, rows, weights, numbers

    @classmethod
    def build(cls, documents: Iterable[tuple[int, Sequence[Key]]]) -> KeyIndex:
        """Index the keys of documents, given as (document number, keys)."""
        listed = list(documents)
        numbers = np.array([number for number, _ in listed], np.int64)
        encoded = [key.encode()[:_BYTES] for _, keys in listed for key, _ in keys]
        rows = np.repeat(np.arange(len(listed), dtype=np.int32), [len(k) for _, k in listed])
        weights = np.array([weight for _, keys in listed for _, weight in keys], np.float32)
        keys = np.array(encoded, f"S{_BYTES}") if encoded else np.empty(0, f"S{_BYTES}")
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], rows[order], weights[order], numbers)

    def match(self, words: Sequence[TypedWord]) -> dict[int, float]:
        """Return how well each document's keys begin with `words`, by document number, in 0..1.

        A document that matches all words in its title has 1; one that matches none is left out.
        """
        total = sum(word.share for word in words)
        if not total or not len(self._numbers):
            return {}
        scores = np.zeros(len(self._numbers), np.float32)
        for word in words:
            scores += word.share / total * self._best_weights(word.text)
        found = np.flatnonzero(scores)
        return dict(zip(self._numbers[found].tolist(), scores[found].tolist(), strict=True))

    def _best_weights(self, word: str) -> NDArray[np.float32]:
        best = np.zeros(len(self._numbers), np.float32)
        for alternatives in _lookups(word):
            for key in alternatives:
                found = self._range(key)
                np.maximum.at(best, self._rows[found], self._weights[found])
            if np.count_nonzero(best) > _FEW:
                break
        return best

    def _range(self, key: str) -> slice:
        # Bounds of the array's own type: with another, the whole array would be copied to compare.
        first = key.encode()[:_BYTES]
        bounds = np.array([first, (first + b"\xff" * _BYTES)[:_BYTES]], self._keys.dtype)
        low = int(np.searchsorted(self._keys, bounds[0], side="left"))
        return slice(low, int(np.searchsorted(self._keys, bounds[1], side="right")))
