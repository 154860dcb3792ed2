"""Sums of days whose events are still kept, so that a report need not count them again.

A day is summed once it is over. Whatever changes one of its episodes later, a late ticket or a
window that closes, deletes its sums, and the next upkeep makes them anew; a report counts what has
none. So sums and counts always say the same, and a report costs what a few days cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.deflection.tallies import (
    Span,
    Tally,
    load_episodes,
    tally_episodes,
    tally_events,
    tally_queries,
)
from app.models import DaySums, DeflectionMark, EpisodeRecord, Event

DAY = timedelta(days=1)
_SETTLED = timedelta(minutes=10)  # what was being written when the day ended is there by then
_AT_ONCE = 400
_DEFINITIONS = "day sums 2"
"""The mark that says by which definitions days were summed; another one where they change."""


def update_sums(session_factory: sessionmaker[Session], now: datetime) -> int:
    """Sum every day that is over and has no sums; returns how many. Committed day by day."""
    summed = 0
    _forget_other_definitions(session_factory, now)
    with session_factory() as session:
        missing = [day for day in _days(session) if midnight(day) + DAY + _SETTLED <= now]
        missing = sorted(set(missing) - set(session.scalars(select(DaySums.day))))
    for day in missing:
        with session_factory() as session:
            begin_writing(session)
            rows = [[*key, count] for key, count in sorted(tally_day(session, day).items())]
            session.merge(DaySums(day=day, sums=rows))
            session.commit()
        summed += 1
    return summed


def _forget_other_definitions(session_factory: sessionmaker[Session], now: datetime) -> None:
    """Delete sums that an earlier release made by other definitions: the days are summed anew."""
    with session_factory() as session:
        if session.get(DeflectionMark, _DEFINITIONS) is not None:
            return
        session.rollback()
        begin_writing(session)
        session.execute(delete(DaySums))
        session.merge(DeflectionMark(name=_DEFINITIONS, at=now))
        session.commit()


def forget_sums(session: Session, days: Collection[date]) -> None:
    """Delete the sums of days in which something changed; the caller commits."""
    left = sorted(days)
    while left:
        part, left = left[:_AT_ONCE], left[_AT_ONCE:]
        session.execute(delete(DaySums).where(DaySums.day.in_(part)))


def tally_since(session: Session, since: datetime | None) -> Tally:
    """The sums of everything still kept that began, or arrived, at `since` (aware) or later."""
    start = since.astimezone(UTC) if since else None
    tally: Tally = Counter()
    wanted = [day for day in _days(session) if start is None or midnight(day) + DAY > start]
    found = session.execute(select(DaySums.day, DaySums.sums))
    kept: dict[date, list[Any]] = {row.day: row.sums for row in found}
    for day in wanted:
        whole = start is None or midnight(day) >= start
        if whole and day in kept:
            for kind, key, locale, count in kept[day]:
                tally[kind, key, locale] += count
        else:
            tally.update(tally_day(session, day, None if whole else start))
    return tally


def tally_day(session: Session, day: date, since: datetime | None = None) -> Tally:
    """What happened on a day of UTC, or in the part of it that begins at `since`."""
    span = Span(since or midnight(day), midnight(day) + DAY)
    rows = load_episodes(session, span)
    return tally_events(session, span) + tally_episodes(rows) + tally_queries(rows)


def first_moment(session: Session) -> datetime | None:
    """When the oldest event arrived or the oldest episode began; None where there is nothing."""
    return min(_edges(session, func.min), default=None)


def midnight(day: date) -> datetime:
    """The beginning of a day of UTC."""
    return datetime.combine(day, time(), UTC)


def _days(session: Session) -> Iterator[date]:
    """Every day from the first to the last of which something is kept."""
    first = first_moment(session)
    if first is None:
        return
    last = max(_edges(session, func.max)).astimezone(UTC).date()
    day = first.astimezone(UTC).date()
    while day <= last:
        yield day
        day += DAY


def _edges(session: Session, edge: Callable[[Any], Any]) -> list[datetime]:
    columns = Event.received_at, EpisodeRecord.started_at
    found = [session.scalar(select(edge(column))) for column in columns]
    return [each for each in found if each is not None]
