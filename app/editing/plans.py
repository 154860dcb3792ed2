"""Plans: which draft of a live article is to be published when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update

from app.editing.transaction import Transaction
from app.models import Article, PlannedPublication


def plan_publication(
    tx: Transaction, article: Article, number: int, publish_at: datetime | None
) -> None:
    """Plan to publish revision `number`; None takes the plan back."""
    forget_plan(tx, article)
    if publish_at is not None:
        tx.session.add(
            PlannedPublication(
                article=article,
                revision=number,
                publish_at=publish_at,
                author=tx.actor.name,
                author_email=tx.actor.email,
            )
        )


def forget_plan(tx: Transaction, article: Article) -> None:
    """Publish nothing of this article later."""
    plans = delete(PlannedPublication).where(PlannedPublication.article_pk == article.id)
    tx.session.execute(plans)


def find_plan(tx: Transaction, article: Article) -> PlannedPublication | None:
    """What is to be published of this article later."""
    return tx.session.get(PlannedPublication, article.id)


def follow_plan(tx: Transaction, article: Article, old: int, new: int) -> None:
    """Revision `old` goes on as `new`: a plan to publish it is a plan for that one."""
    plans = update(PlannedPublication).where(
        PlannedPublication.article_pk == article.id, PlannedPublication.revision == old
    )
    tx.session.execute(plans.values(revision=new))
