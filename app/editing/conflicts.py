"""Two texts that changed the same lines: seen, kept, and brought together by a person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content import ArticleContent, read_content
from app.editing.actors import SYSTEM, Actor, require_permission
from app.editing.covering import covered
from app.editing.machine import require_reviewed
from app.editing.plans import find_plan, follow_plan, forget_plan
from app.editing.revisions import (
    append_revision,
    destination_of,
    head_of,
    is_live,
    read_revision,
    refuse_deleted,
    show_as_draft,
    show_revision,
)
from app.editing.transaction import Transaction, place_of, writing
from app.errors import KotaeError
from app.merging import Merge, merge_texts
from app.models import Article, Conflict
from app.outbox import note_change
from app.publishing import mark_published


class EditConflict(KotaeError):
    """Somebody else changed the same lines. Nothing was overwritten; both texts are here."""

    code = "edit-conflict"
    status = 409

    def __init__(self, message: str, texts: ConflictingTexts) -> None:
        super().__init__(message)
        self.texts = texts


class ConflictNotFound(KotaeError):
    """There is no such conflict, or it is resolved."""

    code = "conflict-not-found"
    status = 404


@dataclass(frozen=True, slots=True)
class ConflictingTexts:
    """What a person needs to bring two texts together."""

    base: str
    """What both began with; empty where there is no such text."""
    mine: str
    theirs: str
    their_revision: int
    """Save on top of this one what was brought together."""
    their_author: str

    @property
    def merge(self) -> Merge:
        """The texts stretch by stretch, those in conflict named."""
        return merge_texts(self.base, self.mine, self.theirs)


def open_conflict(session: Session, article: Article, kind: str | None = None) -> Conflict | None:
    """The unresolved conflict of an article, of `kind` or of any."""
    statement = select(Conflict).where(
        Conflict.article_pk == article.id, Conflict.resolved_at.is_(None)
    )
    if kind is not None:
        statement = statement.where(Conflict.kind == kind)
    return session.scalar(statement.order_by(Conflict.id).limit(1))


def keep_conflict(
    tx: Transaction, article: Article, kind: str, base: int | None, other: int | None
) -> Conflict:
    """Open a conflict between what is shown and the revision `other`, or renew the open one."""
    conflict = open_conflict(tx.session, article, kind)
    if conflict is None:
        conflict = Conflict(article=article, kind=kind, opened_at=tx.now)
        tx.session.add(conflict)
        tx.record("conflict", article, other, kind=kind, base=base, site=article.revision)
    conflict.base_revision, conflict.other_revision = base, other
    conflict.site_revision = article.revision
    tx.session.flush()
    return conflict


def list_conflicts(session: Session, actor: Actor = SYSTEM) -> list[Conflict]:
    """All that wait for somebody and that `actor` may read, the oldest first."""
    waiting = select(Conflict).join(Conflict.article)
    waiting = waiting.where(Conflict.resolved_at.is_(None), covered(actor, "read"))
    return list(session.scalars(waiting.order_by(Conflict.opened_at, Conflict.id)))


def find_conflict(session: Session, conflict_id: int, actor: Actor = SYSTEM) -> Conflict:
    """One that waits for somebody. Raises ConflictNotFound, Forbidden."""
    conflict = session.get(Conflict, conflict_id)
    if conflict is None or conflict.resolved_at is not None:
        raise ConflictNotFound("There is no such conflict; it may have been resolved.")
    require_permission(actor, "read", place_of(conflict.article))
    return conflict


def texts_of(session: Session, conflict: Conflict) -> ConflictingTexts:
    """Both texts of a conflict. `theirs` is what the site shows; a deleted file's is empty."""
    article = conflict.article
    shown = read_revision(session, article, article.revision)
    base = conflict.base_revision
    other = conflict.other_revision
    return ConflictingTexts(
        base="" if base is None else read_revision(session, article, base).source,
        mine="" if other is None else read_revision(session, article, other).source,
        theirs=shown.source,
        their_revision=shown.number,
        their_author=shown.author,
    )


def resolve_conflict(
    session: Session,
    actor: Actor,
    conflict_id: int,
    *,
    source: str,
    site_revision: int,
    other_revision: int | None = None,
    note: str = "",
) -> Article:
    """Put `source`, which somebody made of both texts, in the place of both.

    Of a draft's conflict it becomes the draft; of a folder's, what is shown unless it says that it
    is a draft, and the next sync writes it into the folder. `site_revision`: what was shown when
    both were looked at; `other_revision`: what the other text was then, 0 for a deleted file, where
    it is known.
    Raises ConflictNotFound, Forbidden, ArticleDeleted, MachineText where customers would see one
    past its review, EditConflict when something newer is shown by now.
    """
    content = read_content(source.encode("utf-8"))
    with writing(session, actor) as tx:
        conflict = find_conflict(session, conflict_id)
        article = conflict.article
        is_draft = conflict.kind == "draft"
        action = "write" if is_draft else "resolve"
        for place in (place_of(article), destination_of(article, content)):
            require_permission(actor, action, place)
        if is_draft:
            refuse_deleted(article)
        is_other_newer = other_revision not in {None, conflict.other_revision or 0}
        if site_revision != article.revision or is_other_newer:
            raise EditConflict(
                "The article was changed again; look at both texts once more.",
                texts_of(session, conflict),
            )
        _put_resolution(tx, article, conflict, content, note or "Conflict resolved")
        number = head_of(article) if is_draft else article.revision
        tx.record("resolve", article, number, kind=conflict.kind, email=actor.email)
        mark_resolved(tx, conflict)
    return article


def _put_resolution(
    tx: Transaction, article: Article, conflict: Conflict, content: ArticleContent, note: str
) -> None:
    based_on = conflict.other_revision
    if conflict.kind == "draft":
        number = append_revision(tx, article, content, note=note, based_on=based_on)
        if is_live(article):
            article.draft_revision, article.draft_base = number, article.revision
            _resolve_plan(tx, article, content, based_on or 0, number)
        else:
            show_as_draft(tx, article, content, number)
        return
    if content.source != article.source:
        number = append_revision(tx, article, content, note=note, based_on=based_on)
        if is_live(article) or article.is_gone:
            if content.status == "published":
                require_reviewed(tx, article, content)
            mark_published(article, content.status, tx.now)
        show_revision(tx, article, content, number)
    # The folder's text has been looked at: what the site has now is newer than it.
    file = None if based_on is None else read_revision(tx.session, article, based_on)
    article.imported_hash = None if file is None else file.source_hash
    note_change(tx.session, article, tx.now)


def _resolve_plan(
    tx: Transaction, article: Article, content: ArticleContent, draft: int, number: int
) -> None:
    """A plan for the draft is one for what it became; one for an older text would undo that."""
    plan = find_plan(tx, article)
    there = destination_of(article, content)
    if plan is not None and plan.revision == draft and there != place_of(article):
        # Who planned it did not plan to move it; who resolves it may not be let publish there.
        require_permission(tx.actor, "schedule", there)
    follow_plan(tx, article, draft, number)
    plan = find_plan(tx, article)
    if plan is not None and plan.revision != number:
        tx.record("publish-failed", article, plan.revision)
        forget_plan(tx, article)


def draft_conflict(session: Session, article: Article) -> Conflict | None:
    """The one that the draft of today is in; of a draft that was put away, another may wait."""
    conflict = open_conflict(session, article, "draft")
    if conflict is None or conflict.other_revision != article.draft_revision:
        return None
    return conflict


def continue_draft(tx: Transaction, article: Article, number: int) -> None:
    """Revision `number` becomes the draft, and takes its place in the conflict that it is in."""
    conflict = draft_conflict(tx.session, article)
    if conflict is not None and article.draft_revision is not None:
        conflict.other_revision = number
    article.draft_revision = number


def discard_conflict(tx: Transaction, article: Article) -> None:
    """The draft is about to be put away, and so is what it was in conflict about."""
    conflict = draft_conflict(tx.session, article)
    if conflict is not None:
        mark_resolved(tx, conflict)


def close_conflict(tx: Transaction, article: Article) -> None:
    """The folder and the site have the same text again, by whatever way."""
    conflict = open_conflict(tx.session, article, "folder")
    if conflict is not None:
        mark_resolved(tx, conflict)


def mark_resolved(tx: Transaction, conflict: Conflict) -> None:
    """Nobody needs to look at it any more."""
    conflict.resolved_at, conflict.resolved_by = tx.now, tx.actor.name
