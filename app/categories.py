"""The shelves of the help center as visitors see them: named in their language, with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.languages import choose_locale
from app.models import Article, Category
from app.reading import PUBLIC


@dataclass(frozen=True, slots=True)
class Shelf:
    """One category in one language."""

    slug: str
    title: str
    description: str
    articles: int
    """Published articles in it and below it, translations counted once."""
    icon: str = ""
    """Name of its picture, see app/templates/icons.html; empty for the usual one."""
    locale: str = ""
    """The language of its title; empty where its slug serves as one."""


def list_shelves(
    session: Session,
    *,
    locale: str,
    default_locale: str,
    parent: str = "",
    audiences: frozenset[str] = PUBLIC,
    now: datetime,
) -> list[Shelf]:
    """The categories directly below `parent` ("" for the top) that hold something, in order."""
    counts = _count_articles(session, audiences, now)
    names = _names(session, (locale, default_locale))
    below = [slug for slug in counts if slug and _parent_of(slug) == parent]
    shelves = [(_position(names.get(slug)), _shelf(slug, names, counts)) for slug in below]
    shelves.sort(key=lambda placed: (placed[0], placed[1].title))
    return [shelf for _, shelf in shelves]


def shelves_to(session: Session, category: str, *, locale: str, default_locale: str) -> list[Shelf]:
    """The way from the top to `category`, itself included; their counts are 0."""
    names = _names(session, (locale, default_locale))
    return [_shelf(slug, names, Counter()) for slug in _lineage(category)]


def shelf_titles(session: Session, *, locale: str, default_locale: str) -> dict[str, str]:
    """The title of every category that has one, by slug."""
    return {slug: row.title for slug, row in _names(session, (locale, default_locale)).items()}


def order_shelves(
    session: Session, slugs: Iterable[str], *, locale: str, default_locale: str
) -> list[Shelf]:
    """The named categories as the site has them: each after the one it is in, and among its
    siblings by its order. Their counts are 0."""
    names = _names(session, (locale, default_locale))

    def place(slug: str) -> list[tuple[int, str, str]]:
        above = [(each, _shelf(each, names, Counter())) for each in _lineage(slug)]
        return [(_position(names.get(each)), shelf.title, each) for each, shelf in above]

    return [_shelf(slug, names, Counter()) for slug in sorted(filter(None, slugs), key=place)]


def _count_articles(session: Session, audiences: frozenset[str], now: datetime) -> Counter[str]:
    statement = (
        select(Article.category, Article.article_id)
        .where(Article.visible(now), Article.audience.in_(audiences))
        .distinct()
    )
    counts: Counter[str] = Counter()
    for category, _ in session.execute(statement):
        counts.update(_lineage(category))
    return counts


def _names(session: Session, wanted: tuple[str, ...]) -> dict[str, Category]:
    """The row that names each category, in the nearest of the wanted languages that has one."""
    rows: dict[str, dict[str, Category]] = {}
    for row in session.scalars(select(Category)):
        rows.setdefault(row.slug, {})[row.locale] = row
    return {
        slug: by_locale[choose_locale(wanted, sorted(by_locale)) or min(by_locale)]
        for slug, by_locale in rows.items()
    }


def _shelf(slug: str, names: dict[str, Category], counts: Counter[str]) -> Shelf:
    named = names.get(slug)
    if named is None:
        words = slug.rsplit("/", 1)[-1].replace("-", " ").replace("_", " ")
        return Shelf(slug, words[:1].upper() + words[1:], "", counts[slug])
    return Shelf(slug, named.title, named.description, counts[slug], named.icon, named.locale)


def _position(named: Category | None) -> int:
    return 1_000_000 if named is None else named.position


def _lineage(category: str) -> list[str]:
    segments = category.split("/") if category else []
    return ["/".join(segments[: depth + 1]) for depth in range(len(segments))]


def _parent_of(slug: str) -> str:
    return slug.rpartition("/")[0]
