"""Saving drafts: a stale save never wins, and nothing that was typed is lost."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from app.content import ArticleContent, hash_source, read_content
from app.db import begin_writing
from app.editing.actors import Actor, Place, require_permission
from app.editing.authorship import is_by
from app.editing.conflicts import ConflictingTexts, EditConflict, continue_draft, discard_conflict
from app.editing.plans import forget_plan
from app.editing.revisions import (
    append_revision,
    category_for,
    check_names,
    create_article,
    destination_of,
    head_of,
    is_live,
    read_revision,
    refuse_deleted,
    show_as_draft,
)
from app.editing.settling import is_settled, settle_draft
from app.editing.transaction import (
    ArticleName,
    Transaction,
    find_article,
    place_of,
    writing,
)
from app.errors import KotaeError
from app.locales import normalise_locale
from app.merging import merge_sources
from app.models import Article, Revision, UnsavedText, utc_now

KEEPS_UNSAVED = timedelta(days=30)
"""From the last key on: as long as somebody may be away. What is typed may be about people."""


class ArticleExists(KotaeError):
    """An article of this id is there already, in this language."""

    code = "article-exists"
    status = 409


class KeptElsewhere(KotaeError):
    """Another text that the same person typed is kept, and nobody has decided about it."""

    code = "kept-elsewhere"
    status = 409


@dataclass(frozen=True, slots=True)
class Held:
    """What a form knows of the texts that it sent before, by `mark_text`; "" for none."""

    kept: str = ""
    """The unsaved text that it took up, or was kept from it last: it may take that one's place."""
    sent: str = ""
    """What it last asked to be saved, without knowing what became of it."""


NOTHING_HELD = Held()


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """What became of a save."""

    article: Article
    revision: int
    """The number to give as `base` of the next save."""
    source: str
    """The text as it is kept: the one given, or merged with what others did meanwhile."""
    is_merged: bool
    is_changed: bool
    """False when the text was what the article has anyway; no revision was made."""
    merged_with: int | None = None
    """The newest revision of others that was merged in: what is new since `base` is to be seen
    between the two."""


def save_draft(
    session: Session,
    actor: Actor,
    name: ArticleName,
    *,
    source: str,
    base: int | None,
    note: str = "",
    held: Held = NOTHING_HELD,
) -> SaveOutcome:
    """Keep `source` (Markdown with front matter) as a new revision; customers see nothing of it.

    `base` is the revision that the author began with, None for a new article. Where others saved
    meanwhile, their lines and the author's are merged; where both changed the same lines, nothing
    is saved, EditConflict brings both texts, and the author's is kept as their unsaved text, unless
    another one is that the form does not hold. Only one that it does hold is forgotten.
    Where the newest text is the author's own and what the form sent before, it goes on from that.
    Also raises ArticleNotFound, ArticleDeleted, ArticleExists, Forbidden, WrongName,
    BadArticleId, BadLocale, RevisionNotFound, and what is wrong with the source.
    """
    content = read_content(source.encode("utf-8"))
    try:
        with writing(session, actor) as tx:
            article = _begin(tx, name, content, base)
            settle_draft(tx, article)
            outcome = _save(tx, article, content, _base_of(tx, article, base, held), note)
            # What was begun before a rename has the old name; merged, it has the new one.
            check_names(name, read_content(outcome.source.encode("utf-8")))
            unsaved = find_unsaved(session, actor, name)
            if unsaved and mark_text(unsaved.source) in {held.kept, mark_text(source)}:
                _forget(session, name, actor)
    except EditConflict:
        with suppress(KeptElsewhere):
            keep_unsaved(session, actor, name, source=source, base=base, over=held.kept)
        raise
    return outcome


def _begin(
    tx: Transaction, name: ArticleName, content: ArticleContent, base: int | None
) -> Article:
    if base is not None:
        article = tx.open(name, "write")
        refuse_deleted(article)
        require_permission(tx.actor, "write", destination_of(article, content))
        return article
    check_names(name, content)
    if tx.find(name) is not None:
        raise ArticleExists(f"There is an article {name.article_id!r} in {name.locale} already.")
    place = Place(category_for(name.article_id, content), normalise_locale(name.locale))
    require_permission(tx.actor, "write", place)
    article = create_article(tx, name, content)
    tx.record("create", article)
    return article


def _base_of(tx: Transaction, article: Article, base: int | None, held: Held) -> int | None:
    """What the form begins with: an answer that got lost did not tell it of its own revision."""
    if base is None or base == head_of(article):
        return base
    head: Revision = read_revision(tx.session, article, head_of(article))
    is_own = head.source_hash == held.sent and is_by(head, tx.actor)
    return head.number if is_own else base


def _save(
    tx: Transaction, article: Article, content: ArticleContent, base: int | None, note: str
) -> SaveOutcome:
    wanted, others = content.source, None
    if base is not None:
        head = read_revision(tx.session, article, head_of(article))
        if base != head.number:
            content, others = _merge(tx, article, content, base), head.number
        if content.source == head.source:
            is_merged = head.source != wanted
            return SaveOutcome(article, head.number, head.source, is_merged, False, others)
    number = append_revision(tx, article, content, note=note, based_on=base)
    if is_live(article):
        continue_draft(tx, article, number)
        article.draft_base = article.draft_base or article.revision
    else:
        show_as_draft(tx, article, content, number)
    tx.record("save", article, number, merged=content.source != wanted)
    return SaveOutcome(article, number, content.source, content.source != wanted, True, others)


def _merge(tx: Transaction, article: Article, content: ArticleContent, base: int) -> ArticleContent:
    """The text with what others saved since `base`. Raises EditConflict."""
    theirs = read_revision(tx.session, article, head_of(article))
    begun = read_revision(tx.session, article, base)
    merged = merge_sources(begun.source, content.source, theirs.source)
    if merged is None:
        raise EditConflict(
            f"{theirs.author or 'Somebody'} changed the same lines meanwhile; "
            "bring both texts together and save again.",
            ConflictingTexts(
                begun.source, content.source, theirs.source, theirs.number, theirs.author
            ),
        )
    return read_content(merged.encode("utf-8"))


def discard_draft(session: Session, actor: Actor, name: ArticleName) -> Article:
    """Put away the draft beside a live article; its revisions stay in the history.

    It is not published later either. Raises ArticleNotFound, Forbidden.
    """
    with writing(session, actor) as tx:
        article = tx.open(name, "write")
        if article.draft_revision is not None:
            tx.record("discard", article, article.draft_revision)
            forget_plan(tx, article)
            discard_conflict(tx, article)
            article.draft_revision = article.draft_base = None
    return article


def keep_unsaved(
    session: Session,
    actor: Actor,
    name: ArticleName,
    *,
    source: str,
    base: int | None,
    over: str | None = None,
) -> None:
    """Keep what the actor is typing, as it is: it need not be readable. For them alone.

    `over`: mark of the text whose place it may take; None for any.
    Raises KeptElsewhere where another is kept.
    """
    with writing(session, actor) as tx:
        kept = find_unsaved(session, actor, name)
        may_replace = {over, mark_text(source)}
        if over is not None and kept is not None and mark_text(kept.source) not in may_replace:
            raise KeptElsewhere("Another text that you typed waits for you to decide about it.")
        if kept is None:
            kept = UnsavedText(
                article_id=name.article_id, locale=normalise_locale(name.locale), owner=actor.id
            )
            session.add(kept)
        kept.source, kept.base_revision, kept.saved_at = source, base, tx.now


def mark_text(source: str) -> str:
    """What a form names a text by that it holds or sent: that of a revision's `source_hash`."""
    return hash_source(source.encode("utf-8"))


def find_unsaved(session: Session, actor: Actor, name: ArticleName) -> UnsavedText | None:
    """What the actor typed and has not saved."""
    return session.scalar(
        select(UnsavedText).where(
            UnsavedText.article_id == name.article_id,
            UnsavedText.locale == normalise_locale(name.locale),
            UnsavedText.owner == actor.id,
        )
    )


def forget_unsaved(session: Session, actor: Actor, name: ArticleName) -> None:
    """Delete what the actor typed and did not save."""
    with writing(session, actor):
        _forget(session, name, actor)


def forget_old_unsaved(session_factory: sessionmaker[Session], now: datetime | None = None) -> int:
    """Delete what nobody came back to for KEEPS_UNSAVED, whoever typed it; returns how many."""
    limit = (now or utc_now()) - KEEPS_UNSAVED
    with session_factory() as session:
        begin_writing(session)
        gone = session.execute(delete(UnsavedText).where(UnsavedText.saved_at < limit))
        session.commit()
    return int(getattr(gone, "rowcount", 0))


def working_text(session: Session, actor: Actor, name: ArticleName) -> SaveOutcome:
    """What an editor opens: the draft, with what is shown by now merged in, else what is shown.

    The writers' turn is taken only where there is something to merge: who looks must wait for
    nobody. `session` has nothing begun in it. Raises ArticleNotFound, Forbidden.
    """
    article = find_article(session, name)
    require_permission(actor, "read", place_of(article))
    if not is_settled(article):
        session.rollback()
        with writing(session, actor) as tx:
            article = tx.open(name, "read")
            settle_draft(tx, article)
    head = read_revision(session, article, head_of(article))
    return SaveOutcome(article, head.number, head.source, False, False)


def _forget(session: Session, name: ArticleName, actor: Actor) -> None:
    session.execute(
        delete(UnsavedText).where(
            UnsavedText.article_id == name.article_id,
            UnsavedText.locale == normalise_locale(name.locale),
            UnsavedText.owner == actor.id,
        )
    )
