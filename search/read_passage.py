"""Passages with their terms: cut when they are put into the index, so that nobody waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from search.analysis.tokens import terms
from search.passages import Passage, sentences

_LINE, _SPACED_LINE = "\n", " \n "


class PassageTerms:
    """The terms of the headings above a passage and of each of its sentences, kept as a text.

    A line for the headings, then one for each sentence. A question has few terms: looking for them
    in the text costs less than making sets of all of its terms, and keeping those.
    """

    def __init__(self, text: str) -> None:
        """Take what `dump` wrote. Terms hold no white space."""
        self._text = text

    @classmethod
    def of(cls, passage: Passage) -> PassageTerms:
        """Cut a passage into terms."""
        texts = (" ".join(passage.path), *sentences(passage.text))
        return cls("\n".join(" ".join(dict.fromkeys(terms(text))) for text in texts))

    def dump(self) -> str:
        """Return this as a text."""
        return self._text

    @cached_property
    def spaced(self) -> str:
        """Terms of the headings and of all sentences, with a space before and behind each."""
        return f" {self._text.replace(_LINE, _SPACED_LINE)} "

    @property
    def sentences(self) -> list[str]:
        """Terms of each sentence, with a space before and behind each."""
        return self.spaced.split(_LINE)[1:]


@dataclass(frozen=True)
class ReadPassage:
    """A passage as it is read again and again."""

    id: int
    passage: Passage
    terms: PassageTerms

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What `terms` has lines for."""
        return tuple(sentences(self.passage.text))
