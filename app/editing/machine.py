"""Drafts that a machine makes, and what has to happen before customers see one.

A machine's text says so itself (app/machine_texts.py), and the record of editing remembers when it
was made. To be published it needs a person who checked and saved it, which takes the mark away,
and a reviewer who approved a text that came after the machine's.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.content import ArticleContent, read_content
from app.editing.actors import Actor, Place, require_permission
from app.editing.revisions import (
    append_revision,
    category_for,
    create_article,
    head_of,
    read_revision,
    refuse_deleted,
    show_as_draft,
)
from app.editing.transaction import (
    ArticleName,
    Transaction,
    find_article,
    look_up_article,
    place_of,
    writing,
)
from app.errors import KotaeError
from app.front_matter import parse_source
from app.machine_texts import is_machine_made
from app.models import Article, EditorialAction
from app.translating.article_text import translate_article
from app.translating.translator import Translator

TRANSLATED = "translate-by-machine"
MACHINE_AUTHOR = Actor("Machine translation", "machine")


class MachineText(KotaeError):
    """A machine made this text, and nobody has checked and approved it."""

    code = "machine-text"
    status = 409


class AlreadyTranslated(KotaeError):
    """There is a translation already; a machine does not replace what somebody may have written."""

    code = "already-translated"
    status = 409


def draft_by_machine(
    session: Session, actor: Actor, name: ArticleName, *, source_locale: str, translator: Translator
) -> Article:
    """Make a draft in a language that the article does not have yet, from its newest text.

    Raises ArticleNotFound, ArticleDeleted, Forbidden, AlreadyTranslated, TranslationFailed.
    """
    original = find_article(session, ArticleName(name.article_id, source_locale))
    refuse_deleted(original)
    require_permission(actor, "read", place_of(original))
    require_permission(actor, "write", Place(original.category, name.locale))
    _refuse_existing(session, name)
    text = read_revision(session, original, head_of(original)).source
    session.rollback()  # nobody waits for the database while another machine is at work
    made = translate_article(text, translator, source_locale=source_locale, locale=name.locale)
    content = read_content(made.encode("utf-8"))
    with writing(session, actor) as tx:
        _refuse_existing(session, name)
        place = Place(category_for(name.article_id, content), name.locale)
        require_permission(actor, "write", place)
        article = create_article(tx, name, content)
        tx.record("create", article)
        note = f"Translated from {source_locale} by a machine"
        number = append_revision(tx, article, content, note=note, author=MACHINE_AUTHOR)
        show_as_draft(tx, article, content, number)
        tx.record(TRANSLATED, article, number, source=source_locale)
    return article


def require_reviewed(tx: Transaction, article: Article, content: ArticleContent) -> None:
    """Raise MachineText where customers would see a machine's text that nobody vouches for."""
    if is_machine_made(parse_source(content.source.encode("utf-8")).raw):
        raise MachineText("A machine made this text; check it, say so, and have it approved.")
    here = (
        EditorialAction.article_id == article.article_id,
        EditorialAction.locale == article.locale,
    )
    made = tx.session.scalar(
        select(func.max(EditorialAction.id)).where(*here, EditorialAction.action == TRANSLATED)
    )
    if made is None:
        return
    number = tx.session.get_one(EditorialAction, made).revision or 0
    approved = select(EditorialAction.id).where(
        *here,
        EditorialAction.action == "approve",
        EditorialAction.id > made,
        EditorialAction.revision > number,
    )
    if tx.session.scalars(approved.limit(1)).first() is None:
        raise MachineText("A machine began this text; it takes an approval before it is published.")


def _refuse_existing(session: Session, name: ArticleName) -> None:
    if look_up_article(session, name) is not None:
        raise AlreadyTranslated(f"There is a text in {name.locale} already.")
