"""How often the published content has changed: a number that costs next to nothing to read."""

from __future__ import annotations

from collections.abc import Hashable

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.models import Article, Category

_COUNTERS = {
    "sqlite": "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'",
    "postgresql": "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_id_seq",
}


def content_state(session: Session) -> Hashable:
    """Something that differs after every publication, retraction and import.

    Each of them writes to the outbox, whose numbers are never given twice: the last one given tells
    the states apart. PostgreSQL gives a number before the change is committed, so for a moment
    the new state may stand for the old content; whoever keeps something under it bounds the time.
    """
    counter = session.execute(text(_COUNTERS[session.get_bind().dialect.name])).scalar()
    newest = session.execute(
        select(select(func.max(Article.id)).scalar_subquery(), func.max(Category.id))
    ).one()
    return counter, *newest
