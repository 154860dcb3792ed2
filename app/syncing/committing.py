"""Committing what a sync wrote or deleted, in the names of those who did it on the site."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.editing.actors import SYSTEM, Actor
from app.editing.revisions import append_revision, content_of, read_revision
from app.editing.transaction import Transaction
from app.errors import KotaeError
from app.models import Article, EditorialAction, MediaFile, Revision
from app.syncing.files import hash_file, inside
from app.syncing.git import Author, GitFolder
from app.syncing.pushing import Pushing

_OURS = frozenset({"editor", "merge"})
"""Origins of revisions whose text came from the site."""


def commit_all(session: Session, root: Path, git: GitFolder, done: Pushing) -> None:
    """Commit every file that holds what the site has and git does not know yet.

    Read from what is there, not from what was just written: a kill in between loses no commit.
    """
    for path in sorted(git.changed_paths()):
        try:
            held = hash_file(inside(root, path))
        except (KotaeError, OSError):
            continue  # behind a link, or out of reach
        if not _commit_medium(session, root, git, path, held, done):
            _commit_article(session, root, git, path, held, done)


def own_text(tx: Transaction, article: Article) -> None:
    """Let the text that is about to be written be the site's: whatever else is in the folder is
    theirs to commit who work there.

    It may be a file's, of a while ago, that somebody brought back on the site: it becomes a
    revision of theirs.
    """
    shown = read_revision(tx.session, article, article.revision)
    if shown.origin in _OURS:
        return
    number = append_revision(
        tx,
        article,
        content_of(shown),
        note="",
        based_on=shown.number,
        author=_last_editor(tx.session, article),
    )
    if article.draft_base == shown.number:
        article.draft_base = number
    article.revision = number


def _last_editor(session: Session, article: Article) -> Actor:
    """Who did something to the article on the site last; the site itself where nobody did."""
    people = EditorialAction.actor_id.not_in(["", SYSTEM.id])
    last = session.scalar(_deeds_on(article).where(people).limit(1))
    if last is None:
        return Actor(SYSTEM.name)
    return Actor(last.actor, last.actor_id, str(last.detail.get("email", "")))


def _commit_article(
    session: Session, root: Path, git: GitFolder, path: str, held: str | None, done: Pushing
) -> None:
    """`held`: SHA-256 of the file; None where there is none."""
    # More than one where a new article stands in the place of one that is gone.
    articles = session.scalars(
        select(Article).where(Article.source_root == str(root), Article.source_path == path)
    ).all()
    living = [article for article in articles if not article.is_gone]
    for article in living:
        if article.source_hash == held:
            _commit_text(session, git, path, article, done)
            return
    if articles and not living and held is None and git.is_tracked(path):
        _commit_removal(session, git, path, articles, done)


def _commit_text(
    session: Session, git: GitFolder, path: str, article: Article, done: Pushing
) -> None:
    shown = read_revision(session, article, article.revision)
    if shown.origin not in _OURS:
        return  # a change of somebody who works in the folder; theirs to commit
    verb = "Update" if git.is_tracked(path) else "Add"
    subject = shown.note.strip().split("\n")[0] or f"{verb} {article.title}"
    others = _other_authors(session, article, shown)
    message = f"{subject[:200]}\n\n{path}, revision {shown.number}\n"
    message += "".join(f"\nCo-authored-by: {author}" for author in others)
    git.commit([path], Author(shown.author, shown.author_email), message)
    done.commits += 1


def _other_authors(session: Session, article: Article, shown: Revision) -> list[Author]:
    """Who else wrote on the site since the folder last had a revision of its own."""
    revisions = session.scalars(
        select(Revision)
        .where(Revision.article_pk == article.id, Revision.number < shown.number)
        .order_by(Revision.number.desc())
    )
    others: dict[str, Author] = {}
    for revision in revisions:
        if revision.origin not in _OURS or revision.source_hash == article.imported_hash:
            break
        if revision.author not in {shown.author, SYSTEM.name}:
            others.setdefault(revision.author, Author(revision.author, revision.author_email))
    return list(others.values())


def _commit_removal(
    session: Session, git: GitFolder, path: str, articles: Iterable[Article], done: Pushing
) -> None:
    """Commit a deletion that began on the site; others are theirs who work in the folder."""
    removals = [(_last_removal(session, article), article) for article in articles]
    known = [(last.id, last, article) for last, article in removals if last is not None]
    if not known:
        return
    _, last, article = max(known, key=lambda each: each[0])
    if last.actor_id == SYSTEM.id:
        return
    author = Author(last.actor, str(last.detail.get("email", "")))
    git.commit([path], author, f"Remove {article.title}\n\n{path}\n")
    done.commits += 1


def _last_removal(session: Session, article: Article) -> EditorialAction | None:
    return session.scalar(
        _deeds_on(article).where(EditorialAction.action.in_(["archive", "delete"])).limit(1)
    )


def _deeds_on(article: Article) -> Select[EditorialAction]:
    """The record of an article, newest first."""
    return (
        select(EditorialAction)
        .where(
            EditorialAction.article_id == article.article_id,
            EditorialAction.locale == article.locale,
        )
        .order_by(EditorialAction.id.desc())
    )


def _commit_medium(
    session: Session, root: Path, git: GitFolder, path: str, held: str | None, done: Pushing
) -> bool:
    """Commit an attachment that was added on the site: its article's text names it. Returns whether
    the path is an attachment's."""
    row = session.scalar(
        select(MediaFile).where(MediaFile.source_root == str(root), MediaFile.source_path == path)
    )
    if row is not None and row.from_site and held == row.sha256:
        git.commit([path], Author(SYSTEM.name), f"Add {PurePosixPath(path).name}\n\n{path}\n")
        done.commits += 1
    return row is not None
