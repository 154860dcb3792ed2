"""Which articles the front page shows before anybody has typed a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session, defer

from app.languages import language_of, same_writing
from app.models import Article, Event
from app.reading import PUBLIC

_LINKED = re.compile(r'": "/[A-Za-z-]+/articles/([^"#?]+)')


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What decides whether an article is shown; its text is read only if it is."""

    pk: int
    article_id: str
    locale: str
    category: str
    products: Sequence[str]
    links: str
    """JSON as it is stored: a thousand objects need not be made to find addresses in them."""
    quality: float
    thanks: int
    mentions: int = 0
    """Other articles that lead here: what editors send readers to is what they need."""


def featured_articles(
    session: Session,
    shelves: Sequence[str],
    *,
    locale: str,
    products: frozenset[str] = frozenset(),
    audiences: frozenset[str] = PUBLIC,
    now: datetime,
    limit: int,
) -> list[Article]:
    """The articles most useful to a visitor of this language who uses these products.

    Those that visitors thanked for or that are marked as good come first. Where nothing is known
    yet, each of the top `shelves` in turn gives its best, so that the page shows what there is.
    """
    suited = [
        each
        for each in _candidates(session, locale, audiences, now)
        if not products or not each.products or not products.isdisjoint(each.products)
    ]
    ranked = sorted(sorted(suited, key=lambda each: each.article_id), key=_merit, reverse=True)
    known = [each for each in ranked if each.quality or each.thanks]
    chosen = [each.pk for each in (*known, *_in_turn(ranked, shelves))]
    return _load(session, list(dict.fromkeys(chosen))[:limit])


def _candidates(
    session: Session, locale: str, audiences: frozenset[str], now: datetime
) -> list[_Candidate]:
    thanks = (
        select(Event.article_id, func.count().label("count"))
        .where(Event.type == "helpful")
        .group_by(Event.article_id)
        .subquery()
    )
    language = language_of(locale)
    statement = (
        select(
            Article.id,
            Article.article_id,
            Article.locale,
            Article.category,
            Article.products,
            cast(Article.links, Text),
            Article.quality,
            func.coalesce(thanks.c.count, 0),
        )
        .outerjoin(thanks, thanks.c.article_id == Article.article_id)
        .where(Article.visible(now), Article.audience.in_(audiences))
        .where((Article.locale == language) | Article.locale.startswith(f"{language}-"))
    )
    found = [_Candidate(*row) for row in session.execute(statement)]
    return _count_mentions(_nearest_versions(found, locale))


def _merit(candidate: _Candidate) -> tuple[float, int, int]:
    """Larger is better."""
    return candidate.quality, candidate.thanks, candidate.mentions


def _count_mentions(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    mentions = Counter(
        name for each in candidates for name in set(_LINKED.findall(each.links or ""))
    )
    return [replace(each, mentions=mentions[each.article_id]) for each in candidates]


def _nearest_versions(candidates: Iterable[_Candidate], locale: str) -> list[_Candidate]:
    """Each article once, in the version that is nearest to the visitor's language."""
    nearest: dict[str, _Candidate] = {}
    for each in sorted(
        candidates, key=lambda each: (each.locale != locale, not same_writing(each.locale, locale))
    ):
        nearest.setdefault(each.article_id, each)
    return list(nearest.values())


def _in_turn(ranked: Sequence[_Candidate], shelves: Sequence[str]) -> Iterable[_Candidate]:
    """The best of every shelf, then the second best of every shelf, and so on."""
    tops: dict[str, list[_Candidate]] = {shelf: [] for shelf in shelves}
    for each in ranked:
        tops.setdefault(each.category.split("/")[0], []).append(each)
    longest = max((len(each) for each in tops.values()), default=0)
    for place in range(longest):
        for shelf in tops.values():
            if place < len(shelf):
                yield shelf[place]


def _load(session: Session, keys: Sequence[int]) -> list[Article]:
    statement = (
        select(Article)
        .where(Article.id.in_(keys))
        .options(defer(Article.html), defer(Article.source), defer(Article.headings))
    )
    rows = {article.id: article for article in session.scalars(statement)}
    return [rows[key] for key in keys if key in rows]
