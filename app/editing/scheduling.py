"""Publishing later, and for a stretch of time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.editing.actors import SYSTEM, Actor, Grant, require_permission
from app.editing.conflicts import EditConflict
from app.editing.machine import require_reviewed
from app.editing.plans import forget_plan, plan_publication
from app.editing.publication import (
    merge_with_shown,
    note_conflict,
    publish_revision,
    require_looked_at,
)
from app.editing.revisions import (
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
from app.editing.transaction import ArticleName, Transaction, writing
from app.errors import KotaeError
from app.models import Article, PlannedPublication, utc_now
from app.outbox import note_change
from app.publishing import mark_published


class BadSchedule(KotaeError):
    """The times of a schedule make no sense, or there is nothing to publish later."""

    code = "bad-schedule"
    status = 422


def schedule(
    session: Session,
    actor: Actor,
    name: ArticleName,
    *,
    publish_at: datetime | None = None,
    expires_at: datetime | None = None,
    revision: int | None = None,
) -> Article:
    """Publish for a stretch of time; None takes that end of it away.

    The times are written into the front matter, as everything else about an article. Only for a
    draft beside a live text, `publish_at` is kept apart: the live text stays until then.
    `revision`: the number that was looked at; when given, a newer one is not planned.
    Raises ArticleNotFound, ArticleDeleted, Forbidden, StaleRevision, BadSchedule, MachineText,
    EditConflict.
    """
    if publish_at is not None and expires_at is not None and expires_at <= publish_at:
        raise BadSchedule("The article would expire before it is published; swap the two times.")
    try:
        with writing(session, actor) as tx:
            article = _open_for_times(tx, name, revision)
            _set_times(tx, article, publish_at, expires_at)
    except EditConflict:
        note_conflict(session, actor, name)
        raise
    return article


def _set_times(
    tx: Transaction, article: Article, publish_at: datetime | None, expires_at: datetime | None
) -> None:
    """Write the times into what they are for: nobody sees a text at once that nobody saw before."""
    if expires_at is not None and expires_at <= tx.now:
        raise BadSchedule("It would end in the past. To take it off the site now, do just that.")
    times = {"publish_at": publish_at, "expires_at": expires_at}
    is_ahead = publish_at is not None and publish_at > tx.now
    if article.is_visible(tx.now) and article.draft_revision is not None:
        _plan_draft(tx, article, publish_at if is_ahead else None)
        _retime(tx, article, article.revision, {"expires_at": expires_at})
    elif article.is_visible(tx.now) and is_ahead:
        raise BadSchedule("It is published already. Save a draft; that can be published later.")
    elif is_live(article) and not is_ahead and _has_begun(article, tx.now):
        _retime(tx, article, article.revision, times)
    elif is_ahead or (is_live(article) and publish_at is not None):
        _retime(tx, article, head_of(article), times)
    else:
        raise BadSchedule("Say when it begins, still to come. To publish it now, publish it.")
    tx.record(
        "schedule",
        article,
        head_of(article),
        publish_at=publish_at and publish_at.isoformat(),
        expires_at=expires_at and expires_at.isoformat(),
    )


def _has_begun(article: Article, now: datetime) -> bool:
    """Whether the time from which customers see what is shown has come; it may be over, too."""
    return article.publish_at is None or article.publish_at <= now


def _plan_draft(tx: Transaction, article: Article, publish_at: datetime | None) -> None:
    draft = read_revision(tx.session, article, head_of(article))
    require_reviewed(tx, article, content_of(draft))
    plan_publication(tx, article, draft.number, publish_at)


def _open_for_times(tx: Transaction, name: ArticleName, revision: int | None) -> Article:
    """The article, if it is still what was looked at, and its newest text may be planned."""
    article = tx.open(name, "schedule")
    refuse_deleted(article)
    newest = content_of(read_revision(tx.session, article, head_of(article)))
    require_permission(tx.actor, "schedule", destination_of(article, newest))
    require_looked_at(article, revision)
    return article


def publish_planned(session_factory: sessionmaker[Session], now: datetime | None = None) -> int:
    """Publish the drafts whose time has come; returns how many. Called twice a second."""
    with session_factory() as session:
        due = select(PlannedPublication.article_pk)
        moment = now or utc_now()
        pks = session.scalars(due.where(PlannedPublication.publish_at <= moment)).all()
        session.rollback()
        return sum(_publish_plan(session, pk, moment) for pk in pks)


def _publish_plan(session: Session, article_pk: int, now: datetime) -> bool:
    """Whether it could be published; where it could not, the plan is over and the record says why.

    Whatever is wrong with one plan, the others go on.
    """
    try:
        with writing(session, SYSTEM, now) as tx:
            plan = session.get(PlannedPublication, article_pk)
            if plan is None:
                return False
            if not is_live(plan.article):
                # Put away meanwhile, by the folder perhaps: a plan brings nothing back.
                tx.record("publish-failed", plan.article, plan.revision)
                forget_plan(tx, plan.article)
                return False
            author = Actor(plan.author, email=plan.author_email, grants=(Grant("owner"),))
            planned = Transaction(session, author, now)
            publish_revision(
                planned, plan.article, plan.revision, "Published as planned", planned=True
            )
    except KotaeError as error:
        with writing(session, SYSTEM, now) as tx:
            _give_up(tx, session.get_one(PlannedPublication, article_pk), error)
        return False
    return True


def _give_up(tx: Transaction, plan: PlannedPublication, error: KotaeError) -> None:
    """End a plan; of two texts that do not go together both are kept as a conflict."""
    if isinstance(error, EditConflict):
        settle_draft(tx, plan.article)
    forget_plan(tx, plan.article)
    tx.record("publish-failed", plan.article, plan.revision, reason=error.code)


def _retime(
    tx: Transaction, article: Article, number: int, times: dict[str, datetime | None]
) -> None:
    """Write times into what is shown, or into the newest text, and publish it.

    Raises EditConflict, MachineText.
    """
    content = content_of(read_revision(tx.session, article, number))
    if number != article.revision or not is_live(article):
        number, content = merge_with_shown(tx, article, number, content)
        require_reviewed(tx, article, content)
        article.draft_revision = article.draft_base = None
    number, content = append_with_fields(
        tx, article, number, content, {**times, "status": None}, "Scheduled"
    )
    show_revision(tx, article, content, number)
    mark_published(article, "published", tx.now)
    note_change(tx.session, article, tx.now)
