"""Which stored files the text of somebody with narrowed grants may show.

To name a file is no right to it: else who may write one article could open the pictures of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import LONGEST_SUBJECT
from app.accounts.grants import grants_of
from app.editing.actors import SYSTEM, Actor
from app.editing.covering import covered
from app.linking import LinkTable
from app.models import Article, ArticleMedia, AuditEntry, MediaFile, Revision, User

_FOLDER = frozenset({"import", "git"})
"""Origins of revisions by those who have the folder, and so every file in it."""


def restrict_media(
    session: Session, actor: Actor, article: Article | None, source: str, table: LinkTable
) -> LinkTable:
    """`table` with those files alone that the actor may show in `source`, the article's text."""
    if sees_everything(actor):
        return table
    media = {
        path: sha256
        for path, sha256 in table.media.items()
        if is_named(path, source)
        and (has_right(session, actor, sha256) or was_put_in(session, article, sha256))
    }
    return replace(table, media=media)


def sees_everything(actor: Actor) -> bool:
    """Whether the actor may read every article, and so open every file."""
    return any(not grant.categories and not grant.locales for grant in actor.grants)


def has_right(session: Session, actor: Actor, sha256: str) -> bool:
    """Whether the actor may read an article that shows the file, or added it."""
    if sees_everything(actor):
        return True
    showing = select(Article.id).join(ArticleMedia, ArticleMedia.article_pk == Article.id)
    showing = showing.where(ArticleMedia.sha256 == sha256, covered(actor, "read"))
    return session.scalar(showing.limit(1)) is not None or _is_own(session, actor, sha256)


def was_put_in(session: Session, article: Article | None, sha256: str) -> bool:
    """Whether somebody who has a right to the file ever named it in the article."""
    if article is None:
        return False
    paths = paths_of(session, sha256)
    rows = select(Revision.source, Revision.origin, Revision.author_email).where(
        Revision.article_pk == article.id
    )
    authors = {
        "" if origin in _FOLDER else email
        for source, origin, email in session.execute(rows)
        if any(is_named(path, source) for path in paths)
    }
    return any(has_right(session, _author(session, email), sha256) for email in sorted(authors))


def author_of(session: Session, actor: Actor, article: Article, number: int) -> Actor:
    """Whose rights count for what revision `number` shows: the actor's, or where Kotae does what
    was planned before, those of who planned it, else of who wrote it."""
    if actor.id not in {"", SYSTEM.id}:
        return actor
    row = session.execute(
        select(Revision.origin, Revision.author_email).where(
            Revision.article_pk == article.id, Revision.number == number
        )
    ).one_or_none()
    written = "" if row is None or row.origin in _FOLDER else row.author_email
    author = _author(session, actor.email or written)
    return author if author.grants else actor  # the account may be gone by now


def is_named(path: str, source: str) -> bool:
    """Whether a text names a file of this name, in any folder."""
    name = PurePosixPath(path).name
    return name in source or quote(name) in source


def paths_of(session: Session, sha256: str) -> Sequence[str]:
    """Where folders hold the file."""
    return session.scalars(select(MediaFile.source_path).where(MediaFile.sha256 == sha256)).all()


def _author(session: Session, email: str) -> Actor:
    if not email:
        return SYSTEM  # the command line, or the folder
    user = session.scalar(select(User).where(User.email == email))
    if user is None:
        return Actor("")
    return Actor(user.name, f"user:{user.id}", user.email, grants_of(session, user))


def _is_own(session: Session, actor: Actor, sha256: str) -> bool:
    """Whether the actor added it: a text that is being typed shows it before anything is saved."""
    kind, _, number = actor.id.partition(":")
    if kind != "user" or not number.isdecimal():
        return False
    added = select(AuditEntry.subject).where(
        AuditEntry.action == "picture.add", AuditEntry.user_id == int(number)
    )
    subjects = [f"picture:{path}"[:LONGEST_SUBJECT] for path in paths_of(session, sha256)]
    return session.scalar(added.where(AuditEntry.subject.in_(subjects)).limit(1)) is not None
