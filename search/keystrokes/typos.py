"""Keys that begin with nearly what was typed: one slip, or two in a long word.

An edit is an inserted, lost, wrong or transposed letter (Damerau 1964, "A technique for computer
detection and correction of spelling errors"). Hangul is compared by the keys of its letters, so a
wrong jamo is one edit; where Korean or Latin letters lie beside each other, a wrong one costs less.

All words one edit away from what was typed, some five hundred, are looked up at once: sorted, a
binary search for each costs little, and nothing has to be stored for it. Of a longer word only the
first letters are varied so, and the keys that begin with them are compared letter by letter. So two
slips within the first four letters are one too many.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from search.analysis.keyboard import neighbours
from search.keystrokes.segment import Range, Segment

SHORTEST = 4
"""Letters of a word from which on it may hold a slip."""
_ONE_EDIT_UP_TO = 8
_VARIED, _VARIED_FOR_TWO = 7, 4
_LONGEST = 20
_COMPARED = 4_096
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_NEIGHBOUR = 0.7


def near_ranges(
    segment: Segment, namespace: str, word: str, *, whole: bool
) -> list[tuple[Range, float]]:
    """Return ranges of keys that begin with nearly `word`, and what the slips cost, up to 2.

    `whole`: only keys that are nearly the word, because nothing more will come. Nothing is near a
    word that is short, or not written in Latin letters (or the keys of Hangul).
    """
    if len(word) < SHORTEST or not word.isascii() or not segment.columns.shape[1]:
        return []
    word = word[:_LONGEST]
    # One letter more, and the namespace, must leave room in eight bytes to see where a key ends.
    if len(word) <= (_VARIED - 2 if whole else _VARIED):
        return list(_varied(segment, namespace, _variants(word), whole=whole))
    found = _compare(segment, namespace, word, _VARIED, 1, whole=whole)
    if found or len(word) <= _ONE_EDIT_UP_TO:
        return found
    return _compare(segment, namespace, word, _VARIED_FOR_TWO, 2, whole=whole)


def _variants(word: str) -> dict[str, float]:
    """Return the words one edit away, and what that edit costs."""
    found: dict[str, float] = {}
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        found.update((head + letter + tail, 1.0) for letter in _ALPHABET)
        if tail:
            found[head + tail[1:]] = 1.0
            found.update((head + letter + tail[1:], 1.0) for letter in _ALPHABET)
        if len(tail) > 1:
            found[head + tail[1] + tail[0] + tail[2:]] = 1.0
    for i, letter in enumerate(word):
        close = [other for other in _ALPHABET if letter + other in neighbours()]
        found.update((word[:i] + other + word[i + 1 :], _NEIGHBOUR) for other in close)
    found.pop(word, None)
    return found


def _varied(
    segment: Segment, namespace: str, variants: dict[str, float], *, whole: bool = False
) -> Iterator[tuple[Range, float]]:
    """Yield the ranges of keys that begin with one of `variants`, of at most eight letters."""
    spelled = sorted(variants)
    heads = np.array([(namespace + each).encode()[:8] for each in spelled], "S8")
    first = heads.view(">u8").astype(np.uint64)
    unused = (8 - np.char.str_len(heads).astype(np.uint64)) * np.uint64(8)
    # A shift by all 64 bits is no shift: there are never fewer letters than the namespace.
    last = first | ((np.uint64(1) << unused) - np.uint64(1))
    ranges = segment.ranges_of(first, first if whole else last)
    for i in np.flatnonzero(ranges[:, 1] > ranges[:, 0]).tolist():
        yield (int(ranges[i, 0]), int(ranges[i, 1])), variants[spelled[i]]


def _compare(
    segment: Segment, namespace: str, word: str, varied: int, edits: int, *, whole: bool
) -> list[tuple[Range, float]]:
    """Return the keys within `edits` of `word` whose first letters are within one."""
    heads = {each[:varied]: 0.0 for each in _variants(word[: varied + 1])} | {word[:varied]: 0.0}
    pieces = [np.arange(*keys) for keys, _ in _varied(segment, namespace, heads)]
    if not pieces:
        return []
    keys = np.unique(np.concatenate(pieces))[:_COMPARED]
    costs = distances(segment.letters(keys)[:, 1:], word, edits, whole=whole)
    near = np.flatnonzero(costs <= edits + 1e-3)
    return [((int(keys[i]), int(keys[i]) + 1), float(costs[i])) for i in near]


def distances(
    letters: NDArray[np.uint8], word: str, edits: int, *, whole: bool
) -> NDArray[np.float32]:
    """Return what edits turn `word` into each key, or into a beginning of it, shape (keys,).

    `letters`: shape (keys, letters), zero behind the last. The optimal string alignment distance
    within a band of `edits` letters either way: more than `edits` stands for any more.
    """
    band, typed = edits, word.encode()
    width = min(letters.shape[1], len(typed) + band)
    substitution = _substitution_costs()
    far = np.full(len(letters), 9, np.float32)
    rows = [[np.full(len(letters), j, np.float32) for j in range(width + 1)]]
    for i, letter in enumerate(typed, 1):
        row = [far] * (width + 1)
        if i <= band:
            row[0] = np.full(len(letters), i, np.float32)
        for j in range(max(1, i - band), min(width, i + band) + 1):
            best = rows[-1][j - 1] + substitution[letter][letters[:, j - 1]]
            best = np.minimum(best, np.minimum(rows[-1][j], row[j - 1]) + np.float32(1))
            if i > 1 and j > 1:
                swapped = (letters[:, j - 2] == letter) & (letters[:, j - 1] == typed[i - 2])
                best = np.where(swapped, np.minimum(best, rows[-2][j - 2] + np.float32(1)), best)
            row[j] = best
        rows = [rows[-1], row]
    if not whole:
        return np.asarray(np.minimum.reduce(rows[-1]), np.float32)
    ends = np.minimum(np.count_nonzero(letters, axis=1), width + 1)
    by_end = np.stack([*rows[-1], far])
    return np.asarray(by_end[ends, np.arange(len(letters))], np.float32)


@cache
def _substitution_costs() -> NDArray[np.float32]:
    """Return what it costs to type one letter instead of another, shape (256, 256)."""
    costs = np.ones((256, 256), np.float32)
    np.fill_diagonal(costs, 0)
    for pair in neighbours():
        costs[ord(pair[0]), ord(pair[1])] = _NEIGHBOUR
    return costs
