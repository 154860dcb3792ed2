"""What somebody asks, before it is answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know, and the circumstances."""

    text: str
    locale: str | None = None
    """The asker's language, a preference; None when unknown."""
    category: str | None = None
    only_locale: str | None = None
    """A language that all results must be in; used by `search`."""
    products: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset({"public"})
    limit: int = 5
    """Suggestions wanted; used by `suggest`, at most MOST_ITEMS."""
    page: int = 1
    """Page of results, from 1; used by `search`."""
    per_page: int = 10
    page_url: str = ""
    """Address of the page on which the question is asked."""
    session: str = ""
    """The visit, as the visitor's browser names it; never used for ranking."""
    visitor: str = ""
    """The name that the asker's browser made for the experiment; never used for ranking."""
    explain: bool = False
    """Whether each answer shall say how it was ranked; for operators, not for visitors."""
