"""Roles by category and language: where an account may do what its role may.

Without grants a role counts everywhere. With grants it counts where they say and nowhere else, not
even for reading in the editor; no grant gives more than the account's role. Administrators and
owners are never narrowed: whoever may change grants could take them away anyway.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.accounts.users import may_act_as
from app.db import begin_writing
from app.editing.actors import ROLES, Grant
from app.errors import KotaeError
from app.locales import BadLocale, normalise_locale
from app.models import Article, User, UserGrant
from app.naming import slugify_path
from app.reading import in_category
from app.sign_in_settings import Share

_WIDE = "admin"
"""From this role on everything is everywhere."""


class BadGrant(KotaeError):
    """A grant cannot be made of what was given.

    `reason` is everywhere, too-high, no-locale or no-category.
    """

    code = "bad-grant"
    status = 422

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class GrantNotFound(KotaeError):
    """No grant has this number."""

    code = "grant-not-found"
    status = 404


def grants_of(session: Session, user: User) -> tuple[Grant, ...]:
    """What the account may do, and where."""
    rows = [] if may_act_as(user.role, _WIDE) else _rows(session, user)
    if not rows:
        return (Grant(user.role),)
    return tuple(
        Grant(
            min(row.role, user.role, key=ROLES.index),
            frozenset(filter(None, (row.category,))),
            frozenset(filter(None, (row.locale,))),
        )
        for row in rows
    )


def is_narrowed(session: Session, user: User) -> bool:
    """Whether there are articles that the account may not read in the editor."""
    return not any(not grant.categories and not grant.locales for grant in grants_of(session, user))


def list_grants(session: Session, user: User | None = None) -> list[tuple[UserGrant, User]]:
    """The grants of an account, or of all, by address."""
    rows = select(UserGrant, User).join(User, User.id == UserGrant.user_id)
    rows = rows.order_by(User.email, UserGrant.category, UserGrant.locale, UserGrant.id)
    if user is not None:
        rows = rows.where(UserGrant.user_id == user.id)
    return [(grant, owner) for grant, owner in session.execute(rows)]


def empty_categories(session: Session, categories: Iterable[str]) -> frozenset[str]:
    """Those of `categories` in which, and below which, no article stands: mistyped perhaps."""
    asked = {category for category in categories if category}
    standing = select(Article.id).where(Article.deleted_at.is_(None)).limit(1)
    return frozenset(
        category
        for category in asked
        if session.scalar(standing.where(in_category(category))) is None
    )


def add_grant(
    session: Session, user: User, role: str, *, category: str = "", locale: str = "", actor: Actor
) -> UserGrant:
    """Let the account's role count in a category and a language ("" for all), and commit.

    The same one twice is one. Raises BadGrant.
    """
    place = _check(user, role, category, locale)
    begin_writing(session)
    for row in _rows(session, user):
        if (row.role, row.category, row.locale) == (role, *place):
            session.rollback()
            return row
    grant = UserGrant(user_id=user.id, role=role, category=place[0], locale=place[1])
    session.add(grant)
    session.flush()
    _note(session, actor, "user.grant", grant)
    session.commit()
    return grant


def remove_grant(session: Session, number: int, *, actor: Actor) -> UserGrant:
    """Take a grant away, and commit; without any left the role counts everywhere again.

    Raises GrantNotFound.
    """
    grant = session.get(UserGrant, number)
    if grant is None:
        raise GrantNotFound(f"There is no grant {number}; see kb grant list.")
    _note(session, actor, "user.ungrant", grant)
    session.delete(grant)
    session.commit()
    return grant


def follow_groups(session: Session, user: User, wanted: Collection[Share], *, actor: Actor) -> None:
    """Give the account the grants of its groups of today in place of those it had; the caller
    commits. Grants that somebody gave by hand stay."""
    rows = _rows(session, user)
    for row in rows:
        if row.from_groups and (row.role, row.category, row.locale) not in wanted:
            _note(session, actor, "user.ungrant", row)
            session.delete(row)
    had = {(row.role, row.category, row.locale) for row in rows}
    for role, category, locale in sorted(set(wanted) - had):
        grant = UserGrant(
            user_id=user.id, role=role, category=category, locale=locale, from_groups=True
        )
        session.add(grant)
        _note(session, actor, "user.grant", grant)


def _rows(session: Session, user: User) -> list[UserGrant]:
    mine = select(UserGrant).where(UserGrant.user_id == user.id)
    return list(session.scalars(mine.order_by(UserGrant.id)))


def _check(user: User, role: str, category: str, locale: str) -> tuple[str, str]:
    """The category and language as articles have them."""
    if may_act_as(user.role, _WIDE):
        raise BadGrant(
            "everywhere", f"{user.email} is {user.role}, which counts everywhere; lower the role."
        )
    if role not in ROLES or not may_act_as(user.role, role):
        raise BadGrant(
            "too-high",
            f"{user.email} is {user.role}: a grant may be for that role or a lesser one.",
        )
    try:
        tag = normalise_locale(locale) if locale else ""
    except BadLocale:
        raise BadGrant(
            "no-locale", f"{locale!r} is not a language tag such as ko or zh-Hant."
        ) from None
    path = slugify_path(category) if category else ""
    if category and path != category:
        raise BadGrant(
            "no-category", f"{category!r} is not a category's path such as payment/cards."
        )
    return path, tag


def _note(session: Session, actor: Actor, action: str, grant: UserGrant) -> None:
    note_deed(
        session,
        actor,
        action,
        f"user:{grant.user_id}",
        role=grant.role,
        category=grant.category,
        locale=grant.locale,
        **({"by": "groups"} if grant.from_groups else {}),
    )
