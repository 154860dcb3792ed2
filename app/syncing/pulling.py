"""The site's half of a sync: renames, new and changed files, deletions, merges, conflicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.addresses import article_url
from app.content import ArticleContent, read_content
from app.editing.actors import Actor
from app.editing.belongings import follow_name
from app.editing.conflicts import close_conflict, keep_conflict, open_conflict
from app.editing.revisions import (
    append_revision,
    read_revision,
    revision_with_hash,
    show_revision,
)
from app.editing.transaction import ArticleName, Transaction
from app.errors import KotaeError
from app.importing.parsing import Reading
from app.importing.storing import Attribution
from app.merging import merge_sources
from app.models import Article, Redirect
from app.outbox import note_change
from app.publishing import mark_published
from app.syncing.plan import Step

UNCOMMITTED = Attribution("folder", note="Changed in the folder")
"""Whoever changed a file that no commit holds as it is."""


@dataclass(frozen=True, slots=True)
class Pulling:
    """What every step on the site needs."""

    tx: Transaction
    root: Path
    reading: Reading
    attributions: Mapping[str, Attribution]

    def article(self, step: Step) -> Article:
        """The article of a step."""
        return self.tx.session.get_one(Article, step.pk)

    def attribution(self, path: str) -> Attribution:
        """Who changed the file."""
        return self.attributions.get(path, UNCOMMITTED)

    def file_content(self, step: Step) -> ArticleContent | None:
        """The file's text, when it is still what was decided on and can be an article."""
        try:
            content = read_content((self.root / step.path).read_bytes())
        except (OSError, KotaeError):
            return None  # the import has read it too, and says what is wrong with it
        return content if content.source_hash == step.file_hash else None


def follow_renames(pulling: Pulling, steps: Sequence[Step]) -> None:
    """Give articles the path, and where it changed the name, that their files have now."""
    for step in steps:
        if step.action == "rename":
            _follow_rename(pulling, step)


def _follow_rename(pulling: Pulling, step: Step) -> None:
    tx, article = pulling.tx, pulling.article(step)
    old_id, old_locale = article.article_id, article.locale
    article.source_root, article.source_path = str(pulling.root), step.path
    if step.new_name is not None and not _is_taken(tx.session, step):
        article.article_id, article.locale = step.new_name
        follow_name(tx, article, ArticleName(old_id, old_locale))
        _keep_address(tx, article, unquote(article_url(old_locale, old_id)))
        note_change(tx.session, article, tx.now)
    if step.old_path is not None:
        tx.record("rename", article, article.revision, old=old_id, old_path=step.old_path)


def _keep_address(tx: Transaction, article: Article, path: str) -> None:
    """Let the old address lead to the article; its own new one must not lead away from it."""
    own = unquote(article_url(article.locale, article.article_id))
    for redirect in tx.session.scalars(select(Redirect).where(Redirect.article_pk == article.id)):
        if redirect.path == own:
            tx.session.delete(redirect)
        elif redirect.path == path:
            redirect.kept = True
            return
    tx.session.add(Redirect(path=path, article=article, kept=True))


def _is_taken(session: Session, step: Step) -> bool:
    """Whether another article has the new name; the import then says so of the file."""
    if step.new_name is None:
        return False
    named = select(Article.id).where(
        Article.article_id == step.new_name[0], Article.locale == step.new_name[1]
    )
    return session.scalar(named) not in {None, step.pk}


def apply_to_site(pulling: Pulling, steps: Iterable[Step], counts: dict[str, int]) -> None:
    """Do the steps that `_SITE_STEPS` names; adds to `counts`, by action."""
    for step in steps:
        apply = _SITE_STEPS.get(step.action)
        if apply is not None:
            outcome = apply(pulling, step)
            counts[outcome] = counts.get(outcome, 0) + 1


def _agree(pulling: Pulling, step: Step) -> str:
    """Both sides have the same text: what they agree on from now on."""
    article = pulling.article(step)
    if article.source_hash == step.file_hash and step.file_hash is not None:
        article.source_root, article.source_path = str(pulling.root), step.path
        article.imported_hash = step.file_hash
        article.import_key = pulling.reading.import_key(step.path, step.file_hash)
        close_conflict(pulling.tx, article)
    return "agree"


def _archive(pulling: Pulling, step: Step) -> str:
    article = pulling.article(step)
    if article.revision != step.revision:
        return "skipped"
    # Both sides agree that there is no file: what comes back, on either, is new to the other.
    article.status, article.imported_hash, article.import_key = "archived", None, None
    close_conflict(pulling.tx, article)
    note_change(pulling.tx.session, article, pulling.tx.now)
    pulling.tx.record("archive", article, article.revision, path=step.path)
    return "archive"


def _merge(pulling: Pulling, step: Step) -> str:
    """Take the file's text in as a revision; show what becomes of both."""
    article, tx = pulling.article(step), pulling.tx
    content = pulling.file_content(step)
    if article.revision != step.revision or content is None:
        return "skipped"
    base = _base_of(tx.session, article, step)
    number = _take_in(pulling, article, step, content, base)
    merged = base and merge_sources(base[1], article.source, content.source)
    if not merged:
        keep_conflict(tx, article, "folder", base and base[0], number)
        return "conflict"
    if merged != article.source:
        _show_merged(pulling, article, read_content(merged.encode("utf-8")), content, number)
    # The file is taken in: from here on only the site is ahead, and the push follows.
    article.source_root, article.source_path = str(pulling.root), step.path
    article.imported_hash = content.source_hash
    article.import_key = pulling.reading.import_key(step.path, content.source_hash)
    close_conflict(tx, article)
    return "merge"


def _show_merged(
    pulling: Pulling,
    article: Article,
    merged: ArticleContent,
    file: ArticleContent,
    file_revision: int,
) -> None:
    tx, before = pulling.tx, article.revision
    number = file_revision
    if merged.source != file.source:
        note = f"Revision {before} merged with revision {file_revision}"
        number = append_revision(
            tx,
            article,
            merged,
            note=note,
            origin="merge",
            based_on=before,
            author=_last_author(tx.session, article, before),
        )
    show_revision(tx, article, merged, number)
    if article.status == "published":
        mark_published(article, merged.status, tx.now)
    note_change(tx.session, article, tx.now)
    tx.record("merge", article, number, site=before, file=file_revision)


def _last_author(session: Session, article: Article, number: int) -> Actor:
    revision = read_revision(session, article, number)
    return Actor(revision.author, email=revision.author_email)


def _conflict(pulling: Pulling, step: Step) -> str:
    """One side was deleted and the other changed; both are kept as they are."""
    article, tx = pulling.article(step), pulling.tx
    base, other = _base_of(tx.session, article, step), None
    if step.file_hash is not None:
        content = pulling.file_content(step)
        if content is None:
            return "skipped"
        other = _take_in(pulling, article, step, content, base)
    keep_conflict(tx, article, "folder", base and base[0], other)
    return "conflict"


def _take_in(
    pulling: Pulling,
    article: Article,
    step: Step,
    content: ArticleContent,
    base: tuple[int, str] | None,
) -> int:
    """The number of the revision that is the file's text; appended unless it is one already."""
    tx, by = pulling.tx, pulling.attribution(step.path)
    waiting = open_conflict(tx.session, article, "folder")
    if waiting is not None and waiting.other_revision is not None:
        known = read_revision(tx.session, article, waiting.other_revision)
        if known.source_hash == content.source_hash:
            return known.number
    return append_revision(
        tx,
        article,
        content,
        note=by.note,
        origin="git" if by.commit else "import",
        based_on=base and base[0],
        author=Actor(by.author, email=by.email),
        git_commit=by.commit,
    )


def _base_of(session: Session, article: Article, step: Step) -> tuple[int, str] | None:
    """Number and text of what both sides last agreed on."""
    found = revision_with_hash(session, article, step.base) if step.base else None
    return (found.number, found.source) if found else None


_SITE_STEPS: Mapping[str, Callable[[Pulling, Step], str]] = MappingProxyType(
    {"agree": _agree, "archive": _archive, "both": _merge, "conflict": _conflict}
)
