"""The engine's vocabulary: what goes in (Document), what is asked (Query), what comes out (Hit).

Nothing here knows of the web, the database or a file on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

Span = tuple[int, int]
"""A half-open range [start, end) of code points."""

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, how much is done, how much there is)."""


def no_progress(label: str, done: int, total: int) -> None:
    """A Progress for callers that have nobody to show it to."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of an article under one heading."""

    path: tuple[str, ...]
    """Headings from the outermost to this section's own; empty before the first heading."""
    anchor: str
    """Fragment that opens the section; empty for the top of the article."""
    text: str
    """Readable plain text; paragraphs separated by a blank line."""


@dataclass(frozen=True, slots=True)
class Document:
    """One article in one language."""

    id: str
    article_id: str
    locale: str
    title: str
    sections: tuple[Section, ...]
    questions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    category: str = ""
    products: tuple[str, ...] = ()
    audience: str = "public"
    quality: float = 0.0
    """Prior usefulness, 0..1; breaks ties and orders the as-you-type keys."""

    def storable(self) -> Document:
        """Return the same without halves of surrogate pairs, which no file can hold."""
        return replace(
            self, **{each.name: _storable(getattr(self, each.name)) for each in fields(self)}
        )


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, Section):
        return Section(_storable(value.path), value.anchor, _storable(value.text))
    return tuple(map(_storable, value)) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Query:
    """A question and who asks it."""

    text: str
    locale: str | None = None
    """The asker's language: a preference, never a filter."""
    category: str | None = None
    products: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset({"public"})
    limit: int = 5
    offset: int = 0
    explain: bool = False
    """Whether each hit shall say how it was ranked."""


@dataclass(frozen=True, slots=True)
class LegScore:
    """How one leg of the ranking saw an article."""

    rank: int | None
    """Place among the articles by this leg alone, from 1; None where it did not find this one."""
    score: float
    """0..1."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an article came to its place."""

    words: LegScore
    """BM25 over the best score the question could reach."""
    keys: LegScore
    """How well the keys begin with what is typed; only while one types."""
    meaning: LegScore
    """Cosines, rescaled from the range that the model uses."""
    fused: float
    score: float
    """Calibrated to 0..1."""
    floor: float
    """Fused score that the first article had to reach; while one types it may be less."""
    terms: tuple[str, ...]
    """Terms of the question that the article holds; while one types, what they may become."""
    locale: str
    """Language of the version that was found; another one may be shown."""
    heading: str
    """Heading over the passage nearest in meaning; empty before the first one, or without one."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One article that answers, and the passage that does."""

    document_id: str
    article_id: str
    locale: str
    title: str
    title_highlights: tuple[Span, ...]
    answer: str
    answer_highlights: tuple[Span, ...]
    anchor: str
    heading: str
    score: float
    """Calibrated to 0..1."""
    why: tuple[str, ...]
    """Of "title", "question", "heading", "tag", "text", "meaning", "prefix"."""
    foreign: bool
    """The article is in another language than the one asked in."""
    category: str
    explanation: Explanation | None = None
    """Given where the query asks for it."""


@dataclass(frozen=True, slots=True)
class Results:
    """Ranked hits. `total` counts all that cleared the floor, not only those shown; of suggestions,
    which have no second page, it tells no more than whether there are others."""

    hits: tuple[Hit, ...]
    total: int
    no_answer: bool
    degraded: bool
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    did_you_mean: str | None = None
