"""What a writer should know of a text: what it answers, what is like it, what is amiss."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.editing.actors import Actor
from app.editor.asked import Asked, VisitorQuestions, rank_questions
from app.editor.missing_words import find_missing_words
from app.editor.previewing import Preview
from app.editor.trying import Near, Tried, TriedIndex
from app.editor.writing_checks import (
    Readability,
    count_wordless_pictures,
    find_skipped_headings,
    measure_sentences,
)
from app.markup.links import RenderWarning
from app.models import Article, Media
from app.reading import opening_of

LARGEST_COMFORTABLE = 1024 * 1024
"""Bytes of a picture above which a telephone on the road waits for it."""
_STORED = re.compile(r'src="/media/([0-9a-f]{64})/([^"]*)"')


@dataclass(frozen=True, slots=True)
class Advice:
    """All of it, for the panel beside the text."""

    asked: tuple[Asked, ...]
    is_ranked: bool
    """Whether places are known: not while there is no index."""
    near: tuple[Near, ...]
    readability: Readability | None
    warnings: tuple[RenderWarning, ...]
    wordless_pictures: int
    skipped_headings: tuple[str, ...]
    large_pictures: tuple[str, ...]
    missing_words: tuple[str, ...]
    as_suggestion: tuple[str, str]
    """Title and answer."""

    @property
    def faults(self) -> int:
        """How many things are amiss."""
        parts = (self.warnings, self.skipped_headings, self.large_pictures)
        return sum(map(len, parts)) + self.wordless_pictures


def advise(
    session: Session,
    actor: Actor,
    index: TriedIndex,
    article: Article,
    preview: Preview,
    visitors: VisitorQuestions,
    *,
    now: datetime,
) -> Advice:
    """Look at a text (`preview`) as if it were published, whether it is saved or being typed.

    Other articles are named only where `actor` may read them.
    """
    content, rendered = preview.content, preview.rendered
    tried = Tried.out(session, index, article, preview, now)
    words = " ".join(
        (content.title, content.body, *content.questions, *content.tags, article.article_id)
    )
    return Advice(
        asked=tuple(rank_questions(tried, content.questions, visitors)),
        is_ranked=tried.trial is not None,
        near=tried.near(actor),
        readability=measure_sentences(rendered.sections, article.locale),
        warnings=rendered.warnings,
        wordless_pictures=count_wordless_pictures(rendered.html),
        skipped_headings=tuple(find_skipped_headings(rendered.headings)),
        large_pictures=tuple(_large_pictures(session, rendered.html)),
        missing_words=tuple(find_missing_words(list(visitors.own.elements()), words)),
        as_suggestion=(content.title, tried.own_answer() or opening_of(rendered.sections)),
    )


def _large_pictures(session: Session, html: str) -> Sequence[str]:
    names = dict(_STORED.findall(html))
    if not names:
        return ()
    large = select(Media.sha256).where(
        Media.sha256.in_(list(names)), Media.size > LARGEST_COMFORTABLE
    )
    return [names[sha256] for sha256 in session.scalars(large)]
