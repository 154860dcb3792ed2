"""Whether articles may be shown at a moment: asked for each suggestion, so it must cost little.

The statement is made and compiled once; making it anew, or mapping its rows to objects, takes
several times as long as the database does.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.models import Article
from app.models.article import is_published


def visible_articles(
    session: Session, article_ids: Collection[str], *, audiences: Collection[str], now: datetime
) -> set[tuple[str, str]]:
    """Return (article id, locale) of the versions of these articles that are published at `now`.

    Those for other audiences than the given ones are left out.
    """
    values = {"ids": list(article_ids), "audiences": list(audiences), "now": now}
    found = session.connection().execute(_statement(), values)
    return {(article_id, locale) for article_id, locale in found}


@cache
def _statement() -> Select[Any]:
    columns = Article.__table__.c
    return select(columns.article_id, columns.locale).where(
        columns.article_id.in_(bindparam("ids", expanding=True)),
        columns.audience.in_(bindparam("audiences", expanding=True)),
        is_published(columns, bindparam("now")),
    )
