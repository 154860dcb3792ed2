"""`kb freshness`: what has gone stale, by owner; and saying that something is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

import click

from app.commands.printing import json_option, named_errors, print_json
from app.commands.workplace import open_workplace

if TYPE_CHECKING:
    from app.freshness.worklist import WorkItem


@click.group("freshness", invoke_without_command=True)
@click.option("--owner", help="Only articles of this owner; an empty text for those of nobody.")
@click.option("--locale", help="Only articles in this language.")
@json_option
@click.pass_context
@named_errors
def freshness_group(
    context: click.Context, owner: str | None, locale: str | None, as_json: bool
) -> None:
    """List the articles that want looking at, by owner, the most urgent first.

    What counts is what happened since an article last changed or was last reviewed: helpfulness,
    readers who still wrote, dead links, newer versions, a changed original, its review date.
    """
    if context.invoked_subcommand is not None:
        return
    from app.freshness.worklist import list_work
    from app.locales import normalise_locale

    with open_workplace() as place, place.sessions() as session:
        items = list_work(
            session,
            place.settings,
            now=datetime.now(UTC),
            owner=owner,
            locale=normalise_locale(locale) if locale else None,
        )
    _print(items, as_json)


def _print(items: Sequence[WorkItem], as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "article_id": item.article_id,
                    "locale": item.locale,
                    "title": item.title,
                    "owner": item.owner,
                    "since": item.cared_for_at.isoformat(),
                    "readers": item.readers,
                    "signs": [{"kind": sign.kind, "detail": sign.detail} for sign in item.signs],
                }
                for item in items
            ]
        )
        return
    by_owner = sorted(items, key=lambda item: item.owner.lower())
    for name, theirs in groupby(by_owner, key=lambda item: item.owner):
        click.echo(f"{name or '(nobody)'}:")
        for item in theirs:
            signs = "; ".join(f"{sign.kind}: {sign.detail}" for sign in item.signs)
            click.echo(f"  {item.article_id} ({item.locale})  {signs}")
    if not items:
        click.echo("nothing wants looking at")


@freshness_group.command("reviewed")
@click.argument("article_id")
@click.option("--locale", help="Language; KB_DEFAULT_LOCALE unless given.")
@click.option("--next", "next_review", type=click.DateTime(["%Y-%m-%d"]), help="Next review.")
@click.option("--note", default="", help="What was looked at.")
@click.option("--by", default="Kotae", show_default=True, help="Who looked.")
@named_errors
def reviewed_command(
    article_id: str, locale: str | None, next_review: datetime | None, note: str, by: str
) -> None:
    """Say that ARTICLE_ID is right as it is; its signs are counted anew from now on."""
    from app.editing.actors import Actor, Grant
    from app.editing.transaction import ArticleName
    from app.freshness.worklist import mark_reviewed

    with open_workplace() as place, place.sessions() as session:
        name = ArticleName(article_id, locale or place.settings.default_locale)
        actor = Actor(by, grants=(Grant("owner"),))
        due = next_review.date() if next_review else None
        mark_reviewed(session, actor, name, next_review=due, note=note)
    click.echo(f"{article_id} ({name.locale}) is reviewed")
