"""Who edits, and the one function that decides what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.errors import KotaeError

ROLES = ("reader", "writer", "reviewer", "publisher", "admin", "owner")
"""The least first; each may do all that those before it may."""

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "read": "reader",
        "comment": "reader",
        "write": "writer",
        "submit": "writer",
        "publish-approved": "writer",
        "review": "reviewer",
        "publish": "publisher",
        "schedule": "publisher",
        "unpublish": "publisher",
        "archive": "publisher",
        "delete": "publisher",
        "rename": "publisher",
        "resolve": "publisher",
    }
)
"""Each action and the least role that may do it."""


class Forbidden(KotaeError):
    """The actor may not do this here."""

    code = "forbidden"
    status = 403


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, and where it counts."""

    role: str
    """One of ROLES."""
    categories: frozenset[str] = frozenset()
    """Categories, those below them included; empty for all."""
    locales: frozenset[str] = frozenset()
    """Languages; empty for all."""

    def covers(self, place: Place) -> bool:
        """Whether the role counts at `place`."""
        in_category = not self.categories or any(
            place.category == category or place.category.startswith(f"{category}/")
            for category in self.categories
        )
        return in_category and (not self.locales or place.locale in self.locales)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands."""

    category: str
    """Path of slugs; empty for none."""
    locale: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who edits. `grants` are what they may do; the largest that covers a place counts."""

    name: str
    id: str = ""
    """Stable, also when the name changes; in the record of what was done."""
    email: str = ""
    """Of commits."""
    grants: tuple[Grant, ...] = ()


SYSTEM = Actor("Kotae", "kotae", "", (Grant("owner"),))
"""Does what was planned before, and what follows from a change of files."""


def is_allowed(actor: Actor, action: str, place: Place) -> bool:
    """Whether `actor` may do `action`, a key of ACTIONS, at `place`."""
    least = ROLES.index(ACTIONS[action])
    return any(ROLES.index(grant.role) >= least and grant.covers(place) for grant in actor.grants)


def require_permission(actor: Actor, action: str, place: Place) -> None:
    """Raise Forbidden unless `actor` may do `action` at `place`."""
    if not is_allowed(actor, action, place):
        where = f"{place.category or 'articles without category'} ({place.locale})"
        raise Forbidden(
            f"{actor.name or 'Nobody'} may not do this in {where}: "
            f"it takes a {ACTIONS[action]} ({action})."
        )
