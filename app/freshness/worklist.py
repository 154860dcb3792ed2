"""The work list of each owner, and saying that an article is right as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from app.editing.actors import Actor
from app.editing.revisions import (
    append_with_fields,
    content_of,
    read_revision,
    refuse_deleted,
    show_revision,
)
from app.editing.transaction import ArticleName, writing
from app.freshness.evidence import REVIEWED, gather_facts
from app.freshness.signs import Sign, find_signs, weigh
from app.models import Article
from app.owners import read_owners
from app.settings import Settings

NOBODY = ""
"""The owner of articles that name none."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One article that wants looking at."""

    article_id: str
    locale: str
    title: str
    owner: str
    """What `app.owners` calls them; NOBODY for none."""
    cared_for_at: datetime
    signs: tuple[Sign, ...]
    readers: int
    """Since then; among equally urgent articles the one that is read more comes first."""


def list_work(
    session: Session,
    settings: Settings,
    *,
    now: datetime,
    owner: str | None = None,
    locale: str | None = None,
) -> list[WorkItem]:
    """Every published article with a sign of being stale, the most urgent first.

    `owner`, `locale`: only theirs; None for all. An owner is meant by address or by name.
    """
    shown, owners = _shown(settings, now), read_owners(session)
    if owner is not None:
        shown = shown.where(Article.owner.in_(owners.spellings(owner)))
    if locale is not None:
        shown = shown.where(Article.locale == locale)
    articles = session.scalars(shown).all()
    facts = gather_facts(session, articles, settings, now)
    items = []
    for article in articles:
        known = facts[article.article_id, article.locale]
        signs = find_signs(known)
        if signs:
            items.append(
                WorkItem(
                    article_id=article.article_id,
                    locale=article.locale,
                    title=article.title,
                    owner=owners.show(article.owner),
                    cared_for_at=known.cared_for_at,
                    signs=signs,
                    readers=known.readers,
                )
            )
    return sorted(
        items, key=lambda item: (-weigh(item.signs), -item.readers, item.article_id, item.locale)
    )


def signs_of(
    session: Session,
    article: Article,
    settings: Settings,
    *,
    now: datetime,
    usual_rate: Callable[[], float],
) -> tuple[Sign, ...]:
    """The signs of one article as they are now, the heaviest first; none of one that is not shown.

    `usual_rate`: how often readers of other articles wrote to a person; asked for only where it
    decides.
    """
    if not article.is_visible(now):
        return ()
    found = gather_facts(session, [article], settings, now, only=article.article_id)
    facts = replace(found[article.article_id, article.locale], usual_rate=0.0)
    signs = find_signs(facts)
    if any(sign.kind == "tickets-after-reading" for sign in signs):
        signs = find_signs(replace(facts, usual_rate=usual_rate()))
    return signs


def _shown(settings: Settings, now: datetime) -> Select[Any]:
    """What customers see, without what no sign is looked for in: texts take seconds to load."""
    unread = [Article.html, Article.sections, Article.headings]
    if not settings.product_versions:
        unread.append(Article.source)
    return select(Article).where(Article.visible(now)).options(*map(defer, unread))


def mark_reviewed(
    session: Session,
    actor: Actor,
    name: ArticleName,
    *,
    next_review: date | None = None,
    note: str = "",
) -> Article:
    """Say that somebody looked at an article and it is right: its signs are counted anew.

    The next date for a review is written into the front matter; customers are not told that the
    article changed. Raises ArticleNotFound, ArticleDeleted, Forbidden.
    """
    with writing(session, actor) as tx:
        article = tx.open(name, "review")
        refuse_deleted(article)
        if next_review is not None or article.review_by is not None:
            changed_at = article.updated_at
            shown = read_revision(session, article, article.revision)
            number, content = append_with_fields(
                tx,
                article,
                shown.number,
                content_of(shown),
                {"review_by": next_review},
                note or "Reviewed",
            )
            show_revision(tx, article, content, number)
            article.updated_at = changed_at
        tx.record(REVIEWED, article, article.revision, note=note)
    return article
