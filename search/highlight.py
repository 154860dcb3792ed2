"""Where the words of a question stand in a text, so that the eye finds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from search.analysis.keystrokes import script_runs
from search.analysis.normalise import FoldedText
from search.analysis.question_words import is_question_word
from search.analysis.tokens import first_letters, query_terms, terms, tokenise
from search.document import Span


@dataclass(frozen=True, slots=True)
class Needle:
    """What to look for: the terms of a question and, while one types, its unfinished last word."""

    terms: frozenset[str]
    prefix: str
    firsts: frozenset[str]
    """See `search.analysis.tokens.first_letters`."""

    @classmethod
    def of(cls, text: str, *, typing: bool) -> Needle:
        """Read a question. A single syllable of a longer Korean word is no match of its own."""
        asked = [term for term in query_terms(text) if not is_question_word(term)]
        longer = {term for term in asked if len(term) > 1}
        runs = script_runs(text) if typing and not text[-1:].isspace() else []
        sought, prefix = frozenset(longer or asked), runs[-1] if runs else ""
        return cls(sought, prefix, first_letters([*sought, prefix]))

    def matches(self, term: str) -> bool:
        """Tell whether a term of the text is one of these or begins with the last word."""
        return term in self.terms or (len(self.prefix) > 1 and term.startswith(self.prefix))

    def is_in(self, text: str) -> bool:
        """Tell whether anything of it stands in a raw text, such as an article's questions."""
        return any(map(self.matches, _terms_of(text)))


def highlights(text: str, needle: Needle) -> tuple[Span, ...]:
    """Return the ranges of `text`, in code points, that `needle` matches; none touch or overlap."""
    folded = FoldedText.of(text)
    found = [
        folded.original_span(token.start, token.end)
        for token in tokenise(folded.text, needle.firsts)
        if needle.matches(token.term)
    ]
    return tuple(_merged(found))


@lru_cache(4_096)
def _terms_of(text: str) -> frozenset[str]:
    # Titles' questions and tags are looked at again and again; some hundred bytes each.
    return frozenset(terms(text))


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
