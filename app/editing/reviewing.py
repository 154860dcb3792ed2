"""Review: asking for it, remarks on passages, approving, sending back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.editing.actors import Actor, is_allowed, require_permission
from app.editing.authorship import has_written, is_by
from app.editing.revisions import (
    content_of,
    destination_of,
    head_of,
    is_live,
    read_revision,
    refuse_deleted,
)
from app.editing.transaction import ArticleName, Transaction, place_of, writing
from app.errors import KotaeError
from app.models import Article, Review, ReviewComment
from app.outbox import note_change
from app.text_lines import match_lines, split_lines


class NotInReview(KotaeError):
    """Nobody asked for this article to be reviewed, or it is decided already."""

    code = "not-in-review"
    status = 409


class AlreadyInReview(KotaeError):
    """The article waits for a reviewer already."""

    code = "already-in-review"
    status = 409


class NothingToReview(KotaeError):
    """Customers see this very text already."""

    code = "nothing-to-review"
    status = 409


class ChangedSinceReview(KotaeError):
    """The article was changed after the reviewer looked at it."""

    code = "changed-since-review"
    status = 409


class OwnText(KotaeError):
    """Nobody approves what they wrote themselves."""

    code = "own-text"
    status = 403


class BadPassage(KotaeError):
    """A remark stands on words that the revision does not have at that place."""

    code = "bad-passage"
    status = 422


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about a passage of a revision, or about all of it."""

    body: str
    quote: str = ""
    """The passage as it stands in the source; empty for the whole article."""
    start: int = 0
    """Where it begins, in code points of the source."""


@dataclass(frozen=True, slots=True)
class PlacedComment:
    """A remark, and where its passage is in the text of today."""

    comment: ReviewComment
    start: int | None
    """None where the passage is gone, or the remark is on the whole article."""


def submit_for_review(
    session: Session, actor: Actor, name: ArticleName, *, note: str = ""
) -> Review:
    """Ask for the newest text to be looked at. Raises ArticleNotFound, Forbidden,
    ArticleDeleted, AlreadyInReview, NothingToReview."""
    with writing(session, actor) as tx:
        article = tx.open(name, "submit")
        refuse_deleted(article)
        if open_review(session, article) is not None:
            raise AlreadyInReview("It waits for a reviewer already; further saves are included.")
        if is_live(article) and article.draft_revision is None:
            raise NothingToReview("Customers see this text already; save a draft first.")
        review = Review(
            article=article,
            revision=head_of(article),
            requested_by=actor.name,
            requested_at=tx.now,
            note=note,
        )
        session.add(review)
        if not is_live(article):
            article.status = "review"
        tx.record("submit", article, review.revision, note=note)
    return review


def approve(
    session: Session, actor: Actor, name: ArticleName, *, revision: int, note: str = ""
) -> Review:
    """Say that `revision`, which the actor looked at, may be published as it is.

    Theirs is a text in which anything since it was last published is. A publisher may approve a
    text of their own, since they may publish it anyway.
    Raises ArticleNotFound, Forbidden, NotInReview, ChangedSinceReview, OwnText.
    """
    with writing(session, actor) as tx:
        article = tx.open(name, "review")
        looked_at = read_revision(session, article, revision)
        require_permission(actor, "review", destination_of(article, content_of(looked_at)))
        if is_by(looked_at, actor) or has_written(session, article, actor):
            _require_publisher(tx, article)
        review = _decide(tx, article, revision, "approved", note)
        tx.record("approve", article, revision, note=note)
    return review


def send_back(
    session: Session,
    actor: Actor,
    name: ArticleName,
    *,
    revision: int,
    note: str = "",
    remarks: Sequence[Remark] = (),
) -> Review:
    """Give the text back to its writer, with remarks. Raises as `approve`, and BadPassage."""
    with writing(session, actor) as tx:
        article = tx.open(name, "review")
        review = _decide(tx, article, revision, "sent-back", note)
        for remark in remarks:
            _add_comment(tx, article, revision, remark)
        if not is_live(article):
            article.status = "draft"
            note_change(session, article, tx.now)
        tx.record("send-back", article, revision, note=note, remarks=len(remarks))
    return review


def comment(
    session: Session, actor: Actor, name: ArticleName, *, revision: int, remark: Remark
) -> ReviewComment:
    """Leave a remark. Raises ArticleNotFound, Forbidden, RevisionNotFound, BadPassage."""
    with writing(session, actor) as tx:
        article = tx.open(name, "comment")
        made = _add_comment(tx, article, revision, remark)
        tx.record("comment", article, revision)
    return made


def resolve_comment(session: Session, actor: Actor, comment_id: int) -> ReviewComment:
    """Say that a remark is dealt with. Raises NotInReview where there is none, Forbidden."""
    with writing(session, actor) as tx:
        found = session.get(ReviewComment, comment_id)
        if found is None:
            raise NotInReview("There is no such remark.")
        article = session.get_one(Article, found.article_pk)
        require_permission(actor, "write", place_of(article))
        found.resolved_at, found.resolved_by = tx.now, actor.name
        tx.record("resolve-comment", article, found.revision)
    return found


def list_comments(session: Session, article: Article, source: str) -> list[PlacedComment]:
    """The remarks that are not dealt with, each where its passage is in `source` now."""
    waiting = select(ReviewComment).where(
        ReviewComment.article_pk == article.id, ReviewComment.resolved_at.is_(None)
    )
    placed = []
    remarked = cache(lambda number: read_revision(session, article, number).source)
    for each in session.scalars(waiting.order_by(ReviewComment.created_at, ReviewComment.id)):
        near = follow_place(remarked(each.revision), source, each.start)
        placed.append(PlacedComment(each, find_passage(source, each.quote, near)))
    return placed


def follow_place(old: str, new: str, place: int) -> int:
    """Where a place of `old` is in `new`, to within the line; code points of each."""
    before, after = split_lines(old), split_lines(new)
    line = len(split_lines(old[:place] + "x")) - 1
    column = place - sum(map(len, before[:line]))
    moved = 0
    for match in match_lines(before, after):
        if line < match.old:
            break
        moved = match.new + min(line - match.old, match.size)
    return sum(map(len, after[:moved])) + column


def find_passage(source: str, quote: str, near: int) -> int | None:
    """Where `quote` begins in `source`: of several places the one nearest to `near`."""
    if not quote:
        return None
    places = []
    place = source.find(quote)
    while place >= 0:
        places.append(place)
        place = source.find(quote, place + 1)
    return min(places, key=lambda place: abs(place - near), default=None)


def open_review(session: Session, article: Article) -> Review | None:
    """The review that waits for a decision."""
    return session.scalar(
        select(Review).where(Review.article_pk == article.id, Review.state == "open")
    )


def list_reviews(session: Session) -> list[Review]:
    """All that wait for a reviewer, the oldest first."""
    waiting = select(Review).where(Review.state == "open")
    return list(session.scalars(waiting.order_by(Review.requested_at, Review.id)))


def is_approved(tx: Transaction, article: Article) -> bool:
    """Whether the last decision was to approve the newest text, to the byte."""
    decided = select(Review).where(Review.article_pk == article.id, Review.state != "open")
    last = tx.session.scalar(decided.order_by(Review.id.desc()).limit(1))
    return last is not None and last.state == "approved" and last.revision == head_of(article)


def close_reviews(tx: Transaction, article: Article) -> None:
    """The text was published: nothing waits for a decision, and its approval is used up.

    Call it when the row shows the text. The approval of a draft that was continued stays.
    """
    review = open_review(tx.session, article)
    if review is not None:
        review.state, review.decided_at, review.decided_by = "closed", tx.now, tx.actor.name
    used = update(Review).where(Review.article_pk == article.id, Review.state == "approved")
    if article.draft_revision is not None:
        used = used.where(Review.revision != article.draft_revision)
    tx.session.execute(used.values(state="closed"))


def _decide(tx: Transaction, article: Article, revision: int, state: str, answer: str) -> Review:
    review = open_review(tx.session, article)
    if review is None:
        raise NotInReview("Nobody asked for a review, or it is decided already.")
    if revision != head_of(article):
        raise ChangedSinceReview(
            f"Revision {head_of(article)} is newer than {revision}, which you looked at."
        )
    review.state, review.revision, review.answer = state, revision, answer
    review.decided_by, review.decided_at = tx.actor.name, tx.now
    return review


def _require_publisher(tx: Transaction, article: Article) -> None:
    if not is_allowed(tx.actor, "publish", place_of(article)):
        raise OwnText("You wrote some of this text; somebody else has to approve it.")


def _add_comment(tx: Transaction, article: Article, revision: int, remark: Remark) -> ReviewComment:
    source = read_revision(tx.session, article, revision).source
    if source[remark.start : remark.start + len(remark.quote)] != remark.quote:
        raise BadPassage("The revision does not have these words at that place; mark them again.")
    made = ReviewComment(
        article_pk=article.id,
        revision=revision,
        start=remark.start,
        quote=remark.quote,
        body=remark.body,
        author=tx.actor.name,
        created_at=tx.now,
    )
    tx.session.add(made)
    return made
