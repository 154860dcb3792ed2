"""An article's life: restored, renamed, archived, deleted and taken back; many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.addresses import article_url
from app.content import check_article_id, read_content
from app.editing.actors import ACTIONS, Actor, require_permission
from app.editing.belongings import follow_name
from app.editing.conflicts import continue_draft
from app.editing.covering import may_somewhere
from app.editing.drafts import ArticleExists, SaveOutcome, save_draft
from app.editing.plans import find_plan, follow_plan, forget_plan
from app.editing.publication import publish, unpublish
from app.editing.reviewing import submit_for_review
from app.editing.revisions import (
    append_revision,
    append_with_fields,
    category_for,
    content_of,
    head_of,
    read_revision,
    show_revision,
)
from app.editing.settling import settle_draft
from app.editing.transaction import (
    ArticleName,
    Transaction,
    find_article,
    look_up_article,
    place_of,
    writing,
)
from app.errors import KotaeError
from app.front_matter import parse_source, with_fields
from app.locales import normalise_locale
from app.models import Article, Redirect
from app.outbox import note_change
from app.reading import ArticleNotFound


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of one article of many."""

    name: ArticleName
    error: KotaeError | None
    """None where it was done."""


def restore_revision(
    session: Session, actor: Actor, name: ArticleName, *, number: int, base: int
) -> SaveOutcome:
    """Save the text of an old revision as a new draft, on top of revision `base`.

    It has the name and the old addresses that the article has now.
    Raises as `save_draft`, and RevisionNotFound.
    """
    article = find_article(session, name)
    require_permission(actor, "write", place_of(article))
    old, newest = (
        parse_source(read_revision(session, article, each).source.encode("utf-8"))
        for each in (number, head_of(article))
    )
    # It may have had another name when this was written, and fewer to be found by.
    names: dict[str, object] = {"redirect_from": newest.meta.get("redirect_from")}
    if "id" in old.meta or "id" in newest.meta:
        names["id"] = name.article_id
    source = with_fields(old, names)
    session.rollback()
    note = f"Restored from revision {number}"
    return save_draft(session, actor, name, source=source, base=base, note=note)


def archive(session: Session, actor: Actor, name: ArticleName) -> Article:
    """Put an article away for good, but keep it: customers do not see it, the folder loses it.

    Raises ArticleNotFound, Forbidden.
    """
    with writing(session, actor) as tx:
        article = tx.open(name, "archive")
        article.status = "archived"
        _withdraw(tx, article)
        tx.record("archive", article, article.revision, email=actor.email)
    return article


def take_out_of_archive(session: Session, actor: Actor, name: ArticleName) -> Article:
    """Make an archived article a draft again. Raises ArticleNotFound, Forbidden."""
    with writing(session, actor) as tx:
        article = tx.open(name, "archive")
        if article.status == "archived":
            shown = content_of(read_revision(session, article, article.revision))
            # Its text has to say so too: as a file it would be published.
            number, content = append_with_fields(
                tx, article, article.revision, shown, {"status": "draft"}, "Out of the archive"
            )
            show_revision(tx, article, content, number)
            article.status = "draft"
            tx.record("unarchive", article, article.revision, email=actor.email)
    return article


def delete_article(session: Session, actor: Actor, name: ArticleName) -> Article:
    """Delete an article so that it can be taken back. Raises ArticleNotFound, Forbidden."""
    with writing(session, actor) as tx:
        article = tx.open(name, "delete")
        if article.deleted_at is None:
            article.deleted_at = tx.now
            _withdraw(tx, article)
            tx.record("delete", article, article.revision, email=actor.email)
    return article


def undelete(session: Session, actor: Actor, name: ArticleName) -> Article:
    """Take a deleted article back, as it was: what was published is published again.

    Raises ArticleNotFound, Forbidden.
    """
    with writing(session, actor) as tx:
        article = tx.open(name, "delete")
        if article.deleted_at is not None:
            article.deleted_at = None
            note_change(session, article, tx.now)
            tx.record("undelete", article, article.revision, email=actor.email)
    return article


def rename(session: Session, actor: Actor, article_id: str, new_id: str) -> list[Article]:
    """Give an article another id in every language; its old addresses lead to it.

    The id and the old address are written into the front matter, so that they are kept wherever
    the file goes. Raises ArticleNotFound, ArticleExists, Forbidden, BadArticleId.
    """
    check_article_id(new_id)
    with writing(session, actor) as tx:
        versions = _versions(session, article_id)
        if not versions:
            raise ArticleNotFound(f"There is no article {article_id!r}.")
        if new_id != article_id and _versions(session, new_id):
            raise ArticleExists(f"There is an article {new_id!r} already.")
        for article in versions if new_id != article_id else ():
            require_permission(actor, "rename", place_of(article))
            _rename(tx, article, new_id)
    return versions


def follow_rename(session: Session, name: ArticleName) -> ArticleName:
    """What the article of `name` is called since it was renamed, in the same language; else `name`.

    Who began to write under the old name saves under it. Where several claim the old address,
    nobody is led to either.
    """
    if look_up_article(session, name) is not None:
        return name
    locale = normalise_locale(name.locale)
    claims = select(Article.article_id).join(Redirect, Redirect.article_pk == Article.id)
    old = unquote(article_url(locale, name.article_id))
    found = session.scalars(claims.where(Redirect.path == old, Article.locale == locale)).all()
    return ArticleName(found[0], locale) if len(found) == 1 else name


def _rename(tx: Transaction, article: Article, new_id: str) -> None:
    old_id = article.article_id
    conflict = settle_draft(tx, article)
    drafted = article.draft_revision
    article.article_id = new_id
    shown = _append_renamed(tx, article, article.revision, old_id)
    content = read_content(read_revision(tx.session, article, shown).source.encode("utf-8"))
    show_revision(tx, article, content, shown)
    if content.category is None and article.source_path is None:
        article.category = category_for(new_id, content)
        require_permission(tx.actor, "rename", place_of(article))
    plan = find_plan(tx, article)
    if plan is not None and plan.revision != drafted:
        plan.revision = _append_renamed(tx, article, plan.revision, old_id)
    if drafted is not None:
        number = _append_renamed(tx, article, drafted, old_id)
        follow_plan(tx, article, drafted, number)
        continue_draft(tx, article, number)
        # In conflict, what both began with is needed still.
        article.draft_base = article.draft_base if conflict else shown
    follow_name(tx, article, ArticleName(old_id, article.locale))
    note_change(tx.session, article, tx.now)
    tx.record("rename", article, shown, old=old_id)


def _append_renamed(tx: Transaction, article: Article, number: int, old_id: str) -> int:
    source = parse_source(read_revision(tx.session, article, number).source.encode("utf-8"))
    content = read_content(source.encode())
    # As a request has them, not as a link writes them.
    address = unquote(article_url(article.locale, old_id))
    own = unquote(article_url(article.locale, article.article_id))
    kept = [path for path in content.redirect_from if path not in {address, own}]
    fields = {"id": article.article_id, "redirect_from": [*kept, address]}
    changed = read_content(with_fields(source, fields).encode("utf-8"))
    note = f"Renamed from {old_id}"
    return append_revision(tx, article, changed, note=note, based_on=number)


_BULK: Mapping[str, Callable[[Session, Actor, ArticleName], object]] = MappingProxyType(
    {
        "publish": publish,
        "unpublish": unpublish,
        "submit": submit_for_review,
        "archive": archive,
        "unarchive": take_out_of_archive,
        "delete": delete_article,
        "undelete": undelete,
    }
)
BULK_ACTIONS = tuple(_BULK)


def bulk_actions_of(actor: Actor) -> list[str]:
    """Those of BULK_ACTIONS that the actor may do anywhere at all."""
    needed = {name: name if name in ACTIONS else name.removeprefix("un") for name in _BULK}
    return [name for name, action in needed.items() if may_somewhere(actor, action)]


def do_to_many(
    session: Session,
    actor: Actor,
    action: str,
    names: Sequence[ArticleName],
    looked_at: Mapping[ArticleName, int] | None = None,
) -> list[BulkOutcome]:
    """Do one of BULK_ACTIONS to each article; what goes wrong with one stops no other.

    `looked_at`: the newest revision of each when it was ticked. Where it is given, of no article
    something newer is published, nor of one that it does not name.
    """
    outcomes = []
    for name in names:
        try:
            if action == "publish" and looked_at is not None:
                publish(session, actor, name, revision=looked_at.get(name, 0))
            else:
                _BULK[action](session, actor, name)
            outcomes.append(BulkOutcome(name, None))
        except KotaeError as error:
            outcomes.append(BulkOutcome(name, error))
    return outcomes


def _withdraw(tx: Transaction, article: Article) -> None:
    forget_plan(tx, article)
    note_change(tx.session, article, tx.now)


def _versions(session: Session, article_id: str) -> list[Article]:
    found = select(Article).where(Article.article_id == article_id)
    return list(session.scalars(found.order_by(Article.locale)))
