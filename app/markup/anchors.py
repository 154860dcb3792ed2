"""Fragments: a stable, unique name for every heading, in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_DROPPED = re.compile(r"[^\w\- ]")
_EDGES = re.compile(r"^-+|-+$")


def slugify(text: str) -> str:
    """A heading's words as a fragment: lower case, letters of any script kept, blanks to hyphens.

    As GitHub does it (NFC, punctuation dropped), without hyphens at the ends. May be empty.
    """
    words = unicodedata.normalize("NFC", text).strip().lower()
    return _EDGES.sub("", _DROPPED.sub("", " ".join(words.split())).replace(" ", "-"))[:120]


class Anchors:
    """Hands out each fragment once: `step`, `step-1`, `step-2`."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def claim(self, text: str) -> str:
        """A fragment for a heading with these words that no other heading has."""
        base = slugify(text) or "section"
        anchor, number = base, self._next.get(base, 0)
        while anchor in self._taken:
            number += 1
            anchor = f"{base}-{number}"
        self._next[base] = number
        self._taken.add(anchor)
        return anchor
