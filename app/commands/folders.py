"""`kb import` and `kb export`: folders of Markdown in and out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from app.commands.printing import (
    json_option,
    named_errors,
    print_error,
    print_json,
    print_warning,
    progress_bars,
    progress_option,
)
from app.commands.workplace import Workplace, open_search, open_workplace, record
from app.exporting import ExportReport, export_data, export_folder, export_site
from app.importing import ImportReport, import_folder
from search.document import Progress

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("import")
@click.argument("directory", type=_FOLDER)
@click.option("--locale", help="Language of every file, whatever files and folders say.")
@click.option("--prune", is_flag=True, help="Retire articles whose file is gone from the folder.")
@click.option("--no-index", is_flag=True, help="Leave indexing to the server, or to `kb reindex`.")
@click.option("--quiet", is_flag=True, help="Do not list warnings; errors are always listed.")
@json_option
@progress_option
@named_errors
def import_command(
    directory: Path,
    locale: str | None,
    prune: bool,
    no_index: bool,
    quiet: bool,
    as_json: bool,
    shows_progress: bool | None,
) -> None:
    """Import the Markdown in DIRECTORY, publish it, and index it.

    Files that are as they were at the last import are left alone. A file that cannot be used is
    named and stops no other; the exit code is then 1.
    """
    with open_workplace(migrate=True) as place, progress_bars(shows_progress) as progress:
        report = import_folder(
            directory,
            session_factory=place.sessions,
            settings=place.settings,
            prune=prune,
            locale=locale,
            progress=progress,
        )
        if not no_index:
            index_changes(place, progress)
    if as_json:
        print_json(report.to_json())
    else:
        click.echo(summarise(report))
    list_problems(report, warnings=not (quiet or as_json))
    if report.failed:
        raise SystemExit(1)


@click.command("export")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["folder", "json", "site"]),
    default="folder",
    show_default=True,
    help="Markdown; one JSON file; or what everybody may read, as a static site.",
)
@json_option
@progress_option
@named_errors
def export_command(directory: Path, form: str, as_json: bool, shows_progress: bool | None) -> None:
    """Write all articles to DIRECTORY as Markdown, byte for byte where nothing changed."""
    forms: dict[str, Callable[..., ExportReport]] = {
        "folder": export_folder,
        "json": export_data,
        "site": export_site,
    }
    with open_workplace() as place, progress_bars(shows_progress) as progress:
        report = forms[form](
            directory.absolute(),
            session_factory=place.sessions,
            settings=place.settings,
            progress=progress,
        )
        counts = {
            "articles": report.articles,
            "categories": report.categories,
            "media": report.media,
        }
        record(place, "articles.export", f"folder:{directory.absolute()}", format=form, **counts)
    for problem in report.left_out:
        print_warning(f"{problem.path}: {problem.reason} [{problem.code}]")
    if as_json:
        print_json(counts | {"left_out": [problem.to_json() for problem in report.left_out]})
    else:
        shown = ", ".join(f"{name} {count}" for name, count in counts.items())
        click.echo(f"exported to {directory}: {shown}")


def index_changes(place: Workplace, progress: Progress) -> None:
    """Carry everything that waits in the outbox to the index."""
    from app.indexing import finish_indexing

    with open_search(place.settings) as index:
        finish_indexing(place.settings, place.sessions, index, progress=progress)


def summarise(report: ImportReport) -> str:
    """The counts in one line."""
    return (
        f"created {report.created}, updated {report.updated}, unchanged {report.unchanged}, "
        f"retired {report.retired}, attachments {report.media}, "
        f"failed {len(report.failed)}, warnings {len(report.warnings)}"
    )


def list_problems(report: ImportReport, *, warnings: bool) -> None:
    """Each problem in a line of its own, on stderr."""
    if warnings:
        for problem in report.warnings:
            print_warning(f"{problem.path}: {problem.reason} [{problem.code}]")
    for problem in report.failed:
        print_error(f"{problem.path}: {problem.reason} [{problem.code}]")
