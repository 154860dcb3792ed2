"""Who did what: the editors' record and the accounts' audit log, read as one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import list_deeds
from app.editing.transaction import ArticleName
from app.models import EditorialAction


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that somebody did."""

    at: datetime
    actor: str
    action: str
    """`publish`, `user.disable`."""
    subject: str
    """`article:refund@ko`, `user:3`."""
    details: Mapping[str, Any]
    revision: int | None = None


def list_record(
    session: Session, name: ArticleName | None = None, *, limit: int = 200
) -> list[Deed]:
    """The newest first: of one article, or of everything that staff did."""
    edits = select(EditorialAction).order_by(EditorialAction.id.desc()).limit(limit)
    subject = ""
    if name is not None:
        subject = f"article:{name.article_id}@{name.locale}"
        edits = edits.where(
            EditorialAction.article_id == name.article_id, EditorialAction.locale == name.locale
        )
    deeds = [
        Deed(
            *(row.at, row.actor, row.action),
            f"article:{row.article_id}@{row.locale}",
            row.detail,
            row.revision,
        )
        for row in session.scalars(edits)
    ]
    deeds += [
        Deed(row.at, row.actor, row.action, row.subject, row.details)
        for row in list_deeds(session, subject=subject, limit=limit)
    ]
    return sorted(deeds, key=lambda deed: deed.at, reverse=True)[:limit]
