"""`kb ticket`: answering messages where no help desk is connected."""

from __future__ import annotations

import click

from app.commands.printing import named_errors
from app.commands.workplace import open_workplace
from app.models import utc_now
from app.requests import Request, add_reply, close_request, find_request, list_open_requests


@click.group("ticket")
def ticket_group() -> None:
    """Read and answer the messages that visitors sent."""


@ticket_group.command("list")
@named_errors
def list_command() -> None:
    """List the messages that wait for an answer, the oldest first."""
    with open_workplace() as place, place.sessions() as session:
        for request in list_open_requests(session):
            click.echo(f"{request.id}  {request.sent_at:%Y-%m-%d %H:%M}  {request.subject}")


@ticket_group.command("show")
@click.argument("ticket_id")
@named_errors
def show_command(ticket_id: str) -> None:
    """Print a message with everything written about it."""
    with open_workplace() as place, place.sessions() as session:
        _print(find_request(session, ticket_id))


@ticket_group.command("reply")
@click.argument("ticket_id")
@click.argument("text")
@named_errors
def reply_command(ticket_id: str, text: str) -> None:
    """Answer on the page where the sender follows it; no e-mail is sent."""
    if not text.strip():
        raise click.UsageError("The answer is empty.")
    with open_workplace() as place, place.sessions() as session:
        _print(add_reply(session, ticket_id, text.strip(), from_us=True, now=utc_now()))


@ticket_group.command("close")
@click.argument("ticket_id")
@click.option(
    "--solved/--unsolved", default=True, show_default=True, help="Whether its sender was helped."
)
@named_errors
def close_command(ticket_id: str, solved: bool) -> None:
    """Close a message; a solved one opens again when its sender writes."""
    with open_workplace() as place, place.sessions() as session:
        _print(close_request(session, ticket_id, solved=solved))


def _print(request: Request) -> None:
    click.echo(f"{request.id}  {request.state}  {request.email}  {request.subject}")
    for letter in request.letters:
        writer = "support" if letter.from_us else "sender"
        click.echo(f"\n{writer}, {letter.at:%Y-%m-%d %H:%M} UTC\n{letter.body}")
