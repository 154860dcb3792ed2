"""`kb import-from`: articles of another help center."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.folders import index_changes, list_problems, summarise
from app.commands.printing import (
    json_option,
    named_errors,
    print_error,
    print_json,
    print_warning,
    progress_bars,
    progress_option,
)
from app.commands.workplace import Workplace, open_workplace, record

if TYPE_CHECKING:
    from app.importing import ImportReport
    from app.importing_from.writing import WriteReport


@click.command("import-from")
@click.argument("service", type=click.Choice(["zendesk", "intercom", "freshdesk", "html"]))
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write the Markdown into; KB_ARTICLES_DIR unless given.",
)
@click.option("--locale", help="Language of articles that name none; KB_DEFAULT_LOCALE.")
@click.option("--only-write", is_flag=True, help="Write the Markdown, and import nothing.")
@json_option
@progress_option
@named_errors
def import_from_command(
    service: str,
    source: Path,
    folder: Path | None,
    locale: str | None,
    only_write: bool,
    as_json: bool,
    shows_progress: bool | None,
) -> None:
    """Bring in what SERVICE exported as SOURCE: a JSON file, a folder, or a zip archive.

    Articles become Markdown with their attachments, categories, languages and old addresses, and
    are imported. What could not be carried over is listed; the exit code is 1 where an article
    could not. Nothing in the folder is overwritten, so it may be run again.
    """
    from app.importing import import_folder
    from app.importing_from.collecting import collect
    from app.importing_from.opening import opened
    from app.importing_from.writing import write_folder

    with open_workplace(migrate=True) as place, progress_bars(shows_progress) as progress:
        settings = place.settings
        root = (folder or settings.articles_dir).resolve()
        root.mkdir(parents=True, exist_ok=True)
        with opened(source) as unpacked:
            collected = collect(service, source, unpacked, locale or settings.default_locale)
            report = write_folder(collected, root, locales=settings.locales, progress=progress)
        imported = None
        if not only_write:
            imported = import_folder(
                root, session_factory=place.sessions, settings=settings, progress=progress
            )
            index_changes(place, progress)
        _record(place, service, source, report)
    _print(root, report, imported, as_json)
    if report.failed or (imported is not None and imported.failed):
        raise SystemExit(1)


def _record(place: Workplace, service: str, source: Path, report: WriteReport) -> None:
    record(
        *(place, "articles.import-from", f"source:{source.absolute()}"),
        service=service,
        articles=report.articles,
        attachments=report.attachments,
        failed=len(report.failed),
    )


def _print(root: Path, report: WriteReport, imported: ImportReport | None, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "articles": report.articles,
                "unchanged": report.unchanged,
                "attachments": report.attachments,
                "failed": [problem.to_json() for problem in report.failed],
                "lost": [problem.to_json() for problem in report.lost],
                "import": imported and imported.to_json(),
            }
        )
    else:
        click.echo(
            f"written to {root}: articles {report.articles}, unchanged {report.unchanged}, "
            f"attachments {report.attachments}; not carried over {len(report.lost)}, "
            f"failed {len(report.failed)}"
        )
        if imported is not None:
            click.echo(summarise(imported))
    for problem in sorted(report.lost):
        print_warning(f"{problem.path}: {problem.reason} [{problem.code}]")
    for problem in sorted(report.failed):
        print_error(f"{problem.path}: {problem.reason} [{problem.code}]")
    if imported is not None:
        list_problems(imported, warnings=False)
