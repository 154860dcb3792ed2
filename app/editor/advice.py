"""What a writer should know of a text: what it answers, what is like it, what is amiss."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.answers import Answer, Index, Question, search, suggest
from app.editing.actors import Actor
from app.editing.covering import covered
from app.editor.missing_words import find_missing_words
from app.editor.previewing import Preview
from app.editor.writing_checks import (
    Readability,
    count_wordless_pictures,
    find_skipped_headings,
    measure_sentences,
)
from app.models import AUDIENCES, Article, EpisodeRecord, Media
from app.reading import opening_of

LARGEST_COMFORTABLE = 1024 * 1024
"""Bytes of a picture above which a telephone on the road waits for it."""
_NEAR = 0.85
"""Calibrated score from which another article is likely to answer the same question."""
_MOST_ASKED = 5
_MOST_QUESTIONS = 8
_EPISODES_READ = 2000
_STORED = re.compile(r'src="/media/([0-9a-f]{64})/([^"]*)"')


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and where the article stands among the answers to it."""

    text: str
    rank: int | None
    """From 1; None where it is not among the first ten."""
    source: str
    """`title`, `question` (one that its front matter names) or `visitors`."""
    times: int = 0


@dataclass(frozen=True, slots=True)
class Advice:
    """All of it, for the panel beside the text."""

    asked: tuple[Asked, ...]
    is_searchable: bool
    """Whether customers find it now; the places are those of the text they see."""
    near: tuple[Answer, ...]
    readability: Readability | None
    warnings: tuple[tuple[str, str], ...]
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
    index: Index,
    article: Article,
    preview: Preview,
    *,
    now: datetime,
) -> Advice:
    """Look at a text as it is now (`preview`), and at how its article is found.

    Other articles are named only where `actor` may read them.
    """
    content, rendered = preview.content, preview.rendered
    queries = queries_of_visitors(session, article.article_id)
    near, own = _nearest(session, actor, index, article, content.title, now)
    words = " ".join(
        (content.title, content.body, *content.questions, *content.tags, article.article_id)
    )
    return Advice(
        asked=tuple(_asked(session, index, article, preview, queries, now)),
        is_searchable=article.is_visible(now),
        near=near,
        readability=measure_sentences(rendered.sections, article.locale),
        warnings=rendered.warnings,
        wordless_pictures=count_wordless_pictures(rendered.html),
        skipped_headings=tuple(find_skipped_headings(rendered.headings)),
        large_pictures=tuple(_large_pictures(session, rendered.html)),
        missing_words=tuple(find_missing_words(list(queries.elements()), words)),
        as_suggestion=(content.title, own or opening_of(rendered.sections)),
    )


def queries_of_visitors(session: Session, article_id: str) -> Counter[str]:
    """What visitors asked before they read the article, by how many needs for help; lower case."""
    newest = select(EpisodeRecord.evidence).order_by(EpisodeRecord.started_at.desc())
    counted: Counter[str] = Counter()
    for evidence in session.scalars(newest.limit(_EPISODES_READ)):
        if article_id in evidence.get("read", ()):
            counted.update({str(query).casefold() for query in evidence.get("queries", ())})
    return counted


def _asked(
    session: Session,
    index: Index,
    article: Article,
    preview: Preview,
    queries: Counter[str],
    now: datetime,
) -> list[Asked]:
    given = [(preview.content.title, "title", 0)]
    given += [(each, "question", 0) for each in preview.content.questions[:_MOST_QUESTIONS]]
    given += [(query, "visitors", n) for query, n in queries.most_common(_MOST_ASKED)]
    found = []
    for text, source, times in given:
        rank = rank_of(session, index, article, text, now) if article.is_visible(now) else None
        found.append(Asked(text, rank, source, times))
    return found


def rank_of(
    session: Session, index: Index, article: Article, text: str, now: datetime
) -> int | None:
    """The article's place among the answers to `text`, for those who may read it; from 1."""
    question = Question(
        text=text[:500],
        locale=article.locale,
        audiences=frozenset({"public", article.audience}),
        per_page=10,
    )
    items = search(question, session=session, index=index, now=now).items
    return next(
        (place for place, item in enumerate(items, 1) if item.article_id == article.article_id),
        None,
    )


def _nearest(
    session: Session, actor: Actor, index: Index, article: Article, title: str, now: datetime
) -> tuple[tuple[Answer, ...], str]:
    """Other articles that answer what this one's title asks, and its own answer to that."""
    question = Question(text=title[:500], locale=article.locale, audiences=frozenset(AUDIENCES))
    items = suggest(question, session=session, index=index, now=now).items
    own = next((item.text for item in items if item.article_id == article.article_id), "")
    others = [item for item in items if item.article_id != article.article_id]
    near = [item for item in others if item.score >= _NEAR]
    readable = _readable(session, actor, near)
    return tuple(item for item in near if (item.article_id, item.locale) in readable)[:3], own


def _readable(session: Session, actor: Actor, answers: Sequence[Answer]) -> set[tuple[str, str]]:
    """Ids and languages of those that the actor may read in the editor."""
    found = select(Article.article_id, Article.locale).where(
        Article.article_id.in_([item.article_id for item in answers]), covered(actor, "read")
    )
    return {(article_id, locale) for article_id, locale in session.execute(found)}


def _large_pictures(session: Session, html: str) -> Sequence[str]:
    names = dict(_STORED.findall(html))
    if not names:
        return ()
    large = select(Media.sha256).where(
        Media.sha256.in_(list(names)), Media.size > LARGEST_COMFORTABLE
    )
    return [names[sha256] for sha256 in session.scalars(large)]
