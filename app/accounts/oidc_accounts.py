"""The account of whom an OpenID provider signed in: found, made, and given its role.

An account belongs to an issuer and a subject, not to an address. Where somebody has an account by
that address already, they get it only if the provider vouches for the address; its password ends
there, so that who leaves the organisation has no second door.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.addresses import is_free, move_address
from app.accounts.audit import Actor, note_deed
from app.accounts.grants import follow_groups
from app.accounts.users import LONGEST_NAME, BadUser, fold_email, has_identity, has_other_owner
from app.db import begin_writing
from app.errors import KotaeError
from app.models import (
    ApiToken,
    Identity,
    Invitation,
    PasswordReset,
    PendingSignIn,
    User,
    UserSession,
)
from app.sign_in_settings import Share
from app.wording import clean_text


class AddressNeeded(KotaeError):
    """The provider does not say which e-mail address somebody has."""

    code = "address-needed"
    status = 403


class AddressUnproven(KotaeError):
    """An account has this address, and the provider does not vouch that it is this person's."""

    code = "address-unproven"
    status = 403


class NoRole(KotaeError):
    """None of somebody's groups has a role here."""

    code = "no-role"
    status = 403


class AccountDisabled(KotaeError):
    """The account was disabled here, whatever the provider says."""

    code = "account-disabled"
    status = 403


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Whom the provider signed in."""

    issuer: str
    subject: str
    email: str
    """"" where it did not say."""
    is_email_verified: bool
    name: str
    groups: tuple[str, ...]


def read_person(issuer: str, claims: Mapping[str, Any], group_claim: str) -> KnownPerson:
    """The person that checked claims are about."""
    groups = claims.get(group_claim)
    listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    names = (claims.get(each) for each in ("name", "preferred_username"))
    return KnownPerson(
        issuer=issuer,
        subject=str(claims["sub"]),
        email=str(claims.get("email") or ""),
        is_email_verified=claims.get("email_verified") in {True, "true"},
        name=next((name for name in names if isinstance(name, str) and name), ""),
        groups=tuple(group for group in listed if isinstance(group, str)),
    )


def enter(
    session: Session,
    person: KnownPerson,
    role: str | None,
    *,
    shares: Collection[Share] = (),
    now: datetime,
) -> User:
    """The person's account with the role that their groups give, made where there is none; commits.

    `shares` is where the role counts; none for everywhere. `role` None lets nobody in, and ends the
    sessions that the account has. Raises NoRole, AccountDisabled, AddressNeeded, AddressUnproven,
    BadUser; each is in the audit log.
    """
    begin_writing(session)
    try:
        user = _find(session, person) or _link(session, person) or _make(session, person, role)
        _require_entry(user, role)
        _follow_address(session, user, person)
        _follow_role(session, user, role or "")
        follow_groups(session, user, shares, actor=Actor.of(user))
    except KotaeError as error:
        session.rollback()
        _note_refusal(session, person, error)
        raise
    session.commit()
    return user


def _find(session: Session, person: KnownPerson) -> User | None:
    return session.scalars(
        select(User)
        .join(Identity, Identity.user_id == User.id)
        .where(Identity.issuer == person.issuer, Identity.subject == person.subject)
    ).first()


def _link(session: Session, person: KnownPerson) -> User | None:
    """The account that has the person's address, from now on theirs by the provider alone."""
    if not person.email:
        raise AddressNeeded("The provider did not say which e-mail address you have.")
    email = fold_email(person.email)
    user = session.scalars(select(User).where(User.email == email)).first()
    if user is None:
        return None
    if not person.is_email_verified or has_identity(session, user):
        raise AddressUnproven(f"There is an account for {email} that is not known to be yours.")
    user.password_hash = None
    for table in (ApiToken, Invitation, PasswordReset, PendingSignIn, UserSession):
        session.execute(delete(table).where(table.user_id == user.id))
    _keep_identity(session, person, user, "identity.link")
    return user


def _make(session: Session, person: KnownPerson, role: str | None) -> User:
    if role is None:
        raise NoRole("None of your groups has a role here.")
    email = fold_email(person.email)
    name = " ".join(clean_text(person.name).split())[:LONGEST_NAME] or email.partition("@")[0]
    user = User(email=email, name=name, role=role, password_hash=None)
    session.add(user)
    session.flush()
    note_deed(session, Actor.of(user), "user.add", f"user:{user.id}", email=email, role=role)
    _keep_identity(session, person, user, "identity.add")
    return user


def _keep_identity(session: Session, person: KnownPerson, user: User, action: str) -> None:
    session.add(Identity(issuer=person.issuer, subject=person.subject, user_id=user.id))
    subject = f"user:{user.id}"
    note_deed(session, Actor.of(user), action, subject, issuer=person.issuer, sub=person.subject)


def _require_entry(user: User, role: str | None) -> None:
    if user.disabled_at is not None:
        raise AccountDisabled("Your account was disabled here.")
    if role is None:
        raise NoRole("None of your groups has a role here.")


def _follow_address(session: Session, user: User, person: KnownPerson) -> None:
    """The address that the provider verified, unless another account has it."""
    if not person.email or not person.is_email_verified:
        return
    try:
        folded = fold_email(person.email)
    except BadUser:
        return  # the one that the account has does
    if folded != user.email and is_free(session, folded):
        move_address(session, user, folded, actor=Actor.of(user))


def _follow_role(session: Session, user: User, role: str) -> None:
    """The role of today's groups; the last owner stays one, or nobody could manage accounts."""
    if user.role == role or (user.role == "owner" and not has_other_owner(session, user)):
        return
    details = {"before": user.role, "after": role, "by": "groups"}
    note_deed(session, Actor.of(user), "user.role", f"user:{user.id}", **details)
    user.role = role


def _note_refusal(session: Session, person: KnownPerson, error: KotaeError) -> None:
    """Write down who was turned away; whom no group lets in any more has no session or token."""
    begin_writing(session)
    user = _find(session, person)
    if user is not None and isinstance(error, NoRole):
        for table in (UserSession, ApiToken):
            session.execute(delete(table).where(table.user_id == user.id))
    actor = Actor.of(user) if user is not None else Actor(person.email or person.subject)
    subject = f"user:{user.id}" if user is not None else ""
    details = {"reason": error.code, "issuer": person.issuer, "sub": person.subject}
    note_deed(session, actor, "session.refuse", subject, **details)
    session.commit()
