"""Sessions of signed-in staff: kept by the server, so that they can be ended there."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.accounts.tokens import hash_token, new_token
from app.models import User, UserSession

LONGEST = timedelta(days=14)
"""After so long one signs in again, however busy one was."""
IDLE = timedelta(hours=24)
"""A session that was not used for so long is over."""
_SEEN_EVERY = timedelta(minutes=5)


def open_session(
    session: Session,
    user: User,
    *,
    replaces: str = "",
    now: datetime,
    lasts: timedelta = LONGEST,
) -> str:
    """Sign the user in, and commit; returns the token for the browser's cookie.

    The token is always a new one; the session of the cookie that the browser had (`replaces`) is
    ended, so that nobody can plant theirs (session fixation).
    """
    token = new_token()
    session.execute(delete(UserSession).where(UserSession.expires_at <= now))
    if replaces:
        gone = delete(UserSession).where(UserSession.token_hash == hash_token(replaces))
        session.execute(gone)
    session.add(
        UserSession(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            expires_at=now + lasts,
        )
    )
    user.signed_in_at = now
    note_deed(session, Actor.of(user), "session.open", f"user:{user.id}")
    session.commit()
    return token


def find_session(session: Session, token: str, *, now: datetime) -> tuple[User, UserSession] | None:
    """Who is signed in by a cookie's token; None where nobody is (any more)."""
    if not token:
        return None
    found = session.execute(
        select(User, UserSession)
        .join(UserSession, UserSession.user_id == User.id)
        .where(
            UserSession.token_hash == hash_token(token),
            UserSession.expires_at > now,
            UserSession.seen_at > now - IDLE,
            User.disabled_at.is_(None),
        )
    ).first()
    if found is None:
        return None
    user, kept = found
    if now - kept.seen_at > _SEEN_EVERY:
        kept.seen_at = now
        session.commit()
    return user, kept


def list_sessions(session: Session, user: User, *, now: datetime) -> list[UserSession]:
    """The user's sessions that are not over, the last used first."""
    return list(
        session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user.id,
                UserSession.expires_at > now,
                UserSession.seen_at > now - IDLE,
            )
            .order_by(UserSession.seen_at.desc(), UserSession.token_hash)
        )
    )


def close_session(session: Session, user: User, token_hash: str) -> None:
    """End one of the user's sessions, and commit; nothing happens where it is over already."""
    mine = UserSession.user_id == user.id, UserSession.token_hash == token_hash
    session.execute(delete(UserSession).where(*mine))
    note_deed(session, Actor.of(user), "session.close", f"user:{user.id}")
    session.commit()


def close_other_sessions(session: Session, user: User, *, but: str) -> None:
    """End all of the user's sessions except the one with this token's hash, and commit."""
    others = UserSession.user_id == user.id, UserSession.token_hash != but
    session.execute(delete(UserSession).where(*others))
    note_deed(session, Actor.of(user), "session.close-others", f"user:{user.id}")
    session.commit()
