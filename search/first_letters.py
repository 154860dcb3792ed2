"""What people type first: the beginnings of the words that titles and questions begin with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice

from search.analysis.normalise import fold
from search.input_states import input_states
from search.store import Record

_READ = 5_000
"""Documents that tell; more would tell the same."""


def first_letters(records: Iterable[Record], most: int) -> list[tuple[str, str]]:
    """Return (text, locale), commonest first: one or two letters, or a syllable as it is made."""
    counts: Counter[tuple[str, str]] = Counter()
    for record in islice(records, _READ):
        for line in (record.title, *record.questions):
            word = fold("".join(line.split(maxsplit=1)[:1]))
            begun = word[:2] if word[:2].isascii() else word[:1]
            counts.update((text, record.locale) for text in input_states(begun))
    return [each for each, _ in counts.most_common(most)]
