"""Forgetting what visitors did, once it is older than the operator promised to keep it.

What is left are sums by day, which name nobody.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.deflection.holdout import last_experiment, visitor_results
from app.deflection.kept_results import tally_results
from app.deflection.tallies import Span, load_episodes, store_day, tally_episodes, tally_events
from app.models import EpisodeChange, EpisodeRecord, Event, utc_now

_DAY = timedelta(days=1)
_WINDOW = timedelta(hours=72)


def forget_old_events(
    session_factory: sessionmaker[Session],
    days: int,
    now: datetime | None = None,
    *,
    window: timedelta = _WINDOW,
) -> int:
    """Delete what arrived `days` days ago or earlier, in whole days of UTC; returns event count.

    Each day is counted and deleted in one transaction, so that after a crash nothing is counted
    twice or lost. Tickets stay: they are messages to answer, not traces. `window` is that of
    `update_episodes`, which must have run before.
    """
    moment = now or utc_now()
    # The end of the day that contains the limit: kept a little shorter than promised, never longer.
    limit = _midnight(moment - days * _DAY) + _DAY
    forgotten = 0
    while True:
        with session_factory() as session:
            begin_writing(session)
            first = _first_moment(session)
            if first is None or first >= limit:
                session.rollback()
                return forgotten
            day = _midnight(first)
            forgotten += _forget_day(session, day, window, moment)
            session.commit()


def _first_moment(session: Session) -> datetime | None:
    """When the oldest event arrived or the oldest episode began."""
    found = [
        session.scalar(select(func.min(column)))
        for column in (Event.received_at, EpisodeRecord.started_at)
    ]
    return min((each for each in found if each is not None), default=None)


def _forget_day(session: Session, day: datetime, window: timedelta, now: datetime) -> int:
    """Count the day, then delete its events and the visitors who first sought help on it."""
    span = Span(day, day + _DAY)
    ended = select(EpisodeRecord.visitor).group_by(EpisodeRecord.visitor)
    visitors = ended.having(func.min(EpisodeRecord.started_at) < day + _DAY)
    experiment = last_experiment(session)
    tally = tally_events(session, span)
    if experiment is not None:
        # Every visitor left began on this day or later, so what began before its end is this day's.
        results = visitor_results(session, experiment, window=window, now=now, until=day + _DAY)
        tally += tally_results(experiment, results)
    rows = load_episodes(session, Span(), EpisodeRecord.visitor.in_(visitors))
    store_day(session, day.date(), tally + tally_episodes(rows))
    gone = select(EpisodeRecord.id).where(EpisodeRecord.visitor.in_(visitors))
    session.execute(delete(EpisodeChange).where(EpisodeChange.episode_id.in_(gone)))
    session.execute(delete(EpisodeRecord).where(EpisodeRecord.visitor.in_(visitors)))
    removed = session.execute(delete(Event).where(*span.of(Event.received_at)))
    return int(getattr(removed, "rowcount", 0))


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)
