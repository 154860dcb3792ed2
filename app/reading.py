"""What visitors may read: articles, categories and old addresses, as of a moment.

Every function takes the session, the visitor's circumstances and `now`; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, defer

from app.errors import KotaeError
from app.languages import choose_locale, language_of
from app.models import Article, ArticleMedia, Event, Media, Redirect
from app.page_patterns import matches_page

PUBLIC = frozenset({"public"})
_OPENING_LENGTH = 240
_SENTENCE_ENDS = ".!?。！？"


class ArticleNotFound(KotaeError):
    """No article has this id, or whoever asks is not to see it."""

    code = "article-not-found"
    status = 404


class MediaNotFound(KotaeError):
    """No stored file has this hash."""

    code = "media-not-found"
    status = 404


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as one visitor reads it."""

    article: Article
    locales: tuple[str, ...]
    """Every language it can be read in, sorted."""


def find_article(
    session: Session,
    article_id: str,
    *,
    wanted: Sequence[str],
    audiences: frozenset[str] = PUBLIC,
    now: datetime,
) -> Reading:
    """The article in the first of the `wanted` languages it exists in, else in any.

    Raises ArticleNotFound where no language has it published.
    """
    statement = select(Article).where(
        Article.article_id == article_id, Article.visible(now), Article.audience.in_(audiences)
    )
    versions = {article.locale: article for article in session.scalars(statement)}
    if not versions:
        raise ArticleNotFound(f"There is no article {article_id!r}; search for what it was about.")
    locales = tuple(sorted(versions))
    return Reading(versions[choose_locale(wanted, locales) or locales[0]], locales)


def list_articles(
    session: Session,
    *,
    locale: str | None,
    category: str | None,
    audiences: frozenset[str] = PUBLIC,
    now: datetime,
    limit: int,
    offset: int = 0,
) -> tuple[list[Article], int]:
    """Articles in exactly this language and in or below this category, best first, and how many
    there are in all. None stands for every language, every category."""
    statement = _visible_articles(category, audiences, now)
    if locale is not None:
        statement = statement.where(Article.locale == locale)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    ordered = statement.order_by(
        Article.quality.desc(), Article.title, Article.article_id, Article.locale
    )
    return list(session.scalars(ordered.limit(limit).offset(offset))), total


def list_category(
    session: Session,
    category: str,
    *,
    locale: str,
    audiences: frozenset[str] = PUBLIC,
    now: datetime,
) -> list[Article]:
    """The articles standing on this very shelf, each once: in the language nearest to `locale`,
    those in that language first."""
    statement = (
        _visible_articles(None, audiences, now)
        .where(Article.category == category)
        .order_by(_distance(locale), Article.quality.desc(), Article.title, Article.article_id)
    )
    return _each_once(session.scalars(statement).all())


def most_useful(
    session: Session,
    *,
    locale: str | None,
    category: str | None = None,
    products: frozenset[str] = frozenset(),
    audiences: frozenset[str] = PUBLIC,
    now: datetime,
    limit: int,
    page: str = "",
) -> list[Article]:
    """Articles for somebody who has typed nothing: the reader's language first, each article once.

    First those that name the address `page` themselves; then, within a language, by quality, by how
    many found it helpful, then the newest. None is only about products other than `products`.
    """
    meant = articles_for_page(
        session,
        page,
        locale=locale,
        category=category,
        products=products,
        audiences=audiences,
        now=now,
    )
    statement = _by_merit(_visible_articles(category, audiences, now), locale)
    chosen = {article.article_id: article for article in meant}
    # Translations of what is listed already and other products are skipped: how many rows it takes
    # is not known, so they are read in lots.
    for article in session.scalars(statement.execution_options(yield_per=limit * 8)):
        if len(chosen) >= limit:
            break
        if _is_about(article, products):
            chosen.setdefault(article.article_id, article)
    return list(chosen.values())[:limit]


def _by_merit(visible: Select[Any], locale: str | None) -> Select[Any]:
    thanks = (
        select(Event.article_id, func.count().label("count"))
        .where(Event.type == "helpful")
        .group_by(Event.article_id)
        .subquery()
    )
    return visible.outerjoin(thanks, thanks.c.article_id == Article.article_id).order_by(
        _distance(locale),
        Article.quality.desc(),
        func.coalesce(thanks.c.count, 0).desc(),
        Article.published_at.desc(),
        Article.article_id,
    )


def articles_for_page(
    session: Session,
    page: str,
    *,
    locale: str | None,
    category: str | None = None,
    products: frozenset[str] = frozenset(),
    audiences: frozenset[str] = PUBLIC,
    now: datetime,
) -> list[Article]:
    """The articles that name the address `page` themselves, each in the reader's language if it can
    be. None is only about products other than `products`."""
    if not page:
        return []
    visible = _visible_articles(category, audiences, now)
    ordered = visible.where(Article.pages != "").order_by(_distance(locale), Article.article_id)
    named: Sequence[Article] = session.scalars(ordered).all()
    return _each_once(
        [
            article
            for article in named
            if any(matches_page(pattern, page) for pattern in article.pages.split("\n"))
            and _is_about(article, products)
        ]
    )


def _is_about(article: Article, products: frozenset[str]) -> bool:
    """Whether it is of use to somebody who uses these products; none stand for any."""
    return not products or not article.products or not products.isdisjoint(article.products)


def find_redirect(
    session: Session,
    path: str,
    *,
    wanted: Sequence[str],
    audiences: frozenset[str] = PUBLIC,
    now: datetime,
) -> Article | None:
    """The article that claims the old address `path`, in the nearest of the `wanted` languages."""
    statement = (
        select(Article)
        .join(Redirect, Redirect.article_pk == Article.id)
        .where(Redirect.path == path, Article.visible(now), Article.audience.in_(audiences))
    )
    versions = {article.locale: article for article in session.scalars(statement)}
    if not versions:
        return None
    locales = sorted(versions)
    return versions[choose_locale(wanted, locales) or locales[0]]


def find_media(session: Session, sha256: str) -> Media:
    """The stored file with this hash. Raises MediaNotFound."""
    media = session.get(Media, sha256)
    if media is None:
        raise MediaNotFound("There is no such file.")
    return media


def is_media_shown(
    session: Session, sha256: str, *, audiences: frozenset[str] = PUBLIC, now: datetime
) -> bool:
    """Whether an article that these audiences may read shows the stored file, or links to it."""
    showing = select(ArticleMedia.sha256).join(Article, Article.id == ArticleMedia.article_pk)
    showing = showing.where(ArticleMedia.sha256 == sha256, Article.visible(now))
    return session.scalar(showing.where(Article.audience.in_(audiences)).limit(1)) is not None


def locales_in_use(session: Session, *, now: datetime) -> frozenset[str]:
    """Every language in which something is published for everybody."""
    statement = (
        select(Article.locale).where(Article.visible(now), Article.audience.in_(PUBLIC)).distinct()
    )
    return frozenset(session.scalars(statement))


def opening_of(sections: Sequence[Mapping[str, Any]]) -> str:
    """How an article begins: its first paragraph, cut within 240 characters between words."""
    paragraphs = (
        " ".join(paragraph.split())
        for section in sections
        for paragraph in str(section.get("text", "")).split("\n\n")
    )
    first = next((paragraph for paragraph in paragraphs if paragraph), "")
    if len(first) <= _OPENING_LENGTH:
        return first
    cut = first[:_OPENING_LENGTH]
    sentence = max(cut.rfind(mark) for mark in _SENTENCE_ENDS)
    if sentence > _OPENING_LENGTH // 2:
        return cut[: sentence + 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"


def in_category(category: str) -> ColumnElement[bool]:
    """SQL condition: the article stands in this category or in one below it."""
    below = Article.category.startswith(f"{category}/", autoescape=True)
    return (Article.category == category) | below


def _visible_articles(
    category: str | None, audiences: frozenset[str], now: datetime
) -> Select[Any]:
    statement = (
        select(Article)
        .where(Article.visible(now), Article.audience.in_(audiences))
        # Lists show titles and openings; the bodies of hundreds of articles would be read in vain.
        .options(defer(Article.html), defer(Article.source), defer(Article.headings))
    )
    return statement.where(in_category(category)) if category else statement


def _distance(locale: str | None) -> ColumnElement[int]:
    """How far an article's language is from `locale`: 0 the same tag, 1 the language, 2 another."""
    wanted = locale or "en"
    language = language_of(wanted)
    return case(
        (Article.locale == wanted, 0),
        (Article.locale == language, 1),
        (Article.locale.startswith(f"{language}-", autoescape=True), 1),
        else_=2,
    )


def _each_once(articles: Sequence[Article]) -> list[Article]:
    chosen: dict[str, Article] = {}
    for article in articles:
        chosen.setdefault(article.article_id, article)
    return list(chosen.values())
