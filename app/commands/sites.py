"""`kb site`: who may embed the widget."""

from __future__ import annotations

from collections.abc import Sequence

import click

from app.commands.printing import json_option, named_errors, print_json
from app.commands.workplace import open_workplace
from app.sites import add_site, list_sites, remove_site


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
@json_option
@named_errors
def add_command(name: str, origins: Sequence[str], contact: str, as_json: bool) -> None:
    """Add a site. Its secret is shown this once."""
    with open_workplace() as place, place.sessions() as session:
        site = add_site(session, name, origins, contact)
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
    with open_workplace() as place, place.sessions() as session:
        sites = [site.to_json() for site in list_sites(session)]
    if as_json:
        print_json(sites)
        return
    for site in sites:
        click.echo(f"{site['key']}  {site['name']}  {' '.join(site['origins'])}  {site['contact']}")


@site_group.command("remove")
@click.argument("key")
@named_errors
def remove_command(key: str) -> None:
    """Remove a site: its pages are answered no more."""
    with open_workplace() as place, place.sessions() as session:
        name = remove_site(session, key).name
    click.echo(f"{name} is removed.")
