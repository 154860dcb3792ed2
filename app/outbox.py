"""Telling the search index what changed: entries are written in the change's own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, not_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.models import Article, EditorialAction, OutboxEntry, utc_now

PLANNED = "planned"
"""Why something was done by nobody: in the record of editing, under `by`."""


def note_change(session: Session, article: Article, now: datetime) -> None:
    """Ask for `article` to be put into the index, or removed where it was and may not be shown.

    The caller commits, together with the change itself.
    """
    visible = article.is_visible(now)
    if visible or article.indexed:
        action = "put" if visible else "remove"
        session.add(OutboxEntry(document_id=article.document_id, action=action, created_at=now))
    article.indexed = visible


def note_passed_times(session_factory: sessionmaker[Session], now: datetime | None = None) -> int:
    """Ask for the articles whose `publish_at` or `expires_at` has passed; returns how many."""
    moment = now or utc_now()
    visible = Article.visible(moment)
    due = select(Article).where(
        or_(and_(visible, not_(Article.indexed)), and_(not_(visible), Article.indexed))
    )
    with session_factory() as session:
        # Most of the time nothing is due, and then no writer is kept waiting.
        if session.scalars(due.limit(1)).first() is None:
            return 0
        session.rollback()
        begin_writing(session)
        articles = session.scalars(due).all()
        for article in articles:
            note_change(session, article, moment)
            _record_passed_time(session, article, moment)
        session.commit()
        return len(articles)


def _record_passed_time(session: Session, article: Article, now: datetime) -> None:
    """Write down that a planned time came, where one did: nobody was there to do it."""
    planned = article.publish_at if article.indexed else article.expires_at
    if planned is not None and planned <= now:
        session.add(
            EditorialAction(
                actor="Kotae",
                actor_id="kotae",
                action="publish" if article.indexed else "expire",
                article_id=article.article_id,
                locale=article.locale,
                revision=article.revision,
                detail={"by": PLANNED},
                at=now,
            )
        )
