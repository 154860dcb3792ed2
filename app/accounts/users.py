"""Users: made, found, given a role or a password, disabled and enabled again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.accounts.passwords import check_strength, hash_password
from app.db import begin_writing
from app.errors import KotaeError
from app.models import (
    ROLES,
    ApiToken,
    Identity,
    Invitation,
    PasswordReset,
    PendingSignIn,
    User,
    UserSession,
)
from app.tickets import EMAIL
from app.wording import clean_text

LONGEST_NAME = 200


class UserNotFound(KotaeError):
    """No account has this e-mail address."""

    code = "user-not-found"
    status = 404


class UserExists(KotaeError):
    """An account has this e-mail address already."""

    code = "user-exists"
    status = 409


class BadUser(KotaeError):
    """An account cannot be made of what was given."""

    code = "bad-user"
    status = 422


class NoPassword(KotaeError):
    """The account signs in by its organisation's provider; a password would be a second door."""

    code = "no-password"
    status = 409


class LastOwner(KotaeError):
    """Without this owner nobody could manage accounts any more."""

    code = "last-owner"
    status = 409


def may_act_as(role: str, wanted: str) -> bool:
    """Whether an account with `role` may do what `wanted` may; both of ROLES."""
    return ROLES.index(role) >= ROLES.index(wanted)


def fold_email(email: str) -> str:
    """An address as accounts are found by it. Raises BadUser where it is none."""
    folded = email.strip().casefold()
    if not EMAIL.fullmatch(folded) or len(folded) > 320:
        raise BadUser(f"{email!r} is not an e-mail address such as name@example.com.")
    return folded


def add_user(
    session: Session, *, email: str, name: str, role: str, password: str | None, actor: Actor
) -> User:
    """Make an account, and commit; without a password it waits for its invitation to be used.

    Raises BadUser, UserExists, WeakPassword.
    """
    folded = fold_email(email)
    if role not in ROLES:
        raise BadUser(f"{role!r} is not a role; use one of {', '.join(ROLES)}.")
    shown = " ".join(clean_text(name).split())[:LONGEST_NAME] or folded.partition("@")[0]
    if password is not None:
        check_strength(password, folded)
    hashed = None if password is None else hash_password(password)
    user = User(email=folded, name=shown, role=role, password_hash=hashed)
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise UserExists(f"There is an account for {folded} already.") from None
    note_deed(session, actor, "user.add", f"user:{user.id}", email=folded, role=role)
    session.commit()
    return user


def find_user(session: Session, email: str) -> User:
    """The account of an address. Raises BadUser, UserNotFound."""
    folded = fold_email(email)
    user = session.scalars(select(User).where(User.email == folded)).first()
    if user is None:
        raise UserNotFound(f"There is no account for {folded}.")
    return user


def list_users(session: Session) -> list[User]:
    """Every account, by address."""
    return list(session.scalars(select(User).order_by(User.email)))


def list_provided(session: Session) -> frozenset[int]:
    """Ids of the accounts that are an OpenID provider's."""
    return frozenset(session.scalars(select(Identity.user_id)))


def has_users(session: Session) -> bool:
    """Whether any account was ever made."""
    return session.scalars(select(User.id).limit(1)).first() is not None


def set_password(session: Session, user: User, password: str, *, actor: Actor) -> None:
    """Give the account a password, end its sessions and invitations, and commit.

    Raises NoPassword, WeakPassword.
    """
    refuse_password(session, user)
    check_strength(password, user.email)
    user.password_hash = hash_password(password)
    _end_access(session, user)
    note_deed(session, actor, "user.password", f"user:{user.id}")
    session.commit()


def has_identity(session: Session, user: User) -> bool:
    """Whether the account is one of an OpenID provider's."""
    known = select(Identity.subject).where(Identity.user_id == user.id).limit(1)
    return session.scalars(known).first() is not None


def refuse_password(session: Session, user: User) -> None:
    """Raise NoPassword where the account is one of an OpenID provider's."""
    if has_identity(session, user):
        raise NoPassword(f"{user.email} signs in by the organisation's provider, not by password.")


def set_role(session: Session, user: User, role: str, *, actor: Actor) -> None:
    """Let the account do more or less, from its next request on, and commit.

    Raises BadUser, LastOwner.
    """
    if role not in ROLES:
        raise BadUser(f"{role!r} is not a role; use one of {', '.join(ROLES)}.")
    begin_writing(session)
    if role != "owner":
        _keep_an_owner(session, user)
    note_deed(session, actor, "user.role", f"user:{user.id}", before=user.role, after=role)
    user.role = role
    session.commit()


def disable_user(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Sign the account out everywhere, end its tokens, and let nobody in by it, and commit.

    Raises LastOwner.
    """
    begin_writing(session)
    _keep_an_owner(session, user)
    user.disabled_at = user.disabled_at or now
    _end_access(session, user)
    session.execute(delete(ApiToken).where(ApiToken.user_id == user.id))
    note_deed(session, actor, "user.disable", f"user:{user.id}")
    session.commit()


def enable_user(session: Session, user: User, *, actor: Actor) -> None:
    """Let a disabled account in again, with the password it had, and commit."""
    user.disabled_at = None
    note_deed(session, actor, "user.enable", f"user:{user.id}")
    session.commit()


def has_other_owner(session: Session, user: User) -> bool:
    """Whether another account than this one manages accounts."""
    others = select(func.count()).where(
        User.role == "owner", User.disabled_at.is_(None), User.id != user.id
    )
    return bool(session.scalar(others))


def _keep_an_owner(session: Session, user: User) -> None:
    """Raise LastOwner where no other owner could sign in."""
    session.refresh(user)  # another writer may have been before us
    if user.role == "owner" and user.disabled_at is None and not has_other_owner(session, user):
        raise LastOwner(f"{user.email} is the only owner; make another one first.")


def _end_access(session: Session, user: User) -> None:
    for table in (UserSession, Invitation, PasswordReset, PendingSignIn):
        session.execute(delete(table).where(table.user_id == user.id))
