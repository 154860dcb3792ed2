"""Signing in: by address and password, slowly for who guesses, and the same for who exists or not.

Attempts are counted in the database, so that every worker knows of them. One is written down
before the password is looked at and taken back when it was right: who tries many at once is
counted for each.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.passwords import hash_password, is_right, needs_renewal
from app.accounts.tokens import keyed_hash
from app.db import begin_writing
from app.errors import KotaeError
from app.models import SignInFailure, User

WINDOW = timedelta(minutes=15)
MOST_OF_ACCOUNT = 5
"""Failures for one address within WINDOW, after which it is not even tried."""
MOST_OF_CLIENT = 30
"""Failures from one client within WINDOW: some people may share an address."""


class SignInRefused(KotaeError):
    """The address or the password is wrong, or the account is disabled: nobody is told which."""

    code = "sign-in-refused"
    status = 401


class TooManyAttempts(KotaeError):
    """Too many sign-ins failed of late, for this address or from this client."""

    code = "too-many-attempts"
    status = 429


def sign_in(
    session: Session, *, email: str, password: str, client: str, secret: str, now: datetime
) -> User:
    """The user with this address and password. Raises SignInRefused, TooManyAttempts.

    `client`: its network address, kept for WINDOW as a hash with `secret`.
    """
    folded = email.strip().casefold()[:320]
    counted = _count_attempt(
        session,
        {
            keyed_hash(secret, "account", folded): MOST_OF_ACCOUNT,
            keyed_hash(secret, "client", client): MOST_OF_CLIENT,
        },
        now,
    )
    user = session.scalars(select(User).where(User.email == folded)).first()
    password_hash = user.password_hash if user is not None else None
    right = is_right(password, password_hash)
    if user is None or not right or user.disabled_at is not None:
        raise SignInRefused("The e-mail address or the password is not right.")
    session.execute(delete(SignInFailure).where(SignInFailure.id.in_(counted)))
    if password_hash is not None and needs_renewal(password_hash):
        user.password_hash = hash_password(password)
    session.commit()
    return user


def _count_attempt(session: Session, limits: dict[str, int], now: datetime) -> list[int]:
    """Write an attempt down under each subject, and commit; returns the rows' ids.

    Raises TooManyAttempts where a subject has had its number already.
    """
    begin_writing(session)
    session.execute(delete(SignInFailure).where(SignInFailure.at <= now - WINDOW))
    for subject, most in limits.items():
        failed = select(func.count()).where(SignInFailure.subject == subject)
        tried = session.scalar(failed) or 0
        if tried >= most:
            session.rollback()
            raise TooManyAttempts("Too many sign-ins failed; wait some minutes and try again.")
    attempts = [SignInFailure(subject=subject, at=now) for subject in limits]
    session.add_all(attempts)
    session.flush()
    ids = [attempt.id for attempt in attempts]
    session.commit()
    return ids
