"""How an article stands: what waits for whom, and what whoever looks may do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.editing.actors import ACTIONS, Actor, is_allowed
from app.editing.conflicts import open_conflict
from app.editing.reviewing import (
    PlacedComment,
    is_approved,
    last_decision,
    list_comments,
    open_review,
)
from app.editing.revisions import head_of, is_live
from app.editing.transaction import place_of
from app.models import Article, Conflict, PlannedPublication, Review


@dataclass(frozen=True, slots=True)
class Standing:
    """An article's place in the workflow."""

    article: Article
    head: int
    """Number of the newest revision."""
    is_visible: bool
    """Whether customers see it now."""
    starts_later: bool
    """Whether customers will see it for the first time."""
    has_draft: bool
    """Whether a text waits that customers do not see."""
    review: Review | None
    is_approved: bool
    last_answer: Review | None
    """What a reviewer said last, where that was not about an older publication."""
    comments: tuple[PlacedComment, ...]
    plan: PlannedPublication | None
    conflict: Conflict | None
    next_review: date | None
    """When it is to be looked at again; None where that day has passed, or none was said."""
    locales: tuple[str, ...]
    """The languages in which it is there."""
    allowed: frozenset[str]
    """Actions of app.editing.actors that the actor may do here."""

    @property
    def states(self) -> tuple[str, ...]:
        """The same words as in the list, the weightiest first."""
        article = self.article
        return tuple(
            state
            for state, holds in (
                ("deleted", article.deleted_at is not None),
                ("archived", article.status == "archived"),
                ("conflict", self.conflict is not None),
                ("review", self.review is not None),
                ("changed", is_live(article) and article.draft_revision is not None),
                ("planned", self.plan is not None or self.starts_later),
                ("draft", article.status == "draft"),
                ("published", self.is_visible),
            )
            if holds
        )

    @property
    def may_publish(self) -> bool:
        """Whether the actor may publish the newest text as it is."""
        return "publish" in self.allowed or (
            self.is_approved and "publish-approved" in self.allowed
        )


def standing_of(
    session: Session, actor: Actor, article: Article, source: str, now: datetime
) -> Standing:
    """Everything at once; `source` is the newest text."""
    decision = last_decision(session, article)
    others = select(Article.locale).where(
        Article.article_id == article.article_id, Article.deleted_at.is_(None)
    )
    place = place_of(article)
    return Standing(
        article=article,
        head=head_of(article),
        is_visible=article.is_visible(now),
        starts_later=is_live(article)
        and article.publish_at is not None
        and article.publish_at > now,
        has_draft=not is_live(article) or article.draft_revision is not None,
        review=open_review(session, article),
        is_approved=is_approved(article, decision),
        last_answer=decision,
        comments=tuple(list_comments(session, article, source)),
        plan=session.get(PlannedPublication, article.id),
        conflict=open_conflict(session, article),
        next_review=_still_to_come(article.review_by, now),
        locales=tuple(session.scalars(others.order_by(Article.locale))),
        allowed=frozenset(action for action in ACTIONS if is_allowed(actor, action, place)),
    )


def _still_to_come(due: date | None, now: datetime) -> date | None:
    return due if due is not None and due > now.date() else None
