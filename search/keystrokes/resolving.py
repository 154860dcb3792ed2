"""Where typed words stand in the segments: as themselves, as something else, or with a slip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.keys import HANGUL, LATIN, LONGEST_KEY, Lookup, TypedWord, lookups, splits
from search.keystrokes.segment import Range, Segment
from search.keystrokes.tops import CROWDED
from search.keystrokes.typos import SHORTEST, near_ranges

_ENOUGH = 5
"""Documents that make it needless to look for what else a word may stand for."""
_SHORT = 3
"""Documents that make it needless to look for slips in a single word; among several one is enough,
because the others tell whether it is the right one."""
_CONTENT = 0.5
"""Share from which on a word is not one of asking; half a word that was read as two has as much."""
_MOST_SLIPS = 2
"""Words of a question that slips are looked for in."""
_FEW = 32
_SLIP = 0.25
"""What a slip takes off the worth of a match."""
_AMONG_OTHERS = 0.75
"""What a word with a slip is worth in a longer question: more words are near something by chance,
and the others tell what is meant."""

Mask = NDArray[np.bool_]
"""Which rows of a segment may be seen."""


@dataclass(frozen=True, slots=True)
class Part:
    """A range of keys that a word was found in, and what finding it there is worth, 0..1."""

    keys: Range
    factor: float


@dataclass(slots=True)
class Resolved:
    """Where one word was found: a list of parts for each segment."""

    share: float
    size: int
    """Letters that count towards the title's; none when it stands for something else."""
    parts: list[list[Part]]
    corrected: bool = False
    """Whether it was found only by assuming a slip."""

    def drop_slips(self) -> None:
        """Forget what was found only by assuming a slip."""
        if self.corrected:
            self.parts = [[] for _ in self.parts]
            self.corrected = False


class Resolver:
    """Looks words up in all segments, among the rows that may be seen."""

    def __init__(self, segments: Sequence[Segment], masks: Sequence[Mask | None]) -> None:
        self._segments, self._masks = segments, masks

    def resolve_all(self, words: Sequence[TypedWord]) -> list[Resolved]:
        """Return where each word was found.

        A slip is believed when more than half of what was typed is found with it: of words that
        mean something else to an asker one or the other is always near something.
        """
        short = _SHORT if len(words) == 1 else 1
        worth = 1.0 if len(words) == 1 else _AMONG_OTHERS
        found = [self.resolve(word) for word in words]
        missed = [
            i
            for i, each in enumerate(found)
            if _may_slip(words[i]) and not any(self._reaches(r, short) for r in each)
        ]
        for i in missed[:_MOST_SLIPS]:
            self._add_slips(found[i][0], words[i], worth)
        resolved = [each for several in found for each in several]
        content = [each for each in resolved if each.share >= _CONTENT]
        if 2 * sum(self._reaches(each, 1) for each in content) <= len(content):
            for each in resolved:
                each.drop_slips()
        return resolved

    def resolve(self, word: TypedWord) -> list[Resolved]:
        """Return where a word was found as typed, or the two words that it was read as."""
        found = self._empty(word)
        for alternatives in lookups(word):
            self._add(found, alternatives)
            if self._reaches(found, _ENOUGH):
                return [found]
            if not self._reaches(found, 1):
                found.size = 0
        if not self._reaches(found, 1):
            for both in self._halves(word):
                return both
        return [found]

    def _empty(self, word: TypedWord) -> Resolved:
        return Resolved(word.share, word.size, [[] for _ in self._segments])

    def _add(self, found: Resolved, alternatives: Iterable[Lookup]) -> None:
        for lookup in alternatives:
            prefix = lookup.key.encode()[:LONGEST_KEY]
            for parts, segment in zip(found.parts, self._segments, strict=True):
                keys = segment.range_of(prefix)
                if keys[0] < keys[1]:
                    parts.append(Part(keys, lookup.factor))

    def _halves(self, word: TypedWord) -> Iterator[list[Resolved]]:
        for halves in splits(word):
            both = [self._empty(half) for half in halves]
            for half, found in zip(halves, both, strict=True):
                for alternatives in lookups(half):
                    self._add(found, alternatives)
            if all(self._reaches(found, 1) for found in both):
                yield both

    def _add_slips(self, found: Resolved, word: TypedWord, worth: float) -> None:
        key = _own_key(word)
        # Behind Hangul there may be a particle.
        whole = word.finished and key[0] == LATIN
        had_any = self._reaches(found, 1)
        for parts, segment in zip(found.parts, self._segments, strict=True):
            near = near_ranges(segment, key[0], key[1:LONGEST_KEY], whole=whole)
            parts.extend(Part(keys, worth * (1 - _SLIP * cost)) for keys, cost in near)
        found.corrected = not had_any and self._reaches(found, 1)

    def _reaches(self, found: Resolved, count: int) -> bool:
        """Tell whether a word was found in at least `count` documents that may be seen."""
        seen = 0
        for segment, mask, parts in zip(self._segments, self._masks, found.parts, strict=True):
            if mask is None and sum(segment.count(part.keys) for part in parts) > CROWDED:
                return True
            rows: set[int] = set()
            for part in parts:
                behind = segment.postings(part.keys)[0][:CROWDED]
                # A few of them nearly always tell.
                for some in (behind[:_FEW], behind[_FEW:]):
                    rows.update((some if mask is None else some[mask[some]]).tolist())
                    if seen + len(rows) >= count:
                        return True
            seen += len(rows)
        return False


def _own_key(word: TypedWord) -> str:
    """Return the key of a word as what it is."""
    return next(lookups(word))[-1].key


def _may_slip(word: TypedWord) -> bool:
    """Tell whether a slip in a word can be mended, and a word of asking is not worth it."""
    key = _own_key(word)
    return key[0] in (LATIN, HANGUL) and len(key) > SHORTEST and word.share >= _CONTENT
