"""`kb token`: tokens by which programs use the API."""

from __future__ import annotations

import click

from app.accounts.api_tokens import (
    LIFETIMES,
    SCOPES,
    TokenWish,
    list_tokens,
    make_token,
    revoke_token,
)
from app.accounts.audit import COMMAND_LINE
from app.commands.printing import json_option, named_errors, print_rows
from app.commands.workplace import open_account, open_session
from app.models import ApiToken, User, utc_now


@click.group("token")
def token_group() -> None:
    """Manage tokens by which programs use the API for a member of staff."""


@token_group.command("add")
@click.argument("email")
@click.option("--name", required=True, help="What the token is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(list(SCOPES)),
    help="What it may be used for; repeat it for more.",
)
@click.option(
    "--days",
    default="90",
    show_default=True,
    type=click.Choice([str(days) for days in LIFETIMES]),
    help="How long it lasts.",
)
@named_errors
def add_command(email: str, name: str, scopes: tuple[str, ...], days: str) -> None:
    """Make a token that acts for an account, and print it, this once."""
    with open_account(email) as (session, user):
        wish = TokenWish(name, scopes, int(days))
        text, token = make_token(session, user, wish, actor=COMMAND_LINE, now=utc_now())
    click.echo(text)
    click.echo(_line((token, user)), err=True)


@token_group.command("list")
@json_option
@named_errors
def list_command(as_json: bool) -> None:
    """List every token, without its text."""
    with open_session() as session:
        tokens = list_tokens(session)
    print_rows(tokens, as_json, members=_members, line=_line)


@token_group.command("revoke")
@click.argument("number", type=int)
@named_errors
def revoke_command(number: int) -> None:
    """End a token at once."""
    with open_session() as session:
        token = revoke_token(session, number, actor=COMMAND_LINE)
    click.echo(f"token {number} ({token.name}) is revoked")


def _line(row: tuple[ApiToken, User]) -> str:
    token, user = row
    used = f"used {token.last_used_on}" if token.last_used_on else "not used"
    until = f"until {token.expires_at:%Y-%m-%d}"
    return f"{token.id}  {user.email}  {','.join(token.scopes)}  {until}  {used}  {token.name}"


def _members(row: tuple[ApiToken, User]) -> dict[str, object]:
    token, user = row
    return {
        "id": token.id,
        "email": user.email,
        "name": token.name,
        "scopes": token.scopes,
        "created_by": token.created_by,
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "last_used_on": token.last_used_on and token.last_used_on.isoformat(),
    }
