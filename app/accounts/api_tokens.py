"""API tokens: made for an account, shown once, each for some scopes and some time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.accounts.grants import is_narrowed
from app.accounts.tokens import hash_token, new_token
from app.accounts.users import has_identity, may_act_as
from app.errors import KotaeError
from app.models import ApiToken, User
from app.wording import clean_text

PREFIX = "kotae_"
"""With which every token begins, so that scanners of source code can find one that leaked."""
SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "articles:read": "reader",
        "insights:read": "reader",
        "notices:write": "publisher",
        "metrics:read": "admin",
    }
)
"""What tokens may be for, and the least role of whom they act for."""
LIFETIMES = (7, 30, 90, 365)
"""Days."""
PROVIDED_FOR = timedelta(days=30)
"""How long after the last sign-in by an OpenID provider the account's tokens work.

The provider is asked about somebody only when they sign in: who left the organisation never does
again, and nobody may have disabled their account here.
"""
MOST_TOKENS = 20
"""Of one account, those that are over included."""
LONGEST_NAME = 80


class TokenRefused(KotaeError):
    """A token is unknown, was revoked, or is over, or its account was disabled or is not seen."""

    code = "token-refused"
    status = 401


class ScopeMissing(KotaeError):
    """A token is good, but not for this."""

    code = "scope-missing"
    status = 403


class BadToken(KotaeError):
    """A token cannot be made of what was given."""

    code = "bad-token"
    status = 422


class TokenNotFound(KotaeError):
    """No token has this number, or it is not one's own."""

    code = "token-not-found"
    status = 404


@dataclass(frozen=True, slots=True)
class TokenWish:
    """What a token is to be."""

    name: str
    scopes: tuple[str, ...]
    days: int
    """One of LIFETIMES."""


def scopes_for(session: Session, user: User) -> tuple[str, ...]:
    """The scopes that a token of this account may have."""
    allowed = (scope for scope, least in SCOPES.items() if may_act_as(user.role, least))
    narrow = is_narrowed(session, user)
    # Who may not read every article gets no token that does.
    return tuple(scope for scope in allowed if not (narrow and scope == "articles:read"))


def make_token(
    session: Session, user: User, wish: TokenWish, *, actor: Actor, now: datetime
) -> tuple[str, ApiToken]:
    """A token that acts for `user`, and commit; its text is known to nobody afterwards.

    Raises BadToken.
    """
    name = " ".join(clean_text(wish.name).split())[:LONGEST_NAME]
    _check(session, user, name, wish)
    text = PREFIX + new_token()
    token = ApiToken(
        user_id=user.id,
        name=name,
        token_hash=hash_token(text),
        scopes=sorted(set(wish.scopes)),
        created_at=now,
        created_by=actor.name,
        expires_at=now + timedelta(days=wish.days),
    )
    session.add(token)
    session.flush()
    note_deed(
        session,
        actor,
        "token.make",
        f"user:{user.id}",
        token=token.id,
        name=name,
        scopes=token.scopes,
        days=wish.days,
    )
    session.commit()
    return text, token


def use_token(session: Session, text: str, scope: str, *, now: datetime) -> User:
    """For whom a token acts, where it may be used for `scope`, a key of SCOPES, now.

    The day is noted, and committed. Raises TokenRefused, ScopeMissing.
    """
    found = session.execute(
        select(User, ApiToken)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(
            ApiToken.token_hash == hash_token(text),
            ApiToken.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).first()
    if found is None:
        raise TokenRefused("This token is unknown, was revoked, or is over.")
    user, token = found
    if _is_out_of_sight(session, user, now):
        raise TokenRefused(
            f"Whom this token acts for did not sign in for {PROVIDED_FOR.days} days; it works "
            "again once they did."
        )
    if scope not in token.scopes or scope not in scopes_for(session, user):
        raise ScopeMissing(f"This token may not be used for this; it takes the scope {scope}.")
    if token.last_used_on != now.date():
        token.last_used_on = now.date()
        session.commit()
    return user


def _is_out_of_sight(session: Session, user: User, now: datetime) -> bool:
    """Whether nobody knows if the organisation, whose account this is, still has the person."""
    last = user.signed_in_at
    return has_identity(session, user) and (last is None or now - last > PROVIDED_FOR)


def list_tokens(session: Session, user: User | None = None) -> list[tuple[ApiToken, User]]:
    """The tokens of an account, or of all, the newest first, and for whom each acts."""
    newest = select(ApiToken, User).join(User, User.id == ApiToken.user_id)
    newest = newest.order_by(ApiToken.id.desc())
    if user is not None:
        newest = newest.where(ApiToken.user_id == user.id)
    return [(token, owner) for token, owner in session.execute(newest)]


def revoke_token(
    session: Session, number: int, *, actor: Actor, owner: User | None = None
) -> ApiToken:
    """End a token at once, and commit. `owner`: the only one whose tokens may be ended.

    Raises TokenNotFound.
    """
    token = session.get(ApiToken, number)
    if token is None or (owner is not None and token.user_id != owner.id):
        raise TokenNotFound(f"There is no token {number}.")
    note_deed(
        session, actor, "token.revoke", f"user:{token.user_id}", token=token.id, name=token.name
    )
    session.delete(token)
    session.commit()
    return token


def _check(session: Session, user: User, name: str, wish: TokenWish) -> None:
    if not name:
        raise BadToken("Say what the token is for.")
    allowed: Collection[str] = scopes_for(session, user)
    beyond = [scope for scope in wish.scopes if scope not in allowed]
    if beyond or not wish.scopes:
        raise BadToken(f"A token of {user.email} may be for: {', '.join(allowed)}.")
    if wish.days not in LIFETIMES:
        raise BadToken(f"A token lasts {', '.join(map(str, LIFETIMES))} days.")
    mine = select(func.count()).where(ApiToken.user_id == user.id)
    if (session.scalar(mine) or 0) >= MOST_TOKENS:
        raise BadToken(f"An account has at most {MOST_TOKENS} tokens; revoke one first.")
