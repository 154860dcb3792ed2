"""`kb notice`: what customers should know before they ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from app.accounts.audit import COMMAND_LINE, note_deed
from app.commands.printing import json_option, named_errors, print_json
from app.commands.workplace import open_session
from app.models import NOTICE_KINDS, Notice, utc_now
from app.notice_fields import read_notice
from app.notices import add_notice, end_notice, list_notices

_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M", "%Y-%m-%d"])
_LISTS = ("products", "pages", "phrases")


@click.group("notice")
def notice_group() -> None:
    """Announce planned work and known problems."""


@notice_group.command("add")
@click.option(
    "--kind",
    type=click.Choice(NOTICE_KINDS),
    default="info",
    show_default=True,
    help="How grave it is; the gravest is shown first.",
)
@click.option(
    "--title",
    "titles",
    multiple=True,
    required=True,
    metavar="LOCALE=TEXT",
    help="One line in one language; repeat it for others.",
)
@click.option("--body", "bodies", multiple=True, metavar="LOCALE=TEXT", help="More, as --title.")
@click.option("--starts", type=_MOMENT, help="When it begins (UTC unless it says so); now.")
@click.option("--ends", type=_MOMENT, help="When it is over; by default when it is ended.")
@click.option("--locale", "locales", multiple=True, help="Only for visitors of this language.")
@click.option("--product", "products", multiple=True, help="Only for users of this product.")
@click.option(
    "--page", "pages", multiple=True, help="Only on this page: /checkout*, shop.example.com/*"
)
@click.option("--phrase", "phrases", multiple=True, help="Only where a question says this.")
@json_option
@named_errors
def add_command(
    titles: Sequence[str],
    bodies: Sequence[str],
    starts: datetime | None,
    ends: datetime | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Add a notice; without --page and --phrase it is shown everywhere."""
    values = given | {
        "texts": _texts(titles, bodies),
        "locales": list(given["locales"]),
        "starts_at": _moment(starts),
        "ends_at": _moment(ends),
    }
    values |= {name: list(given[name]) for name in _LISTS}
    with open_session() as session:
        notice = read_notice(values, now=utc_now())
        note_deed(session, COMMAND_LINE, "notice.add", f"notice:{notice.id}", texts=notice.texts)
        add_notice(session, notice)
        _print(notice, as_json)


@notice_group.command("list")
@json_option
@named_errors
def list_command(as_json: bool) -> None:
    """List every notice, the newest first."""
    with open_session() as session:
        notices = list_notices(session)
    if as_json:
        print_json([notice.to_json() for notice in notices])
        return
    for notice in notices:
        _print(notice, as_json=False)


@notice_group.command("end")
@click.argument("notice_id")
@json_option
@named_errors
def end_command(notice_id: str, as_json: bool) -> None:
    """End a notice now."""
    with open_session() as session:
        note_deed(session, COMMAND_LINE, "notice.end", f"notice:{notice_id}")
        _print(end_notice(session, notice_id, now=utc_now()), as_json)


def _texts(titles: Sequence[str], bodies: Sequence[str]) -> dict[str, dict[str, str]]:
    texts = {locale: {"title": title} for locale, title in map(_pair, titles)}
    for locale, body in map(_pair, bodies):
        if locale not in texts:
            raise click.UsageError(f"--body {locale}=... needs --title {locale}=... too.")
        texts[locale]["body"] = body
    return texts


def _pair(given: str) -> tuple[str, str]:
    locale, mark, text = given.partition("=")
    if not mark or not text.strip():
        raise click.UsageError(f"{given!r} is not LOCALE=TEXT, such as en=Cards fail.")
    return locale.strip(), text.strip()


def _moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _print(notice: Notice, as_json: bool) -> None:
    if as_json:
        print_json(notice.to_json())
        return
    title = next(iter(notice.texts.values()))["title"]
    ends = notice.ends_at.isoformat(timespec="minutes") if notice.ends_at else "open"
    begins = notice.starts_at.isoformat(timespec="minutes")
    click.echo(f"{notice.id}  {notice.kind:8} {begins} .. {ends}  {title}")
