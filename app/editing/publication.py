"""What customers see: publishing, and taking away."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.content import ArticleContent, read_content
from app.editing.actors import Actor, is_allowed, require_permission
from app.editing.conflicts import ConflictingTexts, EditConflict
from app.editing.drafts import NOTHING_HELD, Held, SaveOutcome, save_draft
from app.editing.machine import require_reviewed
from app.editing.plans import forget_plan, plan_publication
from app.editing.reviewing import close_reviews, is_approved
from app.editing.revisions import (
    append_revision,
    append_with_fields,
    content_of,
    destination_of,
    head_of,
    is_live,
    read_revision,
    refuse_deleted,
    show_revision,
)
from app.editing.settling import settle_draft
from app.editing.transaction import ArticleName, Transaction, place_of, writing
from app.errors import KotaeError
from app.merging import merge_sources
from app.models import Article
from app.outbox import PLANNED, note_change
from app.publishing import mark_published


class StaleRevision(KotaeError):
    """The article was changed after it was looked at; look again."""

    code = "stale-revision"
    status = 409


class MergedUnseen(KotaeError):
    """What others saved meanwhile was merged into a text that was to be published at once.

    It is saved; nothing was published.
    """

    code = "merged-unseen"
    status = 409

    def __init__(self, outcome: SaveOutcome) -> None:
        super().__init__(
            "What others changed meanwhile was merged in, and it is saved as a draft; "
            "look at it before you publish."
        )
        self.outcome = outcome


def publish(
    session: Session,
    actor: Actor,
    name: ArticleName,
    *,
    revision: int | None = None,
    note: str = "",
) -> Article:
    """Show customers the newest text, from its `publish_at` on, until its `expires_at`.

    Of a live article whose new text has a `publish_at` in the future, the old one stays until
    then. `revision`: the number that was looked at; when given, a newer one is not published.
    Raises ArticleNotFound, ArticleDeleted, Forbidden, StaleRevision, and EditConflict when what
    is shown changed since the draft was begun, in the same lines.
    """
    try:
        with writing(session, actor) as tx:
            article = _require_publishable(tx, name, revision)
            _publish_or_plan(tx, article, head_of(article), note)
    except EditConflict:
        note_conflict(session, actor, name)
        raise
    return article


def publish_text(
    session: Session,
    actor: Actor,
    name: ArticleName,
    *,
    source: str,
    base: int | None,
    note: str = "",
    held: Held = NOTHING_HELD,
) -> Article:
    """Save and publish, one after the other. Raises as `save_draft` and `publish`, and
    MergedUnseen: nobody publishes lines of others that they have not seen."""
    outcome = save_draft(session, actor, name, source=source, base=base, note=note, held=held)
    if outcome.is_merged:
        raise MergedUnseen(outcome)
    return publish(session, actor, name, revision=outcome.revision, note=note)


def unpublish(session: Session, actor: Actor, name: ArticleName, *, note: str = "") -> Article:
    """Take an article from customers' sight; it becomes a draft, and its text says so.

    Raises ArticleNotFound, Forbidden.
    """
    with writing(session, actor) as tx:
        article = tx.open(name, "unpublish")
        # In conflict the draft waits as the conflict's other text: taking away cannot wait.
        conflict = settle_draft(tx, article)
        number = article.revision if conflict else head_of(article)
        content = content_of(read_revision(session, article, number))
        number, content = append_with_fields(
            tx, article, number, content, {"status": "draft"}, note
        )
        article.draft_revision = article.draft_base = None
        show_revision(tx, article, content, number)
        article.status = "draft"
        forget_plan(tx, article)
        note_change(session, article, tx.now)
        tx.record("unpublish", article, number)
    return article


def _require_publishable(tx: Transaction, name: ArticleName, revision: int | None) -> Article:
    article = tx.open(name, "read")
    content = content_of(read_revision(tx.session, article, head_of(article)))
    for place in (place_of(article), destination_of(article, content)):
        if not (is_allowed(tx.actor, "publish-approved", place) and is_approved(tx, article)):
            require_permission(tx.actor, "publish", place)
    refuse_deleted(article)
    require_looked_at(article, revision)
    return article


def require_looked_at(article: Article, revision: int | None) -> None:
    """Raise StaleRevision where the newest text is not `revision`; None asks for nothing."""
    if revision is not None and revision != head_of(article):
        raise StaleRevision(
            f"Revision {head_of(article)} is newer than {revision}, which you looked at; "
            "look again before you publish."
        )


def _publish_or_plan(tx: Transaction, article: Article, number: int, note: str) -> None:
    content = content_of(read_revision(tx.session, article, number))
    require_reviewed(tx, article, content)
    starts_later = content.publish_at is not None and content.publish_at > tx.now
    if starts_later and article.is_visible(tx.now) and number == article.draft_revision:
        plan_publication(tx, article, number, content.publish_at)
        tx.record("schedule", article, number, publish_at=str(content.publish_at))
        return
    publish_revision(tx, article, number, note)


def publish_revision(
    tx: Transaction, article: Article, number: int, note: str, *, planned: bool = False
) -> None:
    """Show customers revision `number`, which is the draft or one that it was continued from.

    What was shown meanwhile is merged in. Raises EditConflict, MachineText.
    """
    content = content_of(read_revision(tx.session, article, number))
    shown_number, content = merge_with_shown(tx, article, number, content)
    require_reviewed(tx, article, content)
    if content.status != "published":
        shown_number, content = append_with_fields(
            tx, article, shown_number, content, {"status": None}, note or "Published"
        )
    if article.draft_revision == number:
        article.draft_revision = article.draft_base = None
    elif article.draft_revision is not None:
        # The draft was continued after this revision, and so begins with it.
        article.draft_base = number
    show_revision(tx, article, content, shown_number)
    mark_published(article, "published", tx.now)
    close_reviews(tx, article)
    forget_plan(tx, article)
    note_change(tx.session, article, tx.now)
    tx.record("publish", article, shown_number, note=note, **({"by": PLANNED} if planned else {}))


def merge_with_shown(
    tx: Transaction, article: Article, number: int, content: ArticleContent
) -> tuple[int, ArticleContent]:
    """Revision `number`, which is `content`, with what was shown since it was begun.

    Returns the number and text of what became of it. Raises EditConflict.
    """
    base = article.draft_base
    if number == article.revision or not is_live(article) or base in {None, article.revision}:
        return number, content
    begun = read_revision(tx.session, article, base or 0)
    shown = read_revision(tx.session, article, article.revision)
    merged = merge_sources(begun.source, content.source, shown.source)
    if merged is None:
        raise EditConflict(
            f"{shown.author or 'Somebody'} changed the published text in the same lines since "
            "this draft was begun; bring both together first.",
            ConflictingTexts(
                begun.source, content.source, shown.source, shown.number, shown.author
            ),
        )
    if merged == content.source:
        return number, content
    content = read_content(merged.encode("utf-8"))
    note = f"Revision {number} merged with revision {shown.number}"
    merged_number = append_revision(
        tx, article, content, note=note, origin="merge", based_on=number
    )
    return merged_number, content


def note_conflict(session: Session, actor: Actor, name: ArticleName) -> None:
    """Keep the conflict for others to see; what raised it was undone."""
    with writing(session, actor) as tx:
        settle_draft(tx, tx.open(name, "read"))
