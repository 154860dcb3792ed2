"""One unit of editing: a session whose turn to write it is, who writes, and when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.editing.actors import Actor, Place, require_permission
from app.locales import normalise_locale
from app.models import Article, EditorialAction, utc_now
from app.reading import ArticleNotFound


@dataclass(frozen=True, slots=True)
class ArticleName:
    """An article in one language."""

    article_id: str
    locale: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """What every step of a use case needs."""

    session: Session
    actor: Actor
    now: datetime

    def find(self, name: ArticleName) -> Article | None:
        """The article, deleted or not."""
        return look_up_article(self.session, name)

    def open(self, name: ArticleName, action: str) -> Article:
        """The article, for an action that the actor may do. Raises ArticleNotFound, Forbidden."""
        article = find_article(self.session, name)
        require_permission(self.actor, action, place_of(article))
        return article

    def record(
        self, action: str, article: Article, revision: int | None = None, **detail: Any
    ) -> None:
        """Note who did what; committed together with it."""
        self.session.add(
            EditorialAction(
                actor=self.actor.name,
                actor_id=self.actor.id,
                action=action,
                article_id=article.article_id,
                locale=article.locale,
                revision=revision,
                detail=detail,
                at=self.now,
            )
        )


@contextmanager
def writing(session: Session, actor: Actor, now: datetime | None = None) -> Iterator[Transaction]:
    """Take the writers' turn; commit at the end, or undo everything when something is raised."""
    begin_writing(session)
    try:
        yield Transaction(session, actor, now or utc_now())
        session.commit()
    except BaseException:
        session.rollback()
        raise


def find_article(session: Session, name: ArticleName) -> Article:
    """The article, deleted or not. Raises ArticleNotFound."""
    article = look_up_article(session, name)
    if article is None:
        raise ArticleNotFound(f"There is no article {name.article_id!r} in {name.locale}.")
    return article


def look_up_article(session: Session, name: ArticleName) -> Article | None:
    """The article, deleted or not; None where there is none."""
    return session.scalar(
        select(Article).where(
            Article.article_id == name.article_id,
            Article.locale == normalise_locale(name.locale),
        )
    )


def place_of(article: Article) -> Place:
    """Where permission for `article` is asked for."""
    return Place(article.category, article.locale)


def name_of(article: Article) -> ArticleName:
    """What the use cases call it by."""
    return ArticleName(article.article_id, article.locale)
