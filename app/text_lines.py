"""Which lines two texts share: what comparing and merging stand on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_MOST_PAIRS = 3_000_000
"""Pairs of equal lines that are looked at; a text of a million empty lines has more."""


@dataclass(frozen=True, slots=True)
class Match:
    """`size` equal lines, from line `old` of one text and line `new` of the other, from 0."""

    old: int
    new: int
    size: int


def split_lines(text: str) -> list[str]:
    """The lines with whatever ends them; joined they are the text again."""
    return text.splitlines(keepends=True)


def match_lines(old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """The longest runs of equal lines, in order; the last has size 0 and stands at both ends.

    Texts whose changed middle repeats itself too often to be compared share their beginning and
    end only: what lies between then counts as changed, which is safe, if coarse.
    """
    head = _shared_start(old, new)
    tail = _shared_start(old[head:][::-1], new[head:][::-1])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    matches = [Match(0, 0, head)] if head else []
    if _is_comparable(middle_old, middle_new):
        matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        blocks = matcher.get_matching_blocks()[:-1]
        matches += [Match(head + block.a, head + block.b, block.size) for block in blocks]
    if tail:
        matches.append(Match(len(old) - tail, len(new) - tail, tail))
    return [*matches, Match(len(old), len(new), 0)]


def _shared_start(old: Sequence[str], new: Sequence[str]) -> int:
    length = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        length += 1
    return length


def _is_comparable(old: Sequence[str], new: Sequence[str]) -> bool:
    counts = Counter(new)
    return sum(counts[line] for line in old) <= _MOST_PAIRS
