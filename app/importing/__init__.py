"""Importing a folder of Markdown: read and render everything, then write all of it or nothing."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.orm import Session, sessionmaker

from app.content import renderer_fingerprint
from app.db import begin_writing
from app.importing.known import load_known
from app.importing.parsing import Reading
from app.importing.planning import Plan, plan_import
from app.importing.report import FileProblem, ImportRefused, ImportReport
from app.importing.storing import Tally, store_plan
from app.importing.tree import find_root, scan_tree
from app.locales import normalise_locale
from app.models import utc_now
from app.private_folders import make_private_folder
from app.settings import Settings
from search.document import Progress, no_progress

__all__ = [
    "FileProblem",
    "ImportRefused",
    "ImportReport",
    "import_folder",
    "only_import",
    "summarise",
]

_LOCK_SECONDS = 5.0


def import_folder(
    directory: Path,
    *,
    session_factory: sessionmaker[Session],
    settings: Settings,
    prune: bool = False,
    locale: str | None = None,
    keep_edits: bool = False,
    progress: Progress = no_progress,
) -> ImportReport:
    """Bring the Markdown in `directory` into the database and publish it.

    Files that cannot be used are named in the report and stop no other; whatever their status
    was, it stays. Files that are as they were at the last import are left alone. With `prune`,
    articles that an earlier import of this folder brought and that are gone from it are archived.
    `locale` wins over what files and folders say. Where an article was edited here and in its file,
    the file wins; with `keep_edits` both stay as they are, for a sync to bring together. The search
    index is told by the outbox.

    Everything is written in one transaction: killed at any moment, all of it is there or nothing.
    Raises ImportRefused, BadLocale.
    """
    forced = normalise_locale(locale) if locale else None
    root = find_root(directory)
    reading = Reading(root, forced, settings.default_locale, renderer_fingerprint())
    with only_import(settings):
        tree = scan_tree(root)
        with session_factory() as session:
            known = load_known(session)
        plan = plan_import(tree, reading, known, media_dir=settings.media_dir, progress=progress)
        with session_factory() as session:
            begin_writing(session)
            tally = store_plan(
                session, tree, plan, reading, prune, utc_now(), progress, keep_edits=keep_edits
            )
            session.commit()
    return summarise(plan, tally)


def only_import(settings: Settings) -> FileLock:
    """A lock, held until it is left, that keeps other imports and syncs out.

    Raises ImportRefused when another one holds it.
    """
    make_private_folder(settings.var_dir)
    lock = FileLock(settings.var_dir / "import.lock")
    try:
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout:
        raise ImportRefused("Another import is running; wait until it has finished.") from None
    return lock


def summarise(plan: Plan, tally: Tally) -> ImportReport:
    """The report of an import that was stored."""
    return ImportReport(
        created=tally.created,
        updated=tally.updated,
        unchanged=tally.unchanged,
        retired=tally.retired,
        media=len(plan.media),
        failed=tuple(sorted(plan.failed)),
        warnings=tuple(sorted(plan.warnings)),
    )
