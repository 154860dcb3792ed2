"""`kb site`: who may embed the widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from app.commands.printing import json_option, named_errors, print_json, print_rows
from app.commands.workplace import open_session, open_workplace
from app.deflection.holdout import note_experiments
from app.models import utc_now
from app.sites import add_site, holdout_shares, list_sites, remove_site, set_holdout


@click.group("site")
def site_group() -> None:
    """Give sites that embed the widget keys of their own."""


@site_group.command("add")
@click.argument("name")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    required=True,
    metavar="ORIGIN",
    help="An origin of the site's pages, such as https://shop.example.com; repeat it for others.",
)
@click.option(
    "--contact",
    default="",
    metavar="ADDRESS",
    help="mailto: or https: address that reaches a person while the help center is away.",
)
@click.option(
    "--holdout",
    type=int,
    metavar="PERCENT",
    help="Share of its visitors who are shown no suggestions; KB_HOLDOUT_PERCENT without.",
)
@json_option
@named_errors
def add_command(
    name: str, origins: Sequence[str], contact: str, holdout: int | None, as_json: bool
) -> None:
    """Add a site. Its secret is shown this once."""
    with open_session() as session:
        site = add_site(session, name, origins, contact, holdout)
        told, secret = site.to_json(), site.secret
    if as_json:
        print_json(told | {"secret": secret})
        return
    click.echo(f"key:    {told['key']}   (data-site, in the site's pages)")
    click.echo(f"secret: {secret}   (on the site's server only; signs identities)")


@site_group.command("list")
@json_option
@named_errors
def list_command(as_json: bool) -> None:
    """List every site, without the secrets."""
    with open_session() as session:
        sites = [site.to_json() for site in list_sites(session)]
    print_rows(sites, as_json, members=dict, line=_line)


@site_group.command("holdout")
@click.argument("key")
@click.argument("percent", type=int, required=False)
@named_errors
def holdout_command(key: str, percent: int | None) -> None:
    """Show no suggestions to PERCENT of a site's visitors; without it the server's share counts.

    Another share begins another experiment, and draws other visitors.
    """
    with open_workplace() as place, place.sessions() as session:
        set_holdout(session, key, percent)
        shares = holdout_shares(session)
        name, general = place.settings.holdout_name, place.settings.holdout_percent
        note_experiments(session, name=name, percent=general, shares=shares, now=utc_now())
    said = "the share of KB_HOLDOUT_PERCENT" if percent is None else f"{percent} %"
    click.echo(f"{key}: {said} of visitors see no suggestions.")


@site_group.command("remove")
@click.argument("key")
@named_errors
def remove_command(key: str) -> None:
    """Remove a site: its pages are answered no more."""
    with open_session() as session:
        name = remove_site(session, key).name
    click.echo(f"{name} is removed.")


def _line(site: Mapping[str, Any]) -> str:
    return f"{site['key']}  {site['name']}  {' '.join(site['origins'])}  {site['contact']}"
