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
_ALPHABET = b"abcdefghijklmnopqrstuvwxyz"
_NEIGHBOUR = 0.7

Letters = NDArray[np.uint8]
"""Shape (words, letters), zero behind the last letter of each."""
Costs = NDArray[np.float32]
"""Shape (words,)."""


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
        return list(_varied(segment, namespace, *_variants(word, itself=False), whole=whole))
    found = _compare(segment, namespace, word, _VARIED, 1, whole=whole)
    if found or len(word) <= _ONE_EDIT_UP_TO:
        return found
    return _compare(segment, namespace, word, _VARIED_FOR_TWO, 2, whole=whole)


def _variants(word: str, *, itself: bool) -> tuple[Letters, Costs]:
    """Return the words one edit away, and `word` `itself` if wanted, and what each edit costs.

    Some words come more than once, the cheapest way among them.
    """
    recipes, places, wrong = _recipes(len(word))
    typed = np.frombuffer(word.encode(), np.uint8)
    varied = np.concatenate([typed, np.frombuffer(b"\0" + _ALPHABET, np.uint8)])[recipes]
    costs = np.ones(len(recipes), np.float32)
    costs[: len(places)] = _substitution_costs()[typed[places], wrong]
    if itself:
        return varied, costs
    other = (varied[:, : len(word)] != typed).any(axis=1) | (varied[:, len(word)] != 0)
    return varied[other], costs[other]


@cache
def _recipes(size: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Letters]:
    """Return how to make the variants of any word of `size` letters.

    A row says for each letter where it is taken from: from the word, the zero behind it, or the
    alphabet behind that. Wrong letters come first: also returns their places and what they are.
    """
    kept, nothing = list(range(size)), size
    alphabet = range(size + 1, size + 1 + len(_ALPHABET))
    wrong = [[*kept[:i], new, *kept[i + 1 :], nothing] for i in kept for new in alphabet]
    inserted = [[*kept[:i], new, *kept[i:]] for i in range(size + 1) for new in alphabet]
    lost = [[*kept[:i], *kept[i + 1 :], nothing, nothing] for i in kept]
    swapped = [[*kept[:i], i + 1, i, *kept[i + 2 :], nothing] for i in kept[:-1]]
    places = np.repeat(np.arange(size), len(_ALPHABET))
    letters = np.tile(np.frombuffer(_ALPHABET, np.uint8), size)
    return np.array(wrong + inserted + lost + swapped), places, letters


def _varied(
    segment: Segment, namespace: str, letters: Letters, costs: Costs, *, whole: bool = False
) -> Iterator[tuple[Range, float]]:
    """Yield the ranges of keys that begin with one of the words `letters`, cut at seven letters."""
    heads = np.zeros((len(letters), 8), np.uint8)
    heads[:, 0] = ord(namespace)
    cut = min(_VARIED, letters.shape[1])
    heads[:, 1 : cut + 1] = letters[:, :cut]
    packed = heads.view(">u8")[:, 0].astype(np.uint64)
    order = np.lexsort((costs, packed))
    order = order[np.insert(np.diff(packed[order]) != 0, 0, True)]
    first = packed[order]
    unused = (8 - np.count_nonzero(heads[order], axis=1)).astype(np.uint64) * np.uint64(8)
    # A shift by all 64 bits is no shift: there are never fewer letters than the namespace.
    last = first | ((np.uint64(1) << unused) - np.uint64(1))
    ranges = segment.ranges_of(first, first if whole else last)
    for i in np.flatnonzero(ranges[:, 1] > ranges[:, 0]).tolist():
        yield (int(ranges[i, 0]), int(ranges[i, 1])), float(costs[order[i]])


def _compare(
    segment: Segment, namespace: str, word: str, varied: int, edits: int, *, whole: bool
) -> list[tuple[Range, float]]:
    """Return the keys within `edits` of `word` whose first letters are within one."""
    letters, costs = _variants(word[: varied + 1], itself=True)
    near = _varied(segment, namespace, letters[:, :varied], costs)
    pieces = [np.arange(*keys) for keys, _ in near]
    if not pieces:
        return []
    keys = np.unique(np.concatenate(pieces))[:_COMPARED]
    edited = distances(segment.letters(keys)[:, 1:], word, edits, whole=whole)
    within = np.flatnonzero(edited <= edits + 1e-3)
    return [((int(keys[i]), int(keys[i]) + 1), float(edited[i])) for i in within]


def distances(
    letters: NDArray[np.uint8], word: str, edits: int, *, whole: bool
) -> NDArray[np.float32]:
    """Return what edits turn `word` into each key, or into a beginning of it, shape (keys,).

    `letters`: shape (keys, letters), zero behind the last. The optimal string alignment distance
    within a band of `edits` letters either way: more than `edits` stands for any more.
    """
    band, typed = edits, word.encode()
    substitution, far = _substitution_costs(), np.float32(9)
    # Letters a row each, so that the cells of a band lie in one piece; 255 is no letter.
    rows = np.zeros((band + len(typed) + band, len(letters)), np.uint8)
    rows[:band] = 255
    seen = min(letters.shape[1], len(rows) - band)
    rows[band : band + seen] = letters[:, :seen].T
    # Cell k of row i: what it costs to turn i letters of the word into i - band + k of the key.
    before = after = np.repeat(_first_cells(band), len(letters), axis=1)
    for i, letter in enumerate(typed, 1):
        here = rows[i - 1 : i + 2 * band]
        cells = after + substitution[letter][here]
        np.minimum(cells[:-1], after[1:] + np.float32(1), out=cells[:-1])
        if i > 1:
            swapped = (rows[i - 2 : i + 2 * band - 1] == letter) & (here == typed[i - 2])
            np.minimum(cells, before + np.float32(1), out=cells, where=swapped)
        if i <= band:
            cells[: band - i], cells[band - i] = far, i
        for k in range(1, 2 * band + 1):
            np.minimum(cells[k], cells[k - 1] + np.float32(1), out=cells[k])
        before, after = after, cells
    if not whole:
        return np.asarray(np.minimum.reduce(after), np.float32)
    ends = np.count_nonzero(letters, axis=1) - (len(typed) - band)
    inside = (ends >= 0) & (ends <= 2 * band)
    at_ends = after[np.where(inside, ends, 0), np.arange(len(letters))]
    return np.asarray(np.where(inside, at_ends, far), np.float32)


def _first_cells(band: int) -> Costs:
    """Return what it costs to turn nothing into beginnings of a key, shape (cells, 1)."""
    cells = np.arange(-band, band + 1, dtype=np.float32)
    cells[:band] = 9
    return cells[:, None]


@cache
def _substitution_costs() -> NDArray[np.float32]:
    """Return what it costs to type one letter instead of another, shape (256, 256)."""
    costs = np.ones((256, 256), np.float32)
    np.fill_diagonal(costs, 0)
    for pair in neighbours():
        costs[ord(pair[0]), ord(pair[1])] = _NEIGHBOUR
    return costs
