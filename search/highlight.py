"""Where the words of a question stand in a text, so that the eye finds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from search.analysis.keystrokes import script_runs
from search.analysis.normalise import FoldedText, fold
from search.analysis.question_words import is_question_word
from search.analysis.tokens import Token, query_terms, tokenise
from search.document import Span


@dataclass(frozen=True, slots=True)
class Needle:
    """What to look for: the terms of a question and, while one types, its unfinished last word."""

    terms: frozenset[str]
    prefix: str

    @classmethod
    def of(cls, text: str, *, typing: bool) -> Needle:
        """Read a question. A single syllable of a longer Korean word is no match of its own."""
        terms = [term for term in query_terms(text) if not is_question_word(term)]
        longer = {term for term in terms if len(term) > 1}
        runs = script_runs(text) if typing and not text[-1:].isspace() else []
        return cls(frozenset(longer or terms), runs[-1] if runs else "")

    def matches(self, token: Token) -> bool:
        """Tell whether a token of the text is one of the terms or begins with the last word."""
        return token.term in self.terms or bool(
            self.prefix and len(self.prefix) > 1 and token.term.startswith(self.prefix)
        )

    def is_in(self, text: str) -> bool:
        """Tell whether anything of it stands in a raw text."""
        return any(self.matches(token) for token in tokenise(fold(text)))


def highlights(text: str, needle: Needle) -> tuple[Span, ...]:
    """Return the ranges of `text`, in code points, that `needle` matches; none touch or overlap."""
    folded = FoldedText.of(text)
    found = [
        folded.original_span(token.start, token.end)
        for token in tokenise(folded.text)
        if needle.matches(token)
    ]
    return tuple(_merged(found))


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
