"""The audit log: who did what to what, written in the same transaction as the deed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AuditEntry, User

LONGEST_SUBJECT = 440
"""Characters; what an entry is about may be named by no more."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something."""

    name: str
    """An e-mail address, or what stands in its place."""
    user_id: int | None = None

    @classmethod
    def of(cls, user: User) -> Actor:
        """The member of staff."""
        return cls(user.email, user.id)


COMMAND_LINE = Actor("command line")


def note_deed(session: Session, actor: Actor, action: str, subject: str, **details: Any) -> None:
    """Write down that `actor` did `action` (`user.disable`) to `subject` (`user:3`).

    The caller commits, together with the deed. `details` are JSON values, and never a secret.
    """
    session.add(
        AuditEntry(
            user_id=actor.user_id,
            actor=actor.name,
            action=action,
            subject=subject,
            details=details,
        )
    )


def list_deeds(session: Session, *, subject: str = "", limit: int = 100) -> list[AuditEntry]:
    """The newest entries first, of one subject where it is named."""
    newest = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if subject:
        newest = newest.where(AuditEntry.subject == subject)
    return list(session.scalars(newest))
