"""`kb sync` and `kb conflicts`: the folder and the site, equal in both directions."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path
from typing import Any

import click

from app.commands.folders import index_changes
from app.commands.printing import (
    CommandFailed,
    json_option,
    named_errors,
    print_error,
    print_json,
    print_warning,
    progress_bars,
    progress_option,
)
from app.commands.workplace import Workplace, open_workplace
from app.errors import KotaeError
from app.syncing import SyncReport, sync_folder
from app.syncing.plan import ACTIONS
from search.document import Progress

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("sync")
@click.argument("directory", type=_FOLDER, required=False)
@click.option("--dry-run", is_flag=True, help="Print what would be done, and do nothing.")
@click.option("--watch", is_flag=True, help="Go on, and sync whenever either side has changed.")
@click.option("--interval", default=2.0, show_default=True, help="Seconds between looks.")
@click.option("--allow-missing", is_flag=True, help="Sync although most files are gone.")
@click.option("--no-index", is_flag=True, help="Leave indexing to the server, or to `kb reindex`.")
@json_option
@progress_option
@named_errors
def sync_command(
    directory: Path | None,
    dry_run: bool,
    watch: bool,
    interval: float,
    allow_missing: bool,
    no_index: bool,
    as_json: bool,
    shows_progress: bool | None,
) -> None:
    """Make DIRECTORY (KB_ARTICLES_DIR unless given) and the articles of the site the same.

    What is published on the site is written into the folder and, in a git work tree, committed in
    its author's name; what is changed in the folder becomes revisions. Lines that both changed are
    a conflict: both texts stay where they are, and the exit code is 1.
    """
    with open_workplace(migrate=not dry_run) as place, progress_bars(shows_progress) as progress:
        sync = partial(
            sync_folder,
            directory or place.settings.articles_dir,
            session_factory=place.sessions,
            settings=place.settings,
            dry_run=dry_run,
            allow_missing=allow_missing,
            progress=progress,
        )
        if watch and not dry_run:
            _watch(place, sync, interval, None if no_index else progress)
            return
        report = sync()
        if not (dry_run or no_index):
            index_changes(place, progress)
    if as_json:
        print_json(to_json(report))
    else:
        _print(report, with_steps=dry_run)
    _list_problems(report)
    if report.failed or report.conflicts:
        raise SystemExit(1)


@click.group("conflicts")
def conflicts_group() -> None:
    """Texts that both sides changed in the same lines."""


@conflicts_group.command("list")
@json_option
@named_errors
def list_command(as_json: bool) -> None:
    """List what waits for somebody, with its number."""
    from app.editing.conflicts import list_conflicts

    with open_workplace() as place, place.sessions() as session:
        found = [
            {
                "id": conflict.id,
                "kind": conflict.kind,
                "article_id": conflict.article.article_id,
                "locale": conflict.article.locale,
                "path": conflict.article.source_path,
                "since": conflict.opened_at.isoformat(),
            }
            for conflict in list_conflicts(session)
        ]
    if as_json:
        print_json(found)
        return
    for row in found:
        name = row["path"] or f"{row['article_id']} ({row['locale']})"
        click.echo(f"{row['id']:>5}  {row['kind']:<7} {name}  since {row['since']}")


@conflicts_group.command("show")
@click.argument("number", type=int)
@named_errors
def show_command(number: int) -> None:
    """Print both texts of conflict NUMBER as one, the lines that disagree marked."""
    from app.editing.conflicts import find_conflict, texts_of

    with open_workplace() as place, place.sessions() as session:
        texts = texts_of(session, find_conflict(session, number))
    for stretch in texts.merge.stretches:
        if stretch.kind == "conflict":
            click.echo("<<<<<<< folder or draft")
            click.echo(stretch.mine, nl=not stretch.mine.endswith("\n"))
            click.echo("=======")
            click.echo(stretch.theirs, nl=not stretch.theirs.endswith("\n"))
            click.echo(">>>>>>> site")
        else:
            click.echo(stretch.text, nl=False)


@conflicts_group.command("resolve")
@click.argument("number", type=int)
@click.option("--take", type=click.Choice(["site", "folder"]), help="The text of one side.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the text that somebody made of both.",
)
@named_errors
def resolve_command(number: int, take: str | None, file: Path | None) -> None:
    """Put one text in the place of both; the next sync writes it into the folder."""
    from app.editing.actors import SYSTEM
    from app.editing.conflicts import find_conflict, resolve_conflict, texts_of

    if (take is None) == (file is None):
        raise CommandFailed("Say --take site, --take folder, or --file FILE.")
    with open_workplace() as place, place.sessions() as session:
        texts = texts_of(session, find_conflict(session, number))
        session.rollback()
        source = texts.theirs if take == "site" else texts.mine
        if file is not None:
            source = file.read_bytes().decode("utf-8")
        if not source:
            raise CommandFailed("The file was deleted; archive the article to agree with that.")
        resolve_conflict(session, SYSTEM, number, source=source, site_revision=texts.their_revision)
    click.echo(f"conflict {number} is resolved; `kb sync` brings it into the folder")


def to_json(report: SyncReport) -> dict[str, Any]:
    """The report as one JSON object."""
    return {
        "counts": report.counts,
        "commits": report.commits,
        "conflicts": list(report.conflicts),
        "steps": [
            {"action": step.action, "path": step.path, "from": step.old_path}
            for step in report.steps
        ],
        "failed": [problem.to_json() for problem in report.failed],
        "warnings": [problem.to_json() for problem in report.warnings],
    }


def _watch(place: Workplace, sync: Any, interval: float, index: Progress | None) -> None:
    from app.importing.tree import find_root
    from app.syncing.watching import Watcher

    def tell(report: SyncReport) -> None:
        if report.counts or report.failed or report.conflicts:
            if index is not None:
                index_changes(place, index)
            _print(report, with_steps=False)
            _list_problems(report)

    def fail(error: Exception) -> None:
        if not isinstance(error, KotaeError):
            raise error
        print_error(error.message)

    watcher = Watcher(find_root(sync.args[0]), place.sessions, sync, interval=interval)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: watcher.stop())
    click.echo(f"watching {sync.args[0]} and the site; end with Ctrl-C", err=True)
    watcher.run(tell, fail)


def _print(report: SyncReport, *, with_steps: bool) -> None:
    if with_steps:
        for step in report.steps:
            source = f" (was {step.old_path})" if step.action == "rename" else ""
            click.echo(f"{step.action:<9} {step.path}{source}: {ACTIONS[step.action]}")
    counts = ", ".join(f"{action} {count}" for action, count in sorted(report.counts.items()))
    commits = f", commits {report.commits}" if report.commits else ""
    click.echo(f"{counts or 'both sides are the same'}{commits}")


def _list_problems(report: SyncReport) -> None:
    for problem in report.warnings:
        print_warning(f"{problem.path}: {problem.reason} [{problem.code}]")
    for problem in report.failed:
        print_error(f"{problem.path}: {problem.reason} [{problem.code}]")
    for path in report.conflicts:
        print_error(f"{path}: both sides changed the same lines; see `kb conflicts` [conflict]")
