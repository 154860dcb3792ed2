"""A text tried out as if it were published: its place for each question, and articles like it.

The engine lays the text over its index for these few questions (`search/trial.py`); nothing is
written, and nobody else is answered from it. The database has its say as in every answer: what
customers may not see takes no place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.answers import Index, Question, search
from app.editing.actors import Actor
from app.editing.covering import covered
from app.editor.previewing import Preview
from app.indexing import document_of, sections_of
from app.models import AUDIENCES, Article
from app.published import visible_articles
from app.wording import LONGEST_QUESTION, clean_question
from search.document import Document, Hit, Query, Results

_RANKED = 10
_SPARE = 5
"""Hits looked at beyond the first ten, in the place of those that the database rejects."""
_NEAR = 0.85
"""Calibrated score from which another article is likely to answer what this one's title asks."""
_ALIKE = 0.75
"""Likeness from which a passage says nearly the same; docs/relevance.md has how it was found."""
_MOST_NEAR = 4


class Alike(Protocol):
    """What is read of `search.trial.Alike` here."""

    @property
    def article_id(self) -> str: ...
    @property
    def locale(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def own(self) -> str: ...
    @property
    def other(self) -> str: ...
    @property
    def likeness(self) -> float: ...


class Trial(Protocol):
    """What is asked of `search.trial.Trial` here."""

    def search(self, query: Query) -> Results:
        """Answers to a finished question."""
        ...

    def nearest_questions(self, questions: Sequence[str], most: int) -> list[str]:
        """Those that are nearest in meaning to the text."""
        ...

    def alike(self, least: float) -> Sequence[Alike]:
        """The nearest passage of each article that has one near enough."""
        ...


class TriedIndex(Index, Protocol):
    """An index that a text can be tried out in."""

    def try_document(self, document: Document) -> Trial | None:
        """The index as it would be with a document; None while there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Near:
    """Another article that may answer the same."""

    article_id: str
    locale: str
    title: str
    score: float
    """0..1, of the title asked as a question or of the passages, whichever is more."""
    own: str = ""
    """The passage of this text that says nearly what `other` says."""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """A text in the index, for whoever writes it."""

    session: Session
    index: TriedIndex
    article: Article
    content_title: str
    audiences: frozenset[str]
    trial: Trial | None
    now: datetime

    @classmethod
    def out(
        cls, session: Session, index: TriedIndex, article: Article, preview: Preview, now: datetime
    ) -> Tried:
        """Lay the text of `preview` over the index."""
        content = preview.content
        document = replace(
            document_of(article),
            title=content.title,
            sections=sections_of(preview.rendered.sections),
            questions=content.questions,
            tags=content.tags,
            products=content.products,
            audience=content.audience,
        )
        trial = index.try_document(document)
        audiences = frozenset({"public", content.audience})
        return cls(session, index, article, content.title, audiences, trial, now)

    def rank(self, text: str) -> int | None:
        """The text's place among the answers to a question, from 1; None beyond the tenth."""
        hits = self._hits(text, self.audiences)
        return self._place_among([hit.article_id for hit in hits[:_RANKED]])

    def live_rank(self, text: str) -> int | None:
        """The place of the text that customers see now; None where they see none, or beyond."""
        if not self.article.is_visible(self.now):
            return None
        question = Question(
            text=text[:LONGEST_QUESTION],
            locale=self.article.locale,
            audiences=frozenset({"public", self.article.audience}),
            per_page=_RANKED,
        )
        items = search(question, session=self.session, index=self.index, now=self.now).items
        return self._place_among([item.article_id for item in items])

    def _place_among(self, names: Sequence[str]) -> int | None:
        own = self.article.article_id
        return names.index(own) + 1 if own in names else None

    def nearest_questions(self, questions: Sequence[str], most: int) -> list[str]:
        """Those of the questions that are nearest in meaning to the text."""
        return self.trial.nearest_questions(questions, most) if self.trial else []

    def own_answer(self) -> str:
        """What is shown of the text to who asks for its title; empty where it is not found."""
        hits = self._hits(self.content_title, self.audiences)
        own = self.article.document_id
        return next((hit.answer for hit in hits if hit.document_id == own), "")

    def near(self, actor: Actor) -> tuple[Near, ...]:
        """Other articles that may answer the same, by its title and by its passages.

        Only those that `actor` may read in the editor; the nearest first.
        """
        if self.trial is None:
            return ()
        found: dict[tuple[str, str], Near] = {}
        for hit in self._hits(self.content_title, frozenset(AUDIENCES)):
            if hit.score >= _NEAR and hit.article_id != self.article.article_id:
                found[hit.article_id, hit.locale] = Near(
                    hit.article_id, hit.locale, hit.title, hit.score
                )
        for each in self.trial.alike(_ALIKE):
            name = (each.article_id, each.locale)
            near = found.get(name, Near(*name, each.title, 0.0))
            score = max(near.score, each.likeness)
            found[name] = replace(near, score=score, own=each.own, other=each.other)
        readable = self._readable(actor, found)
        near_first = sorted(found.items(), key=lambda item: -item[1].score)
        return tuple(near for name, near in near_first if name in readable)[:_MOST_NEAR]

    def _readable(self, actor: Actor, names: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Ids and languages of those that the actor may read, and that customers see now."""
        named = [article_id for article_id, _ in names]
        may = select(Article.article_id, Article.locale).where(
            Article.article_id.in_(named), covered(actor, "read")
        )
        read = {(article_id, locale) for article_id, locale in self.session.execute(may)}
        return read & visible_articles(
            self.session, named, audiences=frozenset(AUDIENCES), now=self.now
        )

    def _hits(self, text: str, audiences: frozenset[str]) -> list[Hit]:
        """Answers to a question that may be shown to `audiences`, the text itself among them."""
        asked = clean_question(text[:LONGEST_QUESTION]).strip()
        if self.trial is None or not asked:
            return []
        query = Query(asked, self.article.locale, audiences=audiences, limit=_RANKED + _SPARE)
        hits = self.trial.search(query).hits
        named = {hit.article_id for hit in hits}
        shown = visible_articles(self.session, named, audiences=audiences, now=self.now)
        own = self.article.document_id
        return [
            hit for hit in hits if hit.document_id == own or (hit.article_id, hit.locale) in shown
        ]
