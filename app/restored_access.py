"""Who may do what, before and after a restore: a backup knows nothing of who was let go since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import (
    ApiToken,
    Invitation,
    PasswordReset,
    PendingSignIn,
    RecoveryCode,
    SecondFactor,
    SiteKey,
    User,
    UserGrant,
    UserSession,
)


@dataclass(frozen=True, slots=True)
class Account:
    """What lets somebody in, and what they may do."""

    role: str
    is_disabled: bool
    password_hash: str | None
    app: tuple[str, frozenset[str]]
    """Sealed secret of the authenticator app, empty for none, and hashes of recovery codes."""
    limits: frozenset[tuple[str, str, str]]
    """Role, category and locale of each."""


@dataclass(frozen=True, slots=True)
class Access:
    """Everything that opens a door, at one moment."""

    accounts: Mapping[str, Account]
    """By address."""
    tokens: Mapping[str, str]
    """Hash of an API token -> what it is called, and whose it is."""
    sites: Mapping[str, tuple[str, str]]
    """Key of a site that embeds the widget -> its name and secret."""


def close_doors(session: Session) -> None:
    """End what was open when the backup was made: sessions, half done sign-ins, and links."""
    for table in (UserSession, PendingSignIn, PasswordReset, Invitation):
        session.execute(delete(table))


def read_access(session: Session) -> Access:
    """What there is in a database."""
    users = {user.id: user for user in session.scalars(select(User))}
    apps = {each.user_id: each.sealed_secret for each in session.scalars(select(SecondFactor))}
    codes: dict[int, set[str]] = defaultdict(set)
    for code in session.scalars(select(RecoveryCode)):
        codes[code.user_id].add(code.code_hash)
    limits: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
    for grant in session.scalars(select(UserGrant)):
        limits[grant.user_id].add((grant.role, grant.category, grant.locale))
    accounts = {
        user.email: Account(
            user.role,
            user.disabled_at is not None,
            user.password_hash,
            (apps.get(user.id, ""), frozenset(codes[user.id])),
            frozenset(limits[user.id]),
        )
        for user in users.values()
    }
    tokens = {
        token.token_hash: f"{token.name!r} of {users[token.user_id].email}"
        for token in session.scalars(select(ApiToken).order_by(ApiToken.id))
    }
    sites = {site.key: (site.name, site.secret) for site in session.scalars(select(SiteKey))}
    return Access(accounts, tokens, sites)


def find_differences(before: Access, after: Access) -> tuple[str, ...]:
    """What is not as it was before the restore, a sentence each; accounts first."""
    found: list[str] = []
    for email in sorted(before.accounts.keys() | after.accounts.keys()):
        said = _compare(before.accounts.get(email), after.accounts.get(email))
        found += [f"{email} {sentence}" for sentence in said]
    found += [f"The API token {name} is there again." for name in _only(after, before)]
    found += [f"The API token {name} is gone." for name in _only(before, after)]
    return (*found, *_compare_sites(before, after))


def _only(here: Access, there: Access) -> list[str]:
    """What the API tokens are called that are here and not there."""
    return [name for token, name in here.tokens.items() if token not in there.tokens]


def _compare_sites(before: Access, after: Access) -> Iterator[str]:
    for key, (name, secret) in sorted(after.sites.items()):
        if key not in before.sites:
            yield f"The site {name!r} ({key}) is there again."
        elif before.sites[key][1] != secret:
            yield f"The site {name!r} ({key}) has the secret of the backup again."


def _compare(before: Account | None, after: Account | None) -> Iterator[str]:
    if after is None:
        yield "is gone."
        return
    if before is None:
        state = ", disabled" if after.is_disabled else ""
        yield f"is there again, with the role {after.role}{state}."
        return
    if before.is_disabled != after.is_disabled:
        yield "is disabled again." if after.is_disabled else "was disabled, and is not any more."
    if before.role != after.role:
        yield f"had the role {before.role}, and has {after.role} again."
    if before.limits != after.limits:
        yield "is limited to the categories and languages of the backup again."
    if before.password_hash != after.password_hash:
        kept = "has the password of the backup again."
        yield kept if after.password_hash else "has no password any more, as in the backup."
    if before.app != after.app:
        yield "has the authenticator app and the recovery codes of the backup again."
