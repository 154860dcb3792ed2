"""`kb report`: figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from app.commands.printing import json_option, named_errors, print_json
from app.commands.workplace import open_search, open_workplace
from app.deflection.holdout import CONTROL, TREATMENT, Effect
from app.deflection.intervals import Interval
from app.deflection.report import Report, Table
from app.deflection.upkeep import current_report
from app.insights.figures import Sheet
from app.insights.selection import read_selection
from app.insights.sheets import SHEETS, Sources, make_sheet
from app.models import utc_now

_OUTCOMES = {
    "confirmed": "confirmed deflection",
    "assumed": "assumed deflection",
    "self_served": "self-served",
    "failed": "failed",
    "direct": "direct ticket",
    "abandoned": "abandoned",
    "pending": "pending",
}
_CLAIMS = {
    "confirmed": "confirmed",
    "confirmed_and_assumed": "confirmed + assumed",
    "self_service_score": "self-service score",
    "measured_reduction": "holdout: reduction",
}


@click.group("report")
def report_group() -> None:
    """Print figures."""


@report_group.command("deflection")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day counted (UTC); by default everything that is stored.",
)
@click.option(
    "--find",
    "fall",
    type=click.IntRange(1, 99),
    default=20,
    show_default=True,
    help="Say how long it takes to find that this many of 100 tickets' senders are avoided.",
)
@json_option
@named_errors
def deflection_command(since: datetime | None, fall: int, as_json: bool) -> None:
    """Say what became of needs for help, and what suggestions are worth.

    Every figure is defined in docs/deflection.md. Only the holdout tells whether tickets were
    avoided; the outcomes tell what was observed.
    """
    start = since.replace(tzinfo=UTC) if since else None
    with open_workplace() as place:
        report = current_report(place.sessions, place.settings, start)
    if as_json:
        print_json(report.to_json())
    else:
        _print(report, fall / 100)


@report_group.command("insights")
@click.argument("sheet", type=click.Choice(SHEETS), default="overview")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day counted.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day counted; today.")
@click.option("--locale", default="", help="Only needs in this language.")
@click.option("--product", default="", help="Only needs in which its articles were read.")
@click.option("--article", default="", help="Only needs in which this article was read.")
@click.option("--compare", is_flag=True, help="Beside it the same days before.")
@json_option
@named_errors
def insights_command(
    sheet: str,
    first: datetime | None,
    last: datetime | None,
    compare: bool,
    as_json: bool,
    **filters: str,
) -> None:
    """Print what staff see on /insights: overview, articles, questions or worth.

    By default of the last four weeks. Every figure is defined in docs/insights.md.
    """
    days = {"from": first, "to": last}
    asked = {name: day.date().isoformat() for name, day in days.items() if day}
    now = utc_now()
    with open_workplace() as place, open_search(place.settings) as index:
        selection = read_selection(
            asked | filters | {"compare": "1" if compare else ""},
            zone=place.settings.time_zone,
            now=now,
        )
        sources = Sources(place.sessions, place.settings, index)
        locale = place.settings.default_locale
        found = make_sheet(sheet, sources, selection, locale=locale, now=now)
    if as_json:
        print_json(found.to_json() | {"selection": selection.parameters()})
    else:
        _print_sheet(found)


def _print_sheet(sheet: Sheet) -> None:
    for figure in sheet.figures:
        value = "-" if figure.value is None else f"{figure.value:.4g}"
        limits = f"  [{figure.low:.4g}, {figure.high:.4g}]" if figure.low is not None else ""
        of = f"  {figure.count} of {figure.of}" if figure.of is not None else ""
        click.echo(f"{figure.id:20} {value:>10}{limits}{of}")
    for table in sheet.tables:
        names = [name for name, kind in table.columns if kind != "todo"]
        click.echo(f"\n{table.id}: {', '.join(names)}")
        for row in table.rows:
            click.echo("  " + "  ".join(_cell(row.get(name)) for name in names))
        if table.hidden:
            click.echo(f"({table.hidden} more, too small to be shown or further down)")


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " | ".join(map(str, value)) or "-"
    return (
        f"{value:.3g}" if isinstance(value, float) else str("-" if value in (None, "") else value)
    )


def _print(report: Report, fall: float) -> None:
    if report.is_simulated:
        click.echo("These visitors were simulated.")
    since = report.counts.since
    click.echo("since " + (since.date().isoformat() if since else "the beginning"))
    for name, count in (*report.counts.events.items(), ("tickets stored", report.counts.tickets)):
        click.echo(f"{name:20} {count:>8}")
    click.echo(f"{'sessions seen':20} {report.counts.sessions:>8}")
    _print_outcomes(report)
    if report.effect is None and not report.site_effects:
        click.echo("\nNo holdout has run: whether tickets were avoided is not known.")
    for effect in filter(None, (report.effect, *report.site_effects)):
        _print_effect(effect, fall)
    _print_claims(report)
    _print_table("languages", report.languages, ("locale", "episodes"))
    columns = ("article_id", "read", "failed", "helpful", "not_helpful")
    _print_table("articles", report.articles, columns)
    _print_table("articles that failed", report.failing, columns)
    _print_table("questions", report.queries, ("query", "visitors", "failed", "unanswered"))


def _print_outcomes(report: Report) -> None:
    hours = report.window.total_seconds() / 3600
    click.echo(f"\nepisodes of seeking help (a ticket counts for {hours:g} hours)")
    for name, label in _OUTCOMES.items():
        share = report.shares.get(name)
        click.echo(f"{label:20} {report.outcomes[name]:>8}{_rate(share.rate if share else None)}")
    click.echo("of those in which contact was begun")
    for name, label in (
        ("confirmed_of_contacts", "confirmed"),
        ("confirmed_and_assumed_of_contacts", "confirmed + assumed"),
    ):
        share = report.shares[name]
        click.echo(f"{label:20} {share.count:>8}{_rate(share.rate)}")


def _print_effect(effect: Effect, fall: float) -> None:
    name, percent, site = (getattr(effect.experiment, each) for each in ("name", "percent", "site"))
    whose = f" of {site}" if site else ""
    click.echo(f"\nholdout {name!r}, {percent} % of visitors{whose}, {effect.days:.1f} days")
    for arm in (TREATMENT, CONTROL):
        rate = _rate(effect.rates[arm])
        click.echo(f"{arm:20} {effect.with_ticket[arm]:>8} of {effect.visitors[arm]}{rate}")
    click.echo(f"{'tickets avoided':20}{_rate(effect.avoided)} of visitors")
    senders = effect.avoided_always()
    click.echo(f"{'at every look':20}{_rate(senders)}")
    click.echo(f"{'reduction':20}{_rate(effect.reduction)}")
    click.echo(f"{'at every look':20}{_rate(effect.reduction_always())}")
    _print_month("tickets in 30 days", effect.in_a_month(effect.tickets_always()))
    _print_month("people in 30 days", effect.in_a_month(senders))
    _print_counts(effect)
    if effect.smallest_effect is not None:
        click.echo(f"{'smallest to be found':20}  {effect.smallest_effect:.2%}")
    days = effect.days_to_find(fall)
    if days is not None:
        click.echo(f"{f'to find a fall by {fall:.0%}':20}  {days:.0f} more days")
    if effect.suspicious:
        click.echo(
            f"The arms are too uneven for chance (p = {effect.sample_ratio_p:.2g}): events of one "
            "are missing. Do not trust these figures."
        )


def _print_month(name: str, month: Interval | None) -> None:
    if month is not None:
        click.echo(f"{name:20}  {month.value:.0f} [{month.low:.0f}, {month.high:.0f}]")


def _print_counts(effect: Effect) -> None:
    for label, found in (("visitor", effect.per_visitor), ("episode", effect.per_episode)):
        click.echo(f"tickets per {label}")
        for arm in (TREATMENT, CONTROL):
            click.echo(f"{arm:20}{_rate(getattr(found, arm))}")
        click.echo(f"{'difference':20}{_rate(found.difference)}")
        click.echo(f"{'reduction':20}{_rate(found.reduction)}")


def _print_claims(report: Report) -> None:
    """The same months, as others would put them and as the experiment has them."""
    click.echo("\ntickets avoided, as others count them and as measured")
    for name, claim in report.claims().items():
        shown = _rate(claim) if isinstance(claim, Interval) else _score(claim)
        click.echo(f"{_CLAIMS[name]:20}{shown}")


def _score(score: float | None) -> str:
    return "  not known" if score is None else f"  {score:.2f} for each sender of a ticket"


def _print_table(title: str, table: Table, columns: Sequence[str]) -> None:
    if not table.rows and not table.hidden:
        return
    click.echo(f"\n{title}")
    for row in table.rows:
        cells = [str(getattr(row, name)) or "(unknown)" for name in columns]
        numbers = " ".join(f"{cell:>11}" for cell in cells[1:])
        click.echo(f"{numbers}  {cells[0]}")
    if table.rows:
        click.echo(" ".join(f"{name:>11}" for name in columns[1:]))
    if table.hidden:
        click.echo(f"({table.hidden} more, too small to be shown or further down)")


def _rate(interval: Interval | None) -> str:
    if interval is None:
        return ""
    return f"  {interval.value:.2%} [{interval.low:.2%}, {interval.high:.2%}]"
