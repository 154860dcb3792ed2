"""Links by which somebody chooses a password: the first one, or another one when it is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.accounts.passwords import check_strength
from app.accounts.tokens import hash_token, new_token
from app.accounts.users import LONGEST_NAME, refuse_password, set_password
from app.db import begin_writing
from app.errors import KotaeError
from app.models import Invitation, User
from app.wording import clean_text

VALID = timedelta(hours=48)


class InvitationGone(KotaeError):
    """A link is unknown, was used, or is too old; the three look alike from outside."""

    code = "invitation-gone"
    status = 404


def invite(session: Session, user: User, *, actor: Actor, now: datetime) -> str:
    """A token for a link that lets `user` choose a password once, and commit.

    Links that the user had before stop working. Raises NoPassword.
    """
    refuse_password(session, user)
    token = new_token()
    session.execute(delete(Invitation).where(Invitation.user_id == user.id))
    session.add(
        Invitation(
            token_hash=hash_token(token), user_id=user.id, created_at=now, expires_at=now + VALID
        )
    )
    note_deed(session, actor, "user.invite", f"user:{user.id}")
    session.commit()
    return token


def find_invited(session: Session, token: str, *, now: datetime) -> User:
    """Whom a link is for. Raises InvitationGone."""
    user = session.scalars(
        select(User)
        .join(Invitation, Invitation.user_id == User.id)
        .where(
            Invitation.token_hash == hash_token(token),
            Invitation.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).first()
    if user is None:
        raise InvitationGone("This link was used, or is too old; ask for a new one.")
    return user


def accept_invitation(
    session: Session, token: str, *, name: str, password: str, now: datetime
) -> User:
    """Use a link up: give its user a name and a password, and commit.

    Raises InvitationGone, WeakPassword; the link can then be used again with a better one.
    """
    check_strength(password, find_invited(session, token, now=now).email)
    session.rollback()
    begin_writing(session)  # of two who use the link at once, one comes too late
    user = find_invited(session, token, now=now)
    user.name = " ".join(clean_text(name).split())[:LONGEST_NAME] or user.name
    set_password(session, user, password, actor=Actor.of(user))
    return user
