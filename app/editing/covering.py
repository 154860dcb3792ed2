"""Permissions as a condition of the database, so that lists hold what one may see and no more."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, or_, true

from app.editing.actors import ACTIONS, ROLES, Actor, Grant
from app.models import Article
from app.reading import in_category


def covered(actor: Actor, action: str) -> ColumnElement[bool]:
    """SQL condition: `is_allowed(actor, action, place)` at the place of an article."""
    least = ROLES.index(ACTIONS[action])
    enough = (grant for grant in actor.grants if ROLES.index(grant.role) >= least)
    return or_(false(), *(_covers(grant) for grant in enough))


def may_somewhere(actor: Actor, action: str) -> bool:
    """Whether there is any place at which the actor may do this."""
    least = ROLES.index(ACTIONS[action])
    return any(ROLES.index(grant.role) >= least for grant in actor.grants)


def locales_for(actor: Actor, action: str, locales: Sequence[str]) -> list[str]:
    """Those of `locales` in which the actor may do this in some category."""
    least = ROLES.index(ACTIONS[action])
    enough = [grant for grant in actor.grants if ROLES.index(grant.role) >= least]
    return [
        tag for tag in locales if any(not each.locales or tag in each.locales for each in enough)
    ]


def _covers(grant: Grant) -> ColumnElement[bool]:
    categories = [in_category(category) for category in sorted(grant.categories)]
    return and_(
        or_(*categories) if categories else true(),
        Article.locale.in_(sorted(grant.locales)) if grant.locales else true(),
    )
