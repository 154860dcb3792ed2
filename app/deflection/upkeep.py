"""What a running server does for the report from time to time, and what a report does first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from app.deflection.day_sums import update_sums
from app.deflection.holdout import note_experiments
from app.deflection.report import Report, make_report
from app.deflection.tracking import update_episodes
from app.models import utc_now
from app.retention import forget_old_events
from app.settings import Settings
from app.sites import holdout_shares


def current_report(
    session_factory: sessionmaker[Session],
    settings: Settings,
    since: datetime | None,
    now: datetime | None = None,
) -> Report:
    """The report on what is recorded up to this moment, from `since` (aware) on."""
    moment = now or utc_now()
    update_episodes(session_factory, window=settings.ticket_window, now=moment)
    update_sums(session_factory, moment)
    with session_factory() as session:
        return make_report(session, since=since, window=settings.ticket_window, now=moment)


def keep_deflection(
    session_factory: sessionmaker[Session], settings: Settings, now: datetime | None = None
) -> int:
    """Note the experiment, follow visitors, forget what is old; returns how many events went.

    In this order: what is forgotten was counted before.
    """
    moment = now or utc_now()
    with session_factory() as session:
        note_experiments(
            session,
            name=settings.holdout_name,
            percent=settings.holdout_percent,
            shares=holdout_shares(session),
            now=moment,
        )
    update_episodes(session_factory, window=settings.ticket_window, now=moment)
    forgotten = forget_old_events(
        session_factory, settings.event_retention_days, moment, window=settings.ticket_window
    )
    update_sums(session_factory, moment)
    return forgotten
