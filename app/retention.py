"""Forgetting what visitors did, once it is older than the operator promised to keep it.

What is left are sums by day, which name nobody.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.deflection.day_sums import DAY, first_moment, forget_sums, midnight
from app.deflection.holdout import visitor_results
from app.deflection.kept_results import tally_results
from app.deflection.participants import close_participants, experiment_key
from app.deflection.tallies import Span, load_episodes, store_day, tally_episodes, tally_events
from app.models import (
    EpisodeChange,
    EpisodeRecord,
    Event,
    Experiment,
    Participant,
    ParticipantSession,
    PersonSession,
    Ticket,
    TicketOutcome,
    TicketSession,
    utc_now,
)

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
    twice or lost. Tickets stay: they are messages to answer, not traces, and no longer say in which
    session they were written. `window` is that of
    `update_episodes`, which must have run before.
    """
    moment = now or utc_now()
    # The end of the day that contains the limit: kept a little shorter than promised, never longer.
    limit = midnight((moment - days * DAY).astimezone(UTC).date()) + DAY
    forgotten = 0
    while True:
        with session_factory() as session:
            begin_writing(session)
            first = first_moment(session)
            if first is None or first >= limit:
                session.rollback()
                break
            forgotten += _forget_day(session, midnight(first.astimezone(UTC).date()))
            session.commit()
    with session_factory() as session:
        begin_writing(session)
        _forget_links(session, limit)
        _forget_experiments(session, limit, window, moment)
        session.commit()
    return forgotten


def _forget_day(session: Session, day: datetime) -> int:
    """Count the day, then delete its events and the visitors who first sought help on it."""
    span = Span(day, day + DAY)
    ended = select(EpisodeRecord.visitor).group_by(EpisodeRecord.visitor)
    visitors = ended.having(func.min(EpisodeRecord.started_at) < day + DAY)
    theirs = EpisodeRecord.visitor.in_(visitors)
    rows = load_episodes(session, Span(), theirs)
    store_day(session, day.date(), tally_events(session, span) + tally_episodes(rows))
    days = {at.date() for at in session.scalars(select(EpisodeRecord.started_at).where(theirs))}
    forget_sums(session, {day.date(), *days})
    close_participants(session, visitors)
    gone = select(EpisodeRecord.id).where(theirs)
    session.execute(delete(EpisodeChange).where(EpisodeChange.episode_id.in_(gone)))
    # A help desk's later word of these tickets must not make a need of them: it was counted.
    _detach(session, Ticket.session.in_(visitors), TicketOutcome.session.in_(visitors))
    session.execute(delete(EpisodeRecord).where(theirs))
    removed = session.execute(delete(Event).where(*span.of(Event.received_at)))
    return int(getattr(removed, "rowcount", 0))


def _detach(session: Session, sent: ColumnElement[bool], told: ColumnElement[bool]) -> None:
    """Let tickets, and what a help desk told, no longer say in which session they were written."""
    for table, which in ((Ticket, sent), (TicketOutcome, told)):
        session.execute(
            update(table)
            .where(table.session.is_not(None), which)
            .values(session=None)
            .execution_options(synchronize_session=False)
        )


def _forget_links(session: Session, limit: datetime) -> None:
    """Delete what ties sessions to each other, to people and to tickets, made before `limit`."""
    # Tickets in no episode, spam for instance: no visitor's turn has come for them.
    earlier = select(Ticket.id).where(Ticket.created_at < limit)
    told = or_(
        TicketOutcome.ticket_id.in_(earlier),
        and_(TicketOutcome.ticket_id.is_(None), TicketOutcome.at < limit),
    )
    _detach(session, Ticket.created_at < limit, told)
    for moment in (TicketSession.at, PersonSession.at, ParticipantSession.joined_at):
        session.execute(delete(moment.class_).where(moment < limit))


def _forget_experiments(
    session: Session, limit: datetime, window: timedelta, now: datetime
) -> None:
    """Turn the participants of experiments that ended before `limit` into sums."""
    experiments = session.scalars(select(Experiment)).all()
    keys = {each.id: experiment_key(each.name, each.percent, each.site) for each in experiments}
    kept = {
        keys[each.id] for each in experiments if each.ended_at is None or each.ended_at >= limit
    }
    known = set(session.scalars(select(Participant.experiment).distinct()))
    for experiment in experiments:
        if keys[experiment.id] in known - kept and experiment.ended_at is not None:
            results = visitor_results(session, experiment, window=window, now=now)
            day = experiment.ended_at.astimezone(UTC).date()
            store_day(session, day, tally_results(experiment, results))
    gone = sorted(known - kept)
    for table in (ParticipantSession, Participant):
        session.execute(delete(table).where(table.experiment.in_(gone)))
