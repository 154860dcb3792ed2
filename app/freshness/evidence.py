"""Gathering what happened to articles since somebody last looked after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from app.errors import KotaeError
from app.freshness.signs import Facts, Votes
from app.front_matter import parse_source
from app.models import Article, EditorialAction, Event, Ticket
from app.originals import is_reworded, shown_at
from app.outside_links.known_links import dead_outside
from app.settings import Settings

REVIEWED = "reviewed"
"""The action that says: somebody looked, and it is right."""
_SOON = timedelta(days=1)
_LONG = (Article.html, Article.sections, Article.headings, Article.links, Article.source)
_Name = tuple[str, str]


@dataclass(slots=True)
class _Reading:
    """What visitors did with one article."""

    votes: Votes = field(default_factory=Votes)
    votes_before: Votes = field(default_factory=Votes)
    readers: int = 0
    wrote: int = 0


def gather_facts(
    session: Session,
    articles: Sequence[Article],
    settings: Settings,
    now: datetime,
    *,
    only: str | None = None,
) -> dict[_Name, Facts]:
    """What is known of each of these articles, by id and locale.

    `only`: the id of the one article they are versions of; then nothing is read of others, and the
    usual rate is not known: `find_usual_rate` tells it.
    """
    cared = _cared_for(session, articles)
    reworded = _reworded_sources(session, articles, cared, settings.default_locale, only)
    readings, all_time = _readings(session, cared, only)
    everybody = _add(all_time.values())
    versions = dict(settings.product_versions)
    outside = dead_outside(session, articles)
    return {
        _name(article): _facts(
            article,
            now=now,
            cared_for_at=cared[_name(article)],
            reading=readings.get(_name(article), _Reading()),
            usual=_usual_rate(everybody, all_time.get(_name(article), (0, 0))),
            source_changed_at=reworded.get(_name(article)),
            versions=versions,
            outside=outside.get(article.id, ()),
        )
        for article in articles
    }


def find_usual_rate(session: Session, article_id: str, locale: str) -> float:
    """How often readers of the other articles wrote to a person. Reads what all did: seconds, where
    there are hundreds of thousands."""
    _, all_time = _readings(session, {}, None)
    return _usual_rate(_add(all_time.values()), all_time.get((article_id, locale), (0, 0)))


def _facts(
    article: Article,
    *,
    now: datetime,
    cared_for_at: datetime,
    reading: _Reading,
    usual: float,
    source_changed_at: datetime | None,
    versions: Mapping[str, str],
    outside: tuple[str, ...],
) -> Facts:
    return Facts(
        today=now.date(),
        review_by=article.review_by,
        cared_for_at=cared_for_at,
        votes=reading.votes,
        votes_before=reading.votes_before,
        readers=reading.readers,
        readers_who_wrote=reading.wrote,
        usual_rate=usual,
        dead_links=dead_links(article.links),
        dead_outside=outside,
        written_for=_written_for(article.source) if versions else {},
        versions=versions,
        source_changed_at=source_changed_at,
    )


def dead_links(links: Mapping[str, str | None]) -> tuple[str, ...]:
    """Links within the help center that lead nowhere; other sites are not looked at."""
    found = []
    for target, address in links.items():
        parts = urlsplit(target)
        if address is None and parts.path and not parts.scheme and not parts.netloc:
            found.append(target)
    return tuple(sorted(found))


def _cared_for(session: Session, articles: Sequence[Article]) -> dict[_Name, datetime]:
    """When each text last changed, or was last said to be right."""
    reviewed = (
        select(EditorialAction.article_id, EditorialAction.locale, func.max(EditorialAction.at))
        .where(EditorialAction.action == REVIEWED)
        .group_by(EditorialAction.article_id, EditorialAction.locale)
    )
    last = {(row[0], row[1]): row[2] for row in session.execute(reviewed)}
    return {
        _name(article): max(article.updated_at, last.get(_name(article), article.updated_at))
        for article in articles
    }


def _reworded_sources(
    session: Session,
    articles: Sequence[Article],
    cared: Mapping[_Name, datetime],
    default_locale: str,
    only: str | None,
) -> dict[_Name, datetime]:
    """When what is translated of the text in the site's own language last changed, of each article
    in another language that nobody has looked after since."""
    sources = _sources(session, default_locale, only)
    found = {}
    for article in articles:
        name, source = _name(article), sources.get(article.article_id)
        if source is None or source.id == article.id or source.updated_at <= cared[name]:
            continue
        before = shown_at(session, source, cared[name])
        if before is not None and is_reworded(before, source.source):
            found[name] = source.updated_at
    return found


def _sources(session: Session, default_locale: str, only: str | None) -> dict[str, Article]:
    """The articles in the site's own language by id; each text is read when it is asked for."""
    rows = select(Article).where(
        Article.locale == default_locale,
        Article.status == "published",
        Article.deleted_at.is_(None),
    )
    if only is not None:
        rows = rows.where(Article.article_id == only)
    rows = rows.options(*map(defer, _LONG))
    return {article.article_id: article for article in session.scalars(rows)}


def _readings(
    session: Session, cared: Mapping[_Name, datetime], only: str | None
) -> tuple[dict[_Name, _Reading], dict[_Name, tuple[int, int]]]:
    """What visitors did with each article since; and ever, its readers and those who wrote."""
    votes: dict[_Name, dict[str, tuple[str, datetime]]] = defaultdict(dict)
    views: dict[_Name, dict[str, datetime]] = defaultdict(dict)
    seen = (
        select(Event.type, Event.article_id, Event.locale, Event.session, Event.received_at)
        .where(Event.type.in_(["article_viewed", "helpful", "not_helpful"]))
        .where(Event.article_id.is_not(None))
        .order_by(Event.received_at)
    )
    if only is not None:
        seen = seen.where(Event.article_id == only)
    for kind, article_id, locale, visitor, at in session.execute(seen):
        name = (article_id or "", locale or "")
        if kind == "article_viewed":
            views[name][visitor] = at
        else:
            votes[name][visitor] = (kind, at)
    wrote = _who_wrote(session, only)
    readings = {
        name: _read(votes[name], views[name], wrote, cared[name])
        for name in {*votes, *views} & cared.keys()
    }
    all_time = {name: _follow(seen.items(), wrote) for name, seen in views.items()}
    return readings, all_time


def _usual_rate(everybody: tuple[int, int], own: tuple[int, int]) -> float:
    """How often readers of the other articles wrote to a person."""
    readers = everybody[0] - own[0]
    return (everybody[1] - own[1]) / readers if readers else 0.0


def _add(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    listed = list(counts)
    return sum(read for read, _ in listed), sum(wrote for _, wrote in listed)


def _who_wrote(session: Session, only: str | None) -> dict[str, list[datetime]]:
    wrote: dict[str, list[datetime]] = defaultdict(list)
    tickets = select(Ticket.session, Ticket.created_at).where(Ticket.session.is_not(None))
    if only is not None:
        tickets = tickets.where(
            Ticket.session.in_(select(Event.session).where(Event.article_id == only))
        )
    for visitor, at in session.execute(tickets):
        wrote[visitor or ""].append(at)
    return wrote


def _read(
    votes: Mapping[str, tuple[str, datetime]],
    views: Mapping[str, datetime],
    wrote: Mapping[str, Sequence[datetime]],
    since: datetime,
) -> _Reading:
    """Each visitor counts once, by what they said or read last."""
    made = _Reading(
        votes=_count(kind for kind, at in votes.values() if at >= since),
        votes_before=_count(kind for kind, at in votes.values() if at < since),
    )
    recent = [(visitor, at) for visitor, at in views.items() if at >= since]
    made.readers, made.wrote = _follow(recent, wrote)
    return made


def _follow(
    views: Iterable[tuple[str, datetime]], wrote: Mapping[str, Sequence[datetime]]
) -> tuple[int, int]:
    """How many read, and how many of them wrote to a person within a day."""
    listed = list(views)
    followed = sum(
        any(at <= moment <= at + _SOON for moment in wrote.get(visitor, ()))
        for visitor, at in listed
    )
    return len(listed), followed


def _count(kinds: Iterable[str]) -> Votes:
    listed = list(kinds)
    return Votes(listed.count("helpful"), listed.count("not_helpful"))


def _written_for(source: str) -> dict[str, str]:
    """`written_for: {app: 4.1}` of the front matter, as typed."""
    try:
        named = parse_source(source.encode("utf-8")).raw.get("written_for")
    except KotaeError:
        return {}
    if not isinstance(named, dict):
        return {}
    return {str(product): str(version) for product, version in named.items()}


def _name(article: Article) -> _Name:
    return article.article_id, article.locale
