"""Signing in by address and password: slowly for who guesses, alike for who exists or not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.passwords import hash_password, is_right, needs_renewal
from app.accounts.throttling import count_attempt, forgive_attempt
from app.accounts.tokens import keyed_hash
from app.errors import KotaeError
from app.models import SignInFailure, User

MOST_OF_ACCOUNT = 5
"""Failures for one address within WINDOW, after which it is not even tried."""
MOST_OF_CLIENT = 30
"""Failures from one client within WINDOW: some people may share an address."""


class SignInRefused(KotaeError):
    """The address or the password is wrong, or the account is disabled: nobody is told which."""

    code = "sign-in-refused"
    status = 401


def sign_in(
    session: Session, *, email: str, password: str, client: str, secret: str, now: datetime
) -> User:
    """The user with this address and password. Raises SignInRefused, TooManyAttempts.

    `client`: its network address, kept for WINDOW as a hash with `secret`.
    """
    folded = email.strip().casefold()[:320]
    counted = count_attempt(
        session,
        {
            _subject(folded, secret): MOST_OF_ACCOUNT,
            keyed_hash(secret, "client", client): MOST_OF_CLIENT,
        },
        now,
    )
    user = session.scalars(select(User).where(User.email == folded)).first()
    password_hash = user.password_hash if user is not None else None
    right = is_right(password, password_hash)
    if user is None or not right or user.disabled_at is not None:
        raise SignInRefused("The e-mail address or the password is not right.")
    forgive_attempt(session, counted)
    if password_hash is not None and needs_renewal(password_hash):
        user.password_hash = hash_password(password)
    session.commit()
    return user


def forgive_failures(session: Session, email: str, secret: str) -> None:
    """Forget the failed sign-ins of an address. The caller commits."""
    mine = SignInFailure.subject == _subject(email, secret)
    session.execute(delete(SignInFailure).where(mine))


def _subject(email: str, secret: str) -> str:
    return keyed_hash(secret, "account", email)
