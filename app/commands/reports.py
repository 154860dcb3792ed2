"""`kb report`: figures."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from app.commands.printing import json_option, named_errors, print_json
from app.commands.workplace import open_workplace
from app.counting import count_records


@click.group("report")
def report_group() -> None:
    """Print figures."""


@report_group.command("deflection")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day counted (UTC); by default everything that is stored.",
)
@json_option
@named_errors
def deflection_command(since: datetime | None, as_json: bool) -> None:
    """Count what visitors did and the tickets they sent.

    These are counts of records, not a deflection rate: whether a ticket was avoided cannot be read
    from them alone.
    """
    start = since.replace(tzinfo=UTC) if since else None
    with open_workplace() as place, place.sessions() as session:
        counts = count_records(session, start)
    if as_json:
        print_json(counts.to_json())
        return
    click.echo("since " + (start.date().isoformat() if start else "the beginning"))
    for name, count in (*counts.events.items(), ("tickets stored", counts.tickets)):
        click.echo(f"{name:20} {count:>8}")
    click.echo(f"{'sessions seen':20} {counts.sessions:>8}")
    click.echo("Counts of records, not a deflection rate.")
