"""Revisions: appending them, reading them, and making an article's row show one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content import ArticleContent, check_article_id, read_content, render_content
from app.differences import Row, compare_texts
from app.editing.actors import Actor, Place
from app.editing.transaction import ArticleName, Transaction, find_article, place_of
from app.editing.usable_media import author_of, restrict_media
from app.errors import KotaeError
from app.front_matter import parse_source, with_fields
from app.link_table import load_link_table
from app.linking import Origin
from app.locales import normalise_locale
from app.models import Article, Revision
from app.naming import slugify_path
from app.publishing import (
    add_redirects,
    add_revision,
    forget_redirects,
    last_revisions,
    write_fields,
    write_rendering,
)


class RevisionNotFound(KotaeError):
    """The article has no revision of this number."""

    code = "revision-not-found"
    status = 404


class ArticleDeleted(KotaeError):
    """The article is deleted; take it back first."""

    code = "article-deleted"
    status = 409


class WrongName(KotaeError):
    """A text names another article than the one it is saved as."""

    code = "wrong-name"
    status = 422


def head_of(article: Article) -> int:
    """Number of the revision that editing goes on from: the draft, else what is shown."""
    return article.revision if article.draft_revision is None else article.draft_revision


def is_live(article: Article) -> bool:
    """Whether the row is what customers see, now or at its time: a draft then lies beside it."""
    return article.status == "published" and article.deleted_at is None


def refuse_deleted(article: Article) -> None:
    """Raise ArticleDeleted for one that is: taken back, it has to be as it was."""
    if article.deleted_at is not None:
        raise ArticleDeleted("The article is deleted; take it back first.")


def show_as_draft(tx: Transaction, article: Article, content: ArticleContent, number: int) -> None:
    """Make `number` the newest text of an article that is not live, whose draft is its row.

    A draft from when it was live ends with it: editing goes on from this text.
    """
    article.draft_revision = article.draft_base = None
    show_revision(tx, article, content, number)


def read_revision(session: Session, article: Article, number: int) -> Revision:
    """One revision. Raises RevisionNotFound."""
    found = session.scalar(
        select(Revision).where(Revision.article_pk == article.id, Revision.number == number)
    )
    if found is None:
        raise RevisionNotFound(f"{article.article_id!r} has no revision {number}.")
    return found


def revision_with_hash(session: Session, article: Article, source_hash: str) -> Revision | None:
    """The newest revision of exactly this text."""
    return session.scalar(
        select(Revision)
        .where(Revision.article_pk == article.id, Revision.source_hash == source_hash)
        .order_by(Revision.number.desc())
        .limit(1)
    )


def content_of(revision: Revision) -> ArticleContent:
    """The fields of a revision's text."""
    return read_content(revision.source.encode("utf-8"))


def create_article(tx: Transaction, name: ArticleName, content: ArticleContent) -> Article:
    """A draft that nobody sees, without revision yet. Raises BadArticleId, BadLocale."""
    locale = normalise_locale(name.locale)
    article = Article(article_id=check_article_id(name.article_id), locale=locale)
    article.status, article.revision = "draft", 0
    article.created_at = article.updated_at = tx.now
    article.category = category_for(name.article_id, content)
    write_fields(article, content)
    tx.session.add(article)
    tx.session.flush()
    return article


def category_for(article_id: str, content: ArticleContent) -> str:
    """Where a new article stands: what it says, else the folder of its id, as an import has it."""
    named = article_id.rpartition("/")[0] if content.category is None else content.category
    return slugify_path(named)


def destination_of(article: Article, content: ArticleContent) -> Place:
    """Where the article stands once `content` is shown; without a category it stays."""
    if content.category is None:
        return place_of(article)
    return Place(slugify_path(content.category), article.locale)


def check_names(name: ArticleName, content: ArticleContent) -> None:
    """Raise WrongName where the text would be another article's when it is imported."""
    if content.article_id not in {None, name.article_id}:
        raise WrongName(
            f"The text says `id: {content.article_id}`, and this is {name.article_id}. "
            "Take the line out, or rename the article."
        )
    if content.locale is not None and normalise_locale(content.locale) != normalise_locale(
        name.locale
    ):
        raise WrongName(
            f"The text says `locale: {content.locale}`, and this is the article in {name.locale}."
        )


def append_revision(
    tx: Transaction,
    article: Article,
    content: ArticleContent,
    *,
    note: str,
    origin: str = "editor",
    based_on: int | None = None,
    author: Actor | None = None,
    git_commit: str | None = None,
) -> int:
    """Append `content` as the next revision and return its number."""
    number = last_revisions(tx.session, [article.id]).get(article.id, 0) + 1
    by = author or tx.actor
    add_revision(
        tx.session,
        article,
        content,
        number=number,
        author=by.name,
        author_email=by.email,
        origin=origin,
        based_on=based_on,
        git_commit=git_commit,
        note=note,
        now=tx.now,
    )
    tx.session.flush()
    return number


def append_with_fields(
    tx: Transaction,
    article: Article,
    number: int,
    content: ArticleContent,
    fields: Mapping[str, object],
    note: str,
) -> tuple[int, ArticleContent]:
    """The text with some front matter changed, as a revision of its own where it differs."""
    changed = with_fields(parse_source(content.source.encode("utf-8")), fields)
    if changed == content.source:
        return number, content
    content = read_content(changed.encode("utf-8"))
    return append_revision(tx, article, content, note=note, based_on=number), content


def show_revision(tx: Transaction, article: Article, content: ArticleContent, number: int) -> None:
    """Make the row what revision `number` says. A draft beside it stays, unless it is this one."""
    origin = Origin(path_of(article), article.locale, content.audience)
    table = load_link_table(tx.session, article.source_root)
    author = author_of(tx.session, tx.actor, article, number)
    table = restrict_media(tx.session, author, article, content.source, table)
    write_fields(article, content)
    write_rendering(article, render_content(content, origin, table))
    forget_redirects(tx.session, [article.id])
    add_redirects(tx.session, article, content.redirect_from)
    if content.category is not None:
        article.category = slugify_path(content.category)
    article.revision, article.updated_at = number, tx.now
    if article.draft_revision == number:
        article.draft_revision = article.draft_base = None


def path_of(article: Article) -> str:
    """Its file's path in the folder, or the one that it would get."""
    return article.source_path or f"{article.locale}/{article.article_id}.md"


def list_revisions(session: Session, name: ArticleName) -> list[Revision]:
    """The history of an article, newest first. Raises ArticleNotFound."""
    article = find_article(session, name)
    newest_first = select(Revision).where(Revision.article_pk == article.id)
    return list(session.scalars(newest_first.order_by(Revision.number.desc())))


def compare_revisions(session: Session, name: ArticleName, old: int, new: int) -> tuple[Row, ...]:
    """Two revisions side by side. Raises ArticleNotFound, RevisionNotFound."""
    article = find_article(session, name)
    texts = [read_revision(session, article, number).source for number in (old, new)]
    return compare_texts(*texts)
