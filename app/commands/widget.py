"""`kb widget`: what a site needs to know to embed the widget."""

from __future__ import annotations

import click

from app.away_index import verifying_key
from app.commands.printing import json_option, named_errors, print_json
from app.settings import Settings
from app.signing import signing_key
from app.widget_files import ALONE, ENTRIES, WidgetFile, read_widget_files

_HOME = "https://help.example.com"
_PINNED = {
    "v1.js": "This v1.js and no other, and no other later steps",
    "loader.js": "This loader.js and no other, and no other widget",
}
_OWN = ALONE.difference(ENTRIES)
"""Scripts of the help center's own pages, built from the same sources."""


@click.group("widget")
def widget_group() -> None:
    """Say what the widget is made of and how to embed it."""


@widget_group.command("info")
@json_option
@named_errors
def info_command(as_json: bool) -> None:
    """Print versions, sizes, hashes (SRI), and lines to paste."""
    settings = Settings.from_env()
    home = settings.base_url or _HOME
    files = {name: file for name, file in read_widget_files().items() if name not in _OWN}
    key = verifying_key(signing_key(settings))
    policy = f"script-src {home}; connect-src {home}; img-src {home}"
    if as_json:
        listed = {name: file.to_json() for name, file in files.items()}
        print_json({"home": home, "files": listed, "key": key, "csp": policy})
        return
    click.echo(f"{'file':18} {'gzipped':>8}  version")
    for name, file in files.items():
        click.echo(f"{name:18} {file.packed:8}  {file.version}")
    click.echo("\nThe newest, fetched anew within an hour:")
    click.echo(f'<script defer src="{home}/widget/loader.js" data-key="{key}"></script>')
    for name, what in _PINNED.items():
        click.echo(f"\n{what}:\n{_pinned(home, files[name], key)}")
    click.echo(f"\nContent-Security-Policy:\n{policy}")


def _pinned(home: str, file: WidgetFile, key: str) -> str:
    return (
        f'<script defer src="{home}/widget/{file.version}/{file.name}"\n'
        f'  integrity="{file.integrity}" crossorigin="anonymous" data-key="{key}"></script>'
    )
