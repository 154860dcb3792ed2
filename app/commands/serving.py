"""`kb serve`: make everything ready, then serve."""

from __future__ import annotations

import click

from app.commands.folders import index_changes, list_problems, summarise
from app.commands.printing import named_errors, print_warning, progress_bars, progress_option
from app.commands.workplace import Workplace, open_workplace
from app.importing import import_folder
from app.server import HOST, PORT, WORKERS, require_free_port, run
from app.signing import signing_key
from app.simulation import prepare_simulation
from search.document import Progress


@click.command("serve")
@click.option("--host", default=HOST, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=WORKERS, show_default=True)
@click.option("--no-import", is_flag=True, help="Leave KB_ARTICLES_DIR alone.")
@progress_option
@named_errors
def serve_command(
    host: str, port: int, workers: int, no_import: bool, shows_progress: bool | None
) -> None:
    """Migrate the database, import KB_ARTICLES_DIR, index what changed, and serve.

    Articles that cannot be imported are named; the rest is served.
    """
    # Before anything is done: an import may take minutes.
    require_free_port(host, port)
    with open_workplace(migrate=True) as place, progress_bars(shows_progress) as progress:
        settings = place.settings
        signing_key(settings)
        prepare_simulation(place.sessions, settings, host)
        if not no_import:
            _import_articles(place, progress)
        index_changes(place, progress)
    run(settings, host=host, port=port, workers=workers)


def _import_articles(place: Workplace, progress: Progress) -> None:
    folder = place.settings.articles_dir
    if not folder.is_dir():
        click.echo(f"kb: no articles to import: {folder} is not a folder", err=True)
        return
    report = import_folder(
        folder,
        session_factory=place.sessions,
        settings=place.settings,
        keep_edits=True,
        progress=progress,
    )
    click.echo(f"kb: {folder}: {summarise(report)}", err=True)
    list_problems(report, warnings=False)
    for warning in report.warnings:
        if warning.code == "changed-twice":
            print_warning(f"{warning.path}: {warning.reason} [{warning.code}]")
