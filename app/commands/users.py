"""`kb user`: who may sign in, and what they may do."""

from __future__ import annotations

import sys

import click

from app.accounts.addresses import change_address
from app.accounts.audit import COMMAND_LINE, list_deeds
from app.accounts.invitations import VALID, invite
from app.accounts.second_factor import remove_second_factor
from app.accounts.users import (
    UserNotFound,
    add_user,
    disable_user,
    enable_user,
    find_user,
    has_users,
    list_provided,
    list_users,
    set_password,
    set_role,
)
from app.commands.printing import json_option, named_errors, print_rows
from app.commands.workplace import open_account, open_session, open_workplace
from app.models import ROLES, AuditEntry, User, utc_now

_ROLE = click.Choice(ROLES)


@click.group("user")
def user_group() -> None:
    """Manage the accounts of people who work on the help center."""


@user_group.command("add")
@click.argument("email")
@click.option(
    "--name", default="", help="How they are called; by default the address's first part."
)
@click.option("--role", type=_ROLE, default="reader", show_default=True, help="What they may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@named_errors
def add_command(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Make an account with a password that is asked for."""
    password = _ask_password(from_stdin=password_stdin)
    with open_session() as session:
        user = add_user(
            session, email=email, name=name, role=role, password=password, actor=COMMAND_LINE
        )
    click.echo(_line(user))


@user_group.command("invite")
@click.argument("email")
@click.option("--name", default="", help="How they are called; they can change it.")
@click.option("--role", type=_ROLE, help="What they may do: the first is owner, others reader.")
@named_errors
def invite_command(email: str, name: str, role: str | None) -> None:
    """Print a link by which somebody chooses a password, once; makes the account if need be."""
    with open_workplace() as place, place.sessions() as session:
        try:
            user = find_user(session, email)
            if role is not None and role != user.role:
                set_role(session, user, role, actor=COMMAND_LINE)
        except UserNotFound:
            first = "reader" if has_users(session) else "owner"
            user = add_user(
                session,
                email=email,
                name=name,
                role=role or first,
                password=None,
                actor=COMMAND_LINE,
            )
        token = invite(session, user, actor=COMMAND_LINE, now=utc_now())
        site = place.settings.base_url or "http://127.0.0.1:8000"
    click.echo(f"{site}/set-up/{token}")
    hours = int(VALID.total_seconds() // 3600)
    click.echo(f"{user.email}, {user.role}; the link works once, for {hours} hours", err=True)


@user_group.command("list")
@json_option
@named_errors
def list_command(as_json: bool) -> None:
    """List every account."""
    with open_session() as session:
        users, provided = list_users(session), list_provided(session)
    print_rows(
        users,
        as_json,
        members=lambda user: _members(user) | {"by_provider": user.id in provided},
        line=lambda user: _line(user, by_provider=user.id in provided),
    )


@user_group.command("disable")
@click.argument("email")
@named_errors
def disable_command(email: str) -> None:
    """Sign somebody out everywhere and let them in no more."""
    with open_account(email) as (session, user):
        disable_user(session, user, actor=COMMAND_LINE, now=utc_now())
    click.echo(_line(user))


@user_group.command("enable")
@click.argument("email")
@named_errors
def enable_command(email: str) -> None:
    """Let a disabled account in again."""
    with open_account(email) as (session, user):
        enable_user(session, user, actor=COMMAND_LINE)
    click.echo(_line(user))


@user_group.command("role")
@click.argument("email")
@click.argument("role", type=_ROLE)
@named_errors
def role_command(email: str, role: str) -> None:
    """Say what somebody may do; it counts from their next click on."""
    with open_account(email) as (session, user):
        set_role(session, user, role, actor=COMMAND_LINE)
    click.echo(_line(user))


@user_group.command("email")
@click.argument("email")
@click.argument("new")
@named_errors
def email_command(email: str, new: str) -> None:
    """Let somebody go by another e-mail address; links sent to the old one end."""
    with open_account(email) as (session, user):
        change_address(session, user, new, actor=COMMAND_LINE)
    click.echo(_line(user))


@user_group.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@named_errors
def password_command(email: str, password_stdin: bool) -> None:
    """Give somebody another password and sign them out everywhere."""
    with open_account(email) as (session, user):
        password = _ask_password(from_stdin=password_stdin)
        set_password(session, user, password, actor=COMMAND_LINE)
    click.echo(_line(user))


@user_group.command("reset-app")
@click.argument("email")
@named_errors
def reset_app_command(email: str) -> None:
    """Take a lost authenticator app away from somebody's account."""
    with open_account(email) as (session, user):
        remove_second_factor(session, user, actor=COMMAND_LINE)
    click.echo(_line(user))


@user_group.command("log")
@click.option("--limit", default=50, show_default=True, help="How many lines.")
@json_option
@named_errors
def log_command(limit: int, as_json: bool) -> None:
    """Print what staff did, the newest first."""
    with open_session() as session:
        deeds = list_deeds(session, limit=limit)
    print_rows(deeds, as_json, members=_deed, line=_deed_line)


def _ask_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _line(user: User, *, by_provider: bool = False) -> str:
    """`by_provider`: they sign in there, and wait for no invitation."""
    waits = not user.password_hash and not by_provider
    state = "disabled" if user.disabled_at else "invited" if waits else "active"
    return f"{user.email}  {user.role}  {state}  {user.name}"


def _members(user: User) -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "disabled": user.disabled_at is not None,
        "has_password": user.password_hash is not None,
        "signed_in_at": user.signed_in_at and user.signed_in_at.isoformat(),
    }


def _deed_line(deed: AuditEntry) -> str:
    details = " ".join(f"{name}={value}" for name, value in deed.details.items())
    done = f"{deed.actor}  {deed.action}  {deed.subject}  {details}"
    return f"{deed.at:%Y-%m-%d %H:%M:%S}  {done}".rstrip()


def _deed(deed: AuditEntry) -> dict[str, object]:
    return {
        "at": deed.at.isoformat(),
        "actor": deed.actor,
        "action": deed.action,
        "subject": deed.subject,
        "details": deed.details,
    }
