"""The folder's half of a sync: files are written and deleted, and committed in their authors'
names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content import read_content
from app.editing.actors import SYSTEM, Actor
from app.editing.conflicts import close_conflict
from app.editing.revisions import append_revision, content_of, read_revision, show_revision
from app.editing.transaction import Transaction
from app.errors import KotaeError
from app.front_matter import parse_source, with_fields
from app.importing.parsing import Reading
from app.importing.report import FileProblem
from app.importing.tree import TreeFile, describe_path
from app.media import media_path
from app.models import Article, EditorialAction, MediaFile, Revision
from app.naming import default_article_id, slugify_path
from app.syncing.files import hash_file, inside, remove_file, write_file
from app.syncing.git import Author, GitFolder
from app.syncing.plan import Step
from search.document import Progress

_OURS = frozenset({"editor", "merge"})
"""Origins of revisions whose text came from the site."""


@dataclass(slots=True)
class Pushing:
    """What was written, and what was not."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[FileProblem] = field(default_factory=list)
    commits: int = 0

    def count(self, action: str) -> None:
        """One more of `action`."""
        self.counts[action] = self.counts.get(action, 0) + 1


def name_in_text(tx: Transaction, article: Article, path: str) -> None:
    """Let the text say what its path would not: as a file at `path` it must be this article."""
    file: TreeFile = describe_path(path)
    content = content_of(read_revision(tx.session, article, article.revision))
    fields: dict[str, object] = {}
    if content.article_id is None and default_article_id(file.inner) != article.article_id:
        fields["id"] = article.article_id
    if content.category is None and slugify_path(file.folder) != article.category:
        fields["category"] = article.category
    if content.locale is None and file.locale != article.locale:
        fields["locale"] = article.locale
    if fields:
        text = with_fields(parse_source(content.source.encode("utf-8")), fields)
        named = read_content(text.encode("utf-8"))
        number = append_revision(
            tx,
            article,
            named,
            note="Its name written out, for its file",
            origin="merge",
            based_on=article.revision,
            author=Actor(SYSTEM.name),
        )
        show_revision(tx, article, named, number)


def push_file(session: Session, root: Path, step: Step) -> str:
    """Write or delete the file of a step; returns what it holds now, "" for nothing.

    Raises FileChanged, UnsafePath, OSError.
    """
    article = session.get_one(Article, step.pk)
    if step.action == "remove":
        remove_file(root, step.path, expected=step.file_hash or "")
        return ""
    source = article.source.encode("utf-8")
    if hash_file(inside(root, step.path)) != article.source_hash:
        write_file(root, step.path, source, expected=step.file_hash)
    return article.source_hash


def push_all(
    session: Session, root: Path, steps: Sequence[Step], done: Pushing, progress: Progress
) -> list[tuple[Step, str]]:
    """Push every step; what fails is a problem of its own and stops no other."""
    written = []
    for number, step in enumerate(steps, start=1):
        held = _guard(done, step.path, partial(push_file, session, root, step))
        if held is not None:
            written.append((step, held))
            done.count(step.action)
        progress("Writing files", number, len(steps))
    return written


def agree_on(
    tx: Transaction, root: Path, reading: Reading, written: Iterable[tuple[Step, str]]
) -> None:
    """Note what the files hold now; the caller commits."""
    for step, held in written:
        article = tx.session.get_one(Article, step.pk)
        article.source_root, article.source_path = str(root), step.path
        article.imported_hash = held or None
        article.import_key = reading.import_key(step.path, held) if held else None
        close_conflict(tx, article)


def push_media(session: Session, root: Path, media_dir: Path, done: Pushing) -> None:
    """Write attachments that were added on the site; the caller commits."""
    rows = select(MediaFile).where(MediaFile.source_root == str(root), MediaFile.synced.is_(False))
    for row in session.scalars(rows):
        stored, path = media_path(media_dir, row.sha256), row.source_path
        if hash_file(root / path) != row.sha256:
            data = stored.read_bytes()
            wrote = _guard(done, path, partial(_write_new, root, path, data))
            if wrote is None:
                continue
        row.synced = True
        done.count("media")


def _write_new(root: Path, path: str, data: bytes) -> str:
    write_file(root, path, data, expected=None)
    return path


def _guard(done: Pushing, path: str, write: Callable[[], str]) -> str | None:
    try:
        return write()
    except KotaeError as error:
        done.problems.append(FileProblem(path, error.code, error.message))
    except OSError as error:
        reason = f"It cannot be written: {error.strerror or error}."
        done.problems.append(FileProblem(path, "unwritable", reason))
    return None


def commit_all(session: Session, root: Path, git: GitFolder, done: Pushing) -> None:
    """Commit every file that holds what the site has and git does not know yet.

    Read from what is there, not from what was just written: a kill in between loses no commit.
    """
    for path in sorted(git.changed_paths()):
        article = session.scalar(
            select(Article).where(Article.source_root == str(root), Article.source_path == path)
        )
        if article is None:
            _commit_media(session, root, git, path, done)
        elif hash_file(root / path) == article.source_hash:
            _commit_text(session, git, path, article, done)
        elif not (root / path).exists() and git.is_tracked(path):
            _commit_removal(session, git, path, article, done)


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
    session: Session, git: GitFolder, path: str, article: Article, done: Pushing
) -> None:
    """Commit a deletion that began on the site; others are theirs who work in the folder."""
    is_gone = article.status == "archived" or article.deleted_at is not None
    last = session.scalar(
        select(EditorialAction)
        .where(
            EditorialAction.article_id == article.article_id,
            EditorialAction.locale == article.locale,
            EditorialAction.action.in_(["archive", "delete"]),
        )
        .order_by(EditorialAction.id.desc())
        .limit(1)
    )
    if not is_gone or last is None or last.actor_id == SYSTEM.id:
        return
    author = Author(last.actor, str(last.detail.get("email", "")))
    git.commit([path], author, f"Remove {article.title}\n\n{path}\n")
    done.commits += 1


def _commit_media(session: Session, root: Path, git: GitFolder, path: str, done: Pushing) -> None:
    """Commit an attachment that was added on the site: its article's text names it."""
    row = session.scalar(
        select(MediaFile).where(MediaFile.source_root == str(root), MediaFile.source_path == path)
    )
    if row is None or not row.from_site or hash_file(root / path) != row.sha256:
        return
    git.commit([path], Author(SYSTEM.name), f"Add {PurePosixPath(path).name}\n\n{path}\n")
    done.commits += 1
