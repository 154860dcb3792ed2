"""Attempts that failed, counted in the database, so that every worker knows of them.

One is written down before it is looked at and taken back when it was right: who tries many at once
is counted for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.errors import KotaeError
from app.models import SignInFailure

WINDOW = timedelta(minutes=15)


class TooManyAttempts(KotaeError):
    """Too many attempts failed of late, for this account or from this client."""

    code = "too-many-attempts"
    status = 429


def count_attempt(session: Session, limits: Mapping[str, int], now: datetime) -> list[int]:
    """Write an attempt down under each subject, and commit; returns the rows' ids.

    `limits`: hash of a subject -> failures within WINDOW after which it is not even tried. Raises
    TooManyAttempts where a subject has had its number already.
    """
    begin_writing(session)
    session.execute(delete(SignInFailure).where(SignInFailure.at <= now - WINDOW))
    for subject, most in limits.items():
        failed = select(func.count()).where(SignInFailure.subject == subject)
        if (session.scalar(failed) or 0) >= most:
            session.rollback()
            raise TooManyAttempts("Too many attempts failed; wait some minutes and try again.")
    attempts = [SignInFailure(subject=subject, at=now) for subject in limits]
    session.add_all(attempts)
    session.flush()
    ids = [attempt.id for attempt in attempts]
    session.commit()
    return ids


def forgive_attempt(session: Session, ids: Sequence[int]) -> None:
    """Take back what `count_attempt` wrote down. The caller commits."""
    session.execute(delete(SignInFailure).where(SignInFailure.id.in_(ids)))
