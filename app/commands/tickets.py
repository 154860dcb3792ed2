"""`kb ticket`: answering messages where no help desk is connected."""

from __future__ import annotations

from typing import BinaryIO

import click

from app.accounts.audit import COMMAND_LINE, note_deed
from app.commands.printing import json_option, named_errors, print_json
from app.commands.workplace import open_session, open_workplace
from app.models import DELIVERY_STATES, TicketDelivery, utc_now
from app.requests import Request, add_reply, close_request, find_request, list_open_requests
from app.ticket_delivery.handoff import describe_surroundings, load_attachment
from app.ticket_delivery.queue import deliver_again, list_deliveries


@click.group("ticket")
def ticket_group() -> None:
    """Read and answer the messages that visitors sent."""


@ticket_group.command("list")
@named_errors
def list_command() -> None:
    """List the messages that wait for an answer, the oldest first."""
    with open_session() as session:
        for request in list_open_requests(session):
            click.echo(f"{request.id}  {request.sent_at:%Y-%m-%d %H:%M}  {request.subject}")


@ticket_group.command("show")
@click.argument("ticket_id")
@named_errors
def show_command(ticket_id: str) -> None:
    """Print a message with everything written about it."""
    with open_workplace() as place, place.sessions() as session:
        _print(find_request(session, ticket_id))
        for line in describe_surroundings(session, ticket_id, place.settings.base_url):
            click.echo(line)


@ticket_group.command("reply")
@click.argument("ticket_id")
@click.argument("text")
@named_errors
def reply_command(ticket_id: str, text: str) -> None:
    """Answer on the page where the sender follows it; no e-mail is sent."""
    if not text.strip():
        raise click.UsageError("The answer is empty.")
    with open_session() as session:
        note_deed(session, COMMAND_LINE, "ticket.reply", f"ticket:{ticket_id}")
        _print(add_reply(session, ticket_id, text.strip(), from_us=True, now=utc_now()))


@ticket_group.command("attachment")
@click.argument("ticket_id")
@click.argument("number", type=int)
@click.argument("file", type=click.File("wb"))
@named_errors
def attachment_command(ticket_id: str, number: int, file: BinaryIO) -> None:
    """Write attachment NUMBER of a message into FILE; `show` lists them."""
    with open_session() as session:
        file.write(load_attachment(session, ticket_id, number))


@ticket_group.command("deliveries")
@click.option("--dead", is_flag=True, help="Only those that were given up.")
@click.option("--limit", default=50, show_default=True, help="How many, the newest first.")
@json_option
@named_errors
def deliveries_command(dead: bool, limit: int, as_json: bool) -> None:
    """List messages on their way to the help desk, and what went wrong."""
    states = ("dead",) if dead else DELIVERY_STATES
    with open_session() as session:
        deliveries = list_deliveries(session, states, limit)
    if as_json:
        print_json([_members(each) for each in deliveries])
        return
    for each in deliveries:
        line = f"{each.id}  {each.ticket_id}  {each.channel}  {each.state}  {each.attempts}"
        click.echo(f"{line}  {each.fault}".rstrip())


@ticket_group.command("redeliver")
@click.argument("numbers", nargs=-1, type=int)
@named_errors
def redeliver_command(numbers: tuple[int, ...]) -> None:
    """Try given-up deliveries again: those named, or all."""
    with open_session() as session:
        count = deliver_again(session, numbers, utc_now())
    click.echo(f"{count} will be tried again")


@ticket_group.command("close")
@click.argument("ticket_id")
@click.option(
    "--solved/--unsolved", default=True, show_default=True, help="Whether its sender was helped."
)
@named_errors
def close_command(ticket_id: str, solved: bool) -> None:
    """Close a message; a solved one opens again when its sender writes."""
    with open_session() as session:
        note_deed(session, COMMAND_LINE, "ticket.close", f"ticket:{ticket_id}", solved=solved)
        _print(close_request(session, ticket_id, solved=solved))


def _print(request: Request) -> None:
    click.echo(f"{request.id}  {request.state}  {request.email}  {request.subject}")
    for letter in request.letters:
        writer = "support" if letter.from_us else "sender"
        click.echo(f"\n{writer}, {letter.at:%Y-%m-%d %H:%M} UTC\n{letter.body}")


def _members(delivery: TicketDelivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "ticket_id": delivery.ticket_id,
        "channel": delivery.channel,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_at": delivery.next_at.isoformat(),
        "fault": delivery.fault,
    }
