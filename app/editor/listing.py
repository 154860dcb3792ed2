"""The articles as editors list them: every state, filtered, searched, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from app.answers import MOST_PER_PAGE, Index, Question, search
from app.editing.actors import SYSTEM, Actor, Place, is_allowed
from app.editing.covering import covered
from app.editor.demand import Demand
from app.models import AUDIENCES, Article, Conflict, PlannedPublication, Review, Revision
from app.owners import Owners, read_owners
from app.reading import in_category

STATES = (
    *("draft", "review", "published", "changed", "planned"),
    *("stale", "conflict", "archived", "deleted"),
)
"""By what the list is filtered; an article may be in several."""
_WEIGHT = (
    *("deleted", "archived", "conflict", "review", "changed", "planned"),
    *("stale", "draft", "published"),
)
ORDERS = ("changed", "asked")
PER_PAGE = 50
_MOST_NAMED = 2000
"""Names in one condition: what is more urgent comes first, and nobody reads on for so long."""
_MOST_ORDERED = 300
_Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles are listed; empty for no matter."""

    text: str = ""
    state: str = ""
    """One of STATES."""
    locale: str = ""
    category: str = ""
    owner: str = ""
    because: str = ""
    """One of app.freshness.signs.KINDS: only what needs a look for this reason."""
    order: str = "changed"
    """One of ORDERS."""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What visitors did, by article id and locale; none where nobody looked for it."""

    signs: Mapping[_Name, tuple[str, ...]] = field(default_factory=dict)
    """Why an article needs a look: kinds of app.freshness.signs, the most urgent article first."""
    demand: Demand = field(default_factory=dict)


NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True)
class Listed:
    """An article in the list."""

    article_id: str
    locale: str
    title: str
    category: str
    owner: str
    updated_at: datetime
    states: tuple[str, ...]
    """Of STATES, the weightiest first."""
    signs: tuple[str, ...]
    asked: int
    """How many visitors of its language wanted it lately; see `app.editor.demand`."""
    may_write: bool
    """Whether who looks may change it."""
    head: int
    """Number of the newest revision."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list."""

    rows: tuple[Listed, ...]
    total: int
    pages: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by."""

    locales: tuple[str, ...]
    categories: tuple[str, ...]
    owners: tuple[str, ...]


def list_for_editors(
    session: Session,
    index: Index,
    wanted: Wanted,
    *,
    now: datetime,
    evidence: Evidence = NO_EVIDENCE,
    actor: Actor = SYSTEM,
) -> Page:
    """The articles that are wanted and that `actor` may read: those that a search finds first,
    then by `wanted.order`."""
    owners = read_owners(session)
    conditions = [covered(actor, "read"), *_conditions(wanted, evidence, now)]
    if wanted.owner:
        conditions.append(Article.owner.in_(owners.spellings(wanted.owner)))
    order: list[Any] = [Article.updated_at.desc(), Article.id]
    if wanted.order == "asked":
        counts = evidence.demand
        order.insert(0, _by_place(sorted(counts, key=lambda name: -counts[name])[:_MOST_ORDERED]))
    if wanted.text:
        found = _found_by_search(session, index, wanted, now)
        conditions.append(or_(_holds(wanted.text), _name().in_(found)))
        order.insert(0, _by_place(found))
    total = session.scalar(select(func.count(Article.id)).where(*conditions)) or 0
    page = max(1, wanted.page)
    rows = _columns(evidence, now).where(*conditions).order_by(*order)
    rows = rows.limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    listed = tuple(_listed(row, evidence, actor, owners) for row in session.execute(rows))
    return Page(listed, total, max(1, -(-total // PER_PAGE)))


def _by_place(names: Sequence[_Name]) -> ColumnElement[int]:
    """SQL: an article's place among `names`, from 0; those that are not there come last."""
    places = [(_name() == name, place) for place, name in enumerate(names)]
    return case(*places, else_=len(names)) if places else literal(0)


def list_choices(session: Session, actor: Actor = SYSTEM) -> Choices:
    """Languages, categories and owners of all articles that are not deleted and that
    `actor` may read."""
    owners = read_owners(session)
    return Choices(
        locales=used_locales(session, actor),
        categories=_distinct(session, actor, Article.category),
        owners=tuple(sorted({*map(owners.show, _distinct(session, actor, Article.owner))} - {""})),
    )


def used_locales(session: Session, actor: Actor = SYSTEM) -> tuple[str, ...]:
    """The languages of all articles that are not deleted and that `actor` may read."""
    return _distinct(session, actor, Article.locale)


def _distinct(session: Session, actor: Actor, column: Any) -> tuple[str, ...]:
    kept = (Article.deleted_at.is_(None), covered(actor, "read"))
    found = select(column).where(*kept).distinct().order_by(column)
    return tuple(value for value in session.scalars(found) if value)


def suggest_links(
    session: Session,
    index: Index,
    text: str,
    locale: str,
    *,
    now: datetime,
    limit: int = 8,
    actor: Actor = SYSTEM,
) -> list[Listed]:
    """Published articles that a link may lead to, the nearest to `text` first."""
    wanted = Wanted(text=text, locale=locale, state="published")
    return list(list_for_editors(session, index, wanted, now=now, actor=actor).rows[:limit])


def _found_by_search(
    session: Session, index: Index, wanted: Wanted, now: datetime
) -> list[tuple[str, str]]:
    """What the search of the site finds among the published: the one path, for all audiences."""
    question = Question(
        text=wanted.text[:500],
        locale=wanted.locale or None,
        only_locale=wanted.locale or None,
        audiences=frozenset(AUDIENCES),
        per_page=MOST_PER_PAGE,
    )
    found = search(question, session=session, index=index, now=now).items
    return [(item.article_id, item.locale) for item in found]


def _holds(text: str) -> ColumnElement[bool]:
    """SQL condition: a title, id or source holds the words as they are, in a draft too."""
    draft = exists().where(
        Revision.article_pk == Article.id,
        Revision.number == Article.draft_revision,
        Revision.source.icontains(text, autoescape=True),
    )
    return or_(
        Article.title.icontains(text, autoescape=True),
        Article.article_id.icontains(text, autoescape=True),
        Article.source.icontains(text, autoescape=True),
        draft,
    )


def _conditions(wanted: Wanted, evidence: Evidence, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state != "deleted":
        conditions.append(Article.deleted_at.is_(None))
    if not wanted.state:
        conditions.append(Article.status != "archived")
    if wanted.state in STATES:
        conditions.append(_state(wanted.state, evidence, now))
    if wanted.because:
        conditions.append(_named(evidence, wanted.because))
    if wanted.locale:
        conditions.append(Article.locale == wanted.locale)
    if wanted.category:
        conditions.append(in_category(wanted.category))
    return conditions


def _named(evidence: Evidence, kind: str = "") -> ColumnElement[bool]:
    """SQL condition: the article needs a look, for this reason if one is given."""
    names = [name for name, signs in evidence.signs.items() if not kind or kind in signs]
    return _name().in_(names[:_MOST_NAMED]) if names else false()


def _state(state: str, evidence: Evidence, now: datetime) -> ColumnElement[bool]:
    """SQL condition: the article is in this state, one of STATES."""
    if state == "draft":
        return Article.status == "draft"
    if state == "review":
        return exists().where(Review.article_pk == Article.id, Review.state == "open")
    if state == "published":
        return Article.visible(now)
    live = and_(Article.status == "published", Article.deleted_at.is_(None))
    if state == "changed":
        return and_(live, Article.draft_revision.is_not(None))
    if state == "planned":
        later = and_(live, Article.publish_at > now)
        return or_(later, exists().where(PlannedPublication.article_pk == Article.id))
    if state == "stale":
        due = and_(Article.review_by.is_not(None), Article.review_by <= now.date())
        return or_(due, _named(evidence))
    if state == "conflict":
        return exists().where(Conflict.article_pk == Article.id, Conflict.resolved_at.is_(None))
    return Article.status == "archived" if state == "archived" else Article.deleted_at.is_not(None)


def _columns(evidence: Evidence, now: datetime) -> Select[Any]:
    columns: list[Any] = [Article.article_id, Article.locale, Article.title, Article.category]
    columns += [Article.owner, Article.updated_at]
    columns.append(func.coalesce(Article.draft_revision, Article.revision).label("head"))
    return select(
        *columns, *(_state(state, evidence, now).label(f"is_{state}") for state in STATES)
    )


def _listed(row: Any, evidence: Evidence, actor: Actor, owners: Owners) -> Listed:
    name = (row.article_id, row.locale)
    return Listed(
        *name,
        title=row.title,
        category=row.category,
        owner=owners.show(row.owner),
        updated_at=row.updated_at,
        states=tuple(state for state in _WEIGHT if getattr(row, f"is_{state}")),
        signs=evidence.signs.get(name, ()),
        asked=evidence.demand.get(name, 0),
        may_write=is_allowed(actor, "write", Place(row.category, row.locale)),
        head=row.head,
    )


def _name() -> Any:
    return tuple_(Article.article_id, Article.locale)


def find_names(names: Sequence[str]) -> list[tuple[str, str]]:
    """(article id, locale) of each `<locale>/<article id>` that a form names."""
    pairs = (name.partition("/") for name in names)
    return [(article_id, locale) for locale, slash, article_id in pairs if slash and article_id]
