"""`kb migrate`, `kb backup`, `kb restore`, `kb doctor`: keeping the installation well."""

from __future__ import annotations

from pathlib import Path

import click

from app.backup import backup
from app.commands.printing import (
    json_option,
    named_errors,
    print_json,
    print_warning,
    progress_bars,
    progress_option,
)
from app.commands.workplace import open_workplace, record
from app.migrating import head_revision, upgrade
from app.settings import Settings

_FILE = click.Path(dir_okay=False, path_type=Path)
_NOTHING_TO_COMPARE = (
    "There was no database to compare accounts with: look through `kb user list` and "
    "`kb token list` for whom the backup lets in again."
)


@click.command("migrate")
@json_option
@named_errors
def migrate_command(as_json: bool) -> None:
    """Bring the database to the schema that this version needs."""
    upgrade(Settings.from_env())
    if as_json:
        print_json({"schema": head_revision()})
    else:
        click.echo(f"the database has schema {head_revision()}")


@click.command("backup")
@click.argument("file", type=_FILE)
@json_option
@progress_option
@named_errors
def backup_command(file: Path, as_json: bool, shows_progress: bool | None) -> None:
    """Write the database, attachments and calibration to FILE (.tar.gz), while the server runs.

    The search index and the embedding model are not in it: they are made again. Neither is the
    secret key.
    """
    with open_workplace() as place, progress_bars(shows_progress) as progress:
        report = backup(file.absolute(), settings=place.settings, progress=progress)
        record(place, "backup.make", f"file:{file.absolute()}", bytes=report.size)
    for missing in report.missing:
        print_warning(f"an attachment is missing from the disk: {missing}")
    if as_json:
        print_json({"file": str(file), "size": report.size, "media": report.media})
    else:
        click.echo(f"{file}: {report.size} bytes, {report.media} attachments")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before the database is replaced.")
@json_option
@progress_option
@named_errors
def restore_command(file: Path, yes: bool, as_json: bool, shows_progress: bool | None) -> None:
    """Replace the database by the one in FILE, and index it.

    FILE is verified first; where something is wrong with it, nothing is changed. Everybody has to
    sign in again; accounts and API tokens that are not as they were just before are listed.
    """
    from app.commands.folders import index_changes
    from app.restoring import restore

    if not yes and not as_json:
        click.confirm("This replaces every article, ticket and event. Go on?", abort=True, err=True)
    with progress_bars(shows_progress) as progress:
        report = restore(file.absolute(), settings=Settings.from_env(), progress=progress)
        with open_workplace() as place:
            found = {"access": list(report.differences)} if report.differences else {}
            record(place, "backup.restore", f"file:{file.absolute()}", **found)
            index_changes(place, progress)
    for difference in report.differences or ():
        print_warning(difference)
    if report.differences is None:
        print_warning(_NOTHING_TO_COMPARE)
    if as_json:
        print_json(
            {
                "articles": report.articles,
                "media": report.media,
                "access": None if report.differences is None else list(report.differences),
            }
        )
    else:
        click.echo(f"{report.articles} articles are published again, {report.media} attachments")


@click.command("doctor")
@json_option
@named_errors
def doctor_command(as_json: bool) -> None:
    """Say what is wrong with this installation, and how to mend it. Exit code 1 if something is."""
    from app.doctor import examine

    checks = examine()
    if as_json:
        print_json({"checks": [check.to_json() for check in checks]})
    else:
        for check in checks:
            click.echo(check.to_line())
    if any(check.level == "fail" for check in checks):
        raise SystemExit(1)
