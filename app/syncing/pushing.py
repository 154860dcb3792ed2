"""The folder's half of a sync: files are written and deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

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
from app.models import Article, MediaFile
from app.naming import default_article_id, slugify_path
from app.syncing.files import hash_file, inside, remove_file, write_file
from app.syncing.plan import Step
from search.document import Progress


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
        if _guard(done, path, partial(_put_medium, root, path, stored, row.sha256)) is None:
            continue
        row.synced = True
        done.count("media")


def _put_medium(root: Path, path: str, stored: Path, sha256: str) -> str:
    if hash_file(root / path) != sha256:
        write_file(root, path, stored.read_bytes(), expected=None)
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
