"""Which stored files staff may open: what they may read in the editor, and what they added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import LONGEST_SUBJECT
from app.addresses import media_hash
from app.editing.actors import Actor
from app.editing.covering import covered
from app.editing.transaction import ArticleName
from app.editor.previewing import preview_source
from app.errors import KotaeError
from app.models import Article, ArticleMedia, AuditEntry, MediaFile, Revision, UnsavedText


def may_open_media(session: Session, actor: Actor, sha256: str) -> bool:
    """Whether the actor may read an article that shows the file, be it a draft, or added it.

    Who may read every article may open every file.
    """
    if any(not grant.categories and not grant.locales for grant in actor.grants):
        return True
    return (
        _is_in_an_article(session, actor, sha256)
        or _is_own(session, actor, sha256)
        or _is_in_a_draft(session, actor, sha256)
    )


def _is_in_an_article(session: Session, actor: Actor, sha256: str) -> bool:
    showing = select(Article.id).join(ArticleMedia, ArticleMedia.article_pk == Article.id)
    showing = showing.where(ArticleMedia.sha256 == sha256, covered(actor, "read"))
    return session.scalar(showing.limit(1)) is not None


def _is_own(session: Session, actor: Actor, sha256: str) -> bool:
    """Whether the actor added it: a text that is being typed shows it before anything is saved."""
    added = select(AuditEntry.subject).where(
        AuditEntry.action == "picture.add", AuditEntry.user_id == _user_id(actor)
    )
    paths = [f"picture:{path}"[:LONGEST_SUBJECT] for path in _paths_of(session, sha256)]
    return session.scalar(added.where(AuditEntry.subject.in_(paths)).limit(1)) is not None


def _is_in_a_draft(session: Session, actor: Actor, sha256: str) -> bool:
    """Whether a draft beside a live article shows it, or what the actor typed and did not save.

    Only texts that name such a file are rendered: where a name leads is for the links to say.
    """
    names = {PurePosixPath(path).name for path in _paths_of(session, sha256)}
    spellings = names | {quote(name) for name in names}
    for article, source in _working_texts(session, actor):
        if any(spelling in source for spelling in spellings) and sha256 in _shown_in(
            session, article, source
        ):
            return True
    return False


def _working_texts(session: Session, actor: Actor) -> Iterator[tuple[Article, str]]:
    drafts = select(Article, Revision.source).join(
        Revision,
        (Revision.article_pk == Article.id) & (Revision.number == Article.draft_revision),
    )
    yield from session.execute(drafts.where(covered(actor, "read")))
    typed = select(Article, UnsavedText.source).join(
        UnsavedText,
        (UnsavedText.article_id == Article.article_id) & (UnsavedText.locale == Article.locale),
    )
    mine = (UnsavedText.owner == actor.id, covered(actor, "read"))
    yield from session.execute(typed.where(*mine))


def _shown_in(session: Session, article: Article, source: str) -> set[str]:
    name = ArticleName(article.article_id, article.locale)
    try:
        links = preview_source(session, name, source, article).rendered.links
    except KotaeError:
        return set()
    return {media_hash(address or "") for address in links.values()}


def _paths_of(session: Session, sha256: str) -> Sequence[str]:
    return session.scalars(select(MediaFile.source_path).where(MediaFile.sha256 == sha256)).all()


def _user_id(actor: Actor) -> int | None:
    kind, _, number = actor.id.partition(":")
    return int(number) if kind == "user" and number.isdecimal() else None
