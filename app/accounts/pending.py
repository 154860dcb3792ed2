"""Sign-ins half done: the password was right, and the code of the app is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.tokens import hash_token, new_token
from app.models import PendingSignIn, User

VALID = timedelta(minutes=10)


def begin_pending(session: Session, user: User, *, now: datetime) -> str:
    """Remember that the user's password was right, and commit; a token for the cookie."""
    token = new_token()
    session.execute(delete(PendingSignIn).where(PendingSignIn.expires_at <= now))
    session.add(
        PendingSignIn(token_hash=hash_token(token), user_id=user.id, expires_at=now + VALID)
    )
    session.commit()
    return token


def find_pending(session: Session, token: str, *, now: datetime) -> User | None:
    """Whose sign-in waits for a code by this cookie's token; None where none does (any more)."""
    if not token:
        return None
    return session.scalars(
        select(User)
        .join(PendingSignIn, PendingSignIn.user_id == User.id)
        .where(
            PendingSignIn.token_hash == hash_token(token),
            PendingSignIn.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).first()


def end_pending(session: Session, token: str) -> None:
    """Forget it, and commit."""
    session.execute(delete(PendingSignIn).where(PendingSignIn.token_hash == hash_token(token)))
    session.commit()
