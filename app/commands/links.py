"""`kb links`: links of published articles that lead nowhere, here and on other sites."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from sqlalchemy import select

from app.commands.printing import json_option, named_errors, print_json, print_warning
from app.commands.workplace import Workplace, open_workplace
from app.models import Article


@click.command("links")
@click.option("--external", is_flag=True, help="Ask other sites first: those that are due.")
@click.option(
    "--most", default=100, show_default=True, type=click.IntRange(1, 10_000), help="How many."
)
@json_option
@named_errors
def links_command(external: bool, most: int, as_json: bool) -> None:
    """List links of published articles that lead nowhere.

    Links to other sites are dead when they led nowhere for a day. Each is asked at most weekly, or
    twice a day while it leads nowhere, and one host every two seconds.
    """
    with open_workplace() as place:
        if external:
            _ask(place, most)
        found = _find_dead(place)
    if as_json:
        print_json(
            [{"article_id": name, "locale": tag, "links": all_} for name, tag, all_ in found]
        )
        return
    for name, tag, links in found:
        click.echo(f"{name} ({tag})  {'; '.join(links)}")
    if not found:
        click.echo("no dead links are known")


def _ask(place: Workplace, most: int) -> None:
    # Talking to other sites takes a library that no other command needs.
    from app.outside_links.asking import Asker, name_for
    from app.outside_links.checking import check_links

    asker = Asker(name_for(place.settings.base_url))
    report = check_links(place.sessions, place.settings, asker, most=most)
    click.echo(f"asked {report.asked}, led nowhere {len(report.dead)}", err=True)
    for url in report.dead:
        click.echo(f"  {url}", err=True)
    if report.is_offline:
        print_warning("nobody answered, nor who did last time; nothing is held against these links")


def _find_dead(place: Workplace) -> list[tuple[str, str, list[str]]]:
    from app.freshness.evidence import dead_links
    from app.outside_links.known_links import dead_outside

    with place.sessions() as session:
        shown = select(Article).where(Article.visible(datetime.now(UTC)))
        articles = session.scalars(shown.order_by(Article.article_id, Article.locale)).all()
        outside = dead_outside(session, articles)
        found = [
            (each.article_id, each.locale, [*dead_links(each.links), *outside.get(each.id, ())])
            for each in articles
        ]
    return [each for each in found if each[2]]
