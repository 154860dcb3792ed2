"""Which stored files staff may open: what they may read in the editor, and what they added."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.addresses import media_hash
from app.editing.actors import SYSTEM, Actor
from app.editing.covering import covered
from app.editing.transaction import name_of
from app.editing.usable_media import has_right, is_named, paths_of, was_put_in
from app.editor.previewing import preview_source
from app.errors import KotaeError
from app.models import Article, Revision


def may_open_media(session: Session, actor: Actor, sha256: str) -> bool:
    """Whether the actor may read an article that shows the file, be it a draft, or added it.

    Who may read every article may open every file.
    """
    return has_right(session, actor, sha256) or _is_in_a_draft(session, actor, sha256)


def _is_in_a_draft(session: Session, actor: Actor, sha256: str) -> bool:
    """Whether a draft beside a live article shows it, in which somebody with a right to it put it.

    Only texts that name such a file are rendered: where a name leads is for the links to say.
    """
    paths = paths_of(session, sha256)
    drafts = select(Article, Revision.source).join(
        Revision,
        (Revision.article_pk == Article.id) & (Revision.number == Article.draft_revision),
    )
    return any(
        any(is_named(path, source) for path in paths)
        and sha256 in _shown_in(session, article, source)
        and was_put_in(session, article, sha256)
        for article, source in session.execute(drafts.where(covered(actor, "read")))
    )


def _shown_in(session: Session, article: Article, source: str) -> set[str]:
    try:
        links = preview_source(session, SYSTEM, name_of(article), source, article).rendered.links
    except KotaeError:
        return set()
    return {media_hash(address or "") for address in links.values()}
