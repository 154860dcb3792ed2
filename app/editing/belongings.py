"""What is kept about an article by its name, and has to follow when the name changes.

The record of editing outlives its article, so it names one instead of pointing at a row. Left
behind by a rename, it would no longer say that a machine began the text, who wrote it, or when it
was last found right.
"""

from __future__ import annotations

from sqlalchemy import update

from app.editing.transaction import ArticleName, Transaction
from app.models import Article, EditorialAction, Letter, OutboxEntry, UnsavedText

_NAMED = (EditorialAction, Letter, UnsavedText)


def follow_name(tx: Transaction, article: Article, old: ArticleName) -> None:
    """Give what was kept under the name `old` the name that `article` has now."""
    if article.indexed:
        tx.session.add(
            OutboxEntry(
                document_id=f"{old.article_id}@{old.locale}", action="remove", created_at=tx.now
            )
        )
        article.indexed = False
    for table in _NAMED:
        theirs = update(table).where(table.article_id == old.article_id, table.locale == old.locale)
        tx.session.execute(theirs.values(article_id=article.article_id, locale=article.locale))
