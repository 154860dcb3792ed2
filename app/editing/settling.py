"""A draft when something newer is shown: merged where it can be, else in conflict."""

from __future__ import annotations

from app.content import read_content
from app.editing.actors import Actor
from app.editing.conflicts import keep_conflict, mark_resolved, open_conflict
from app.editing.plans import find_plan, follow_plan, forget_plan
from app.editing.revisions import append_revision, is_live, read_revision
from app.editing.transaction import Transaction
from app.merging import merge_sources
from app.models import Article, Conflict, Revision


def is_settled(article: Article) -> bool:
    """Whether `settle_draft` would find nothing to do."""
    drafted = article.draft_revision is not None and is_live(article)
    return not drafted or article.draft_base == article.revision


def settle_draft(tx: Transaction, article: Article) -> Conflict | None:
    """Merge what is shown by now into a draft that was begun before; returns the open conflict.

    A draft in which nothing differs from what is shown any more is put away.
    """
    if article.draft_revision is None or not is_live(article):
        return None
    if article.draft_base in {None, article.revision}:
        article.draft_base = article.revision
        return None
    conflict = open_conflict(tx.session, article, "draft")
    shown = read_revision(tx.session, article, article.revision)
    draft = read_revision(tx.session, article, article.draft_revision)
    base = read_revision(tx.session, article, article.draft_base or 0)
    merged = merge_sources(base.source, draft.source, shown.source)
    if merged is None:
        return keep_conflict(tx, article, "draft", base.number, draft.number)
    _settle_plan(tx, article, base, draft)
    _take_merged(tx, article, merged, draft)
    if conflict is not None:
        mark_resolved(tx, conflict)
    return None


def _settle_plan(tx: Transaction, article: Article, base: Revision, draft: Revision) -> None:
    """Merge what is shown into what is planned too, where the draft was continued after it.

    The draft is about to begin with what is shown; the plan would undo what came between.
    """
    plan = find_plan(tx, article)
    if plan is None or plan.revision == draft.number:
        return
    planned = read_revision(tx.session, article, plan.revision)
    merged = merge_sources(base.source, planned.source, article.source)
    if merged is None:
        tx.record("publish-failed", article, plan.revision)
        forget_plan(tx, article)
        return
    follow_plan(tx, article, planned.number, _append_merged(tx, article, merged, planned))


def _take_merged(tx: Transaction, article: Article, merged: str, draft: Revision) -> None:
    if merged == article.source:
        article.draft_revision = article.draft_base = None
        forget_plan(tx, article)
        return
    article.draft_revision = _append_merged(tx, article, merged, draft)
    follow_plan(tx, article, draft.number, article.draft_revision)
    article.draft_base = article.revision


def _append_merged(tx: Transaction, article: Article, merged: str, ours: Revision) -> int:
    """The number of the revision that is `merged`: `ours`, or one that goes on from it."""
    if merged == ours.source:
        return ours.number
    return append_revision(
        tx,
        article,
        read_content(merged.encode("utf-8")),
        note=f"Revision {ours.number} merged with revision {article.revision}",
        origin="merge",
        based_on=ours.number,
        author=Actor(ours.author, email=ours.author_email),
    )
