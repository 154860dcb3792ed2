"""Whom something that was done to an article concerns. Never who did it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.editing.actors import Place, is_allowed
from app.editing.transaction import place_of
from app.editor.people import actor_of
from app.models import Article, EditorialAction, User
from app.notifications.topics import TOPIC_OF_ACTION
from app.outbox import PLANNED
from app.owners import names_account

_WRITING = ("create", "save", "restore", "submit")
_TALKING = (*_WRITING, "comment", "send-back")


def topic_of(action: EditorialAction) -> str | None:
    """What people are told of it as; None for what nobody is told of."""
    if action.action == "publish" and action.detail.get("by") != PLANNED:
        return None
    return TOPIC_OF_ACTION.get(action.action)


def find_concerned(session: Session, action: EditorialAction, staff: Sequence[User]) -> list[User]:
    """Those of `staff` (accounts that are not disabled) whom `action`, which has a topic, concerns.

    A request for review: whoever may review there. An answer: who wrote the text. A remark: who
    wrote it and who takes part. A planned time: who planned it. A conflict: who wrote the draft,
    and whoever may resolve it where nobody did. The article's owner always, except of a request.
    """
    article = session.scalar(
        select(Article).where(
            Article.article_id == action.article_id, Article.locale == action.locale
        )
    )
    if article is None:
        return []
    topic = topic_of(action)
    if topic == "review":
        found = _those_who_may(session, staff, "review", place_of(article))
    else:
        kinds = {"comment": _TALKING, "schedule": ("schedule",)}.get(topic or "", _WRITING)
        ids = _who_did(session, action, kinds, since_publication=topic != "schedule")
        found = [
            user for user in staff if _id_of(user) in ids or names_account(article.owner, user)
        ]
    if topic == "conflict" and not found:
        found = _those_who_may(session, staff, "resolve", place_of(article))
    told = _those_who_may(session, found, "read", place_of(article))
    return [user for user in told if _id_of(user) != action.actor_id]


def _those_who_may(session: Session, staff: Iterable[User], deed: str, place: Place) -> list[User]:
    return [user for user in staff if is_allowed(actor_of(session, user), deed, place)]


def _id_of(user: User) -> str:
    """As `app.editor.people.actor_of` names them."""
    return f"user:{user.id}"


def _who_did(
    session: Session, action: EditorialAction, kinds: Sequence[str], *, since_publication: bool
) -> set[str]:
    """Ids of who did such things to the article before, since it was last published."""
    here = (
        EditorialAction.article_id == action.article_id,
        EditorialAction.locale == action.locale,
        EditorialAction.id < action.id,
    )
    begun = 0
    if since_publication:
        published = select(func.max(EditorialAction.id)).where(
            *here, EditorialAction.action == "publish"
        )
        begun = session.scalar(published) or 0
    did = select(EditorialAction.actor_id).where(
        *here, EditorialAction.id > begun, EditorialAction.action.in_(kinds)
    )
    return set(session.scalars(did.distinct())) - {""}
