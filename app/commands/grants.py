"""`kb grant`: in which categories and languages somebody's role counts."""

from __future__ import annotations

import click

from app.accounts.audit import COMMAND_LINE
from app.accounts.grants import add_grant, empty_categories, list_grants, remove_grant
from app.accounts.users import find_user
from app.commands.printing import json_option, named_errors, print_rows, print_warning
from app.commands.workplace import open_account, open_session
from app.models import ROLES, User, UserGrant

_Row = tuple[UserGrant, User, bool]
"""A grant, whose it is, and whether no article stands in its category."""


@click.group("grant")
def grant_group() -> None:
    """Say in which categories and languages somebody's role counts."""


@grant_group.command("add")
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--category", default="", help="A category with those below it; without it all.")
@click.option("--locale", default="", help="A language; without it all.")
@named_errors
def add_command(email: str, role: str, category: str, locale: str) -> None:
    """Let somebody's role count there; with a first grant it counts nowhere else any more."""
    with open_account(email) as (session, user):
        grant = add_grant(session, user, role, category=category, locale=locale, actor=COMMAND_LINE)
        is_empty = bool(empty_categories(session, [grant.category]))
    click.echo(_line((grant, user, False)))
    if is_empty:
        print_warning("No article stands in this category yet.")


@grant_group.command("list")
@click.argument("email", required=False)
@json_option
@named_errors
def list_command(email: str | None, as_json: bool) -> None:
    """List the grants of one account, or of all."""
    with open_session() as session:
        grants = list_grants(session, find_user(session, email) if email else None)
        empty = empty_categories(session, (grant.category for grant, _ in grants))
    rows = [(grant, user, grant.category in empty) for grant, user in grants]
    print_rows(rows, as_json, members=_members, line=_line)


@grant_group.command("remove")
@click.argument("number", type=int)
@named_errors
def remove_command(number: int) -> None:
    """Take a grant away; without any left the role counts everywhere again."""
    with open_session() as session:
        remove_grant(session, number, actor=COMMAND_LINE)
    click.echo(f"grant {number} is taken away")


def _line(row: _Row) -> str:
    grant, user, is_empty = row
    where = f"{grant.category or 'all categories'}, {grant.locale or 'all languages'}"
    by = "  (by groups)" if grant.from_groups else ""
    empty = "  (no article stands in this category yet)" if is_empty else ""
    return f"{grant.id}  {user.email}  {grant.role}  {where}{by}{empty}"


def _members(row: _Row) -> dict[str, object]:
    grant, user, is_empty = row
    return {
        "id": grant.id,
        "email": user.email,
        "role": grant.role,
        "category": grant.category,
        "locale": grant.locale,
        "from_groups": grant.from_groups,
        "is_empty": is_empty,
    }
