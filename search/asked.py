"""What was asked, and no more of it than is read."""

from __future__ import annotations

from dataclasses import dataclass

from search.analysis.normalise import fold
from search.document import Query
from search.ranking import Mode

LONGEST_QUESTION = 1_000
"""Characters of a question that are read; the rest changes nothing but the time it takes."""
_LETTERS_IN_ONE = 18


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and all that its answer depends on."""

    generation: str
    revision: int
    typing: bool
    mode: Mode
    query: Query


def bounded(text: str) -> str:
    """Return no more of a question than is read, folded too: ﷺ stands for eighteen letters."""
    text = text[:LONGEST_QUESTION]
    if len(text) * _LETTERS_IN_ONE <= LONGEST_QUESTION or text.isascii():
        return text
    folded = fold(text)
    return text if len(folded) <= 2 * LONGEST_QUESTION else folded[:LONGEST_QUESTION]
