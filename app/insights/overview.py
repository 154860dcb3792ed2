"""The overview: how needs for help ended, over time, from step to step, and by what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deflection.episodes import OUTCOMES
from app.insights.figures import Chart, Figure, Row, Sheet, Table, count, share, shown_rows
from app.insights.journeys import (
    SETTLED,
    WITH_TICKET,
    Journey,
    Needs,
    people,
    products_of,
    titles_of,
)
from app.insights.selection import Period, Selection
from app.models import DailyCount

_MOST_BARS = 62
"""Days in a chart; more are shown by weeks."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "settled": SETTLED,
    "assumed": ("assumed",),
    "with_ticket": WITH_TICKET,
    "abandoned": ("abandoned",),
    "pending": ("pending",),
}
_PARAMETERS = {"language": "locale"}
"""What a table is by -> the parameter of an address that means it; its own name otherwise."""
_COLUMNS = (
    ("people", "count"),
    ("episodes", "count"),
    ("settled_share", "share"),
    ("ticket_share", "share"),
)


def make_overview(session: Session, needs: Needs, *, locale: str) -> Sheet:
    """The sheet; titles of articles are in `locale` where they exist in it."""
    journeys, selection = needs.journeys, needs.selection
    kept = kept_days(session, selection)
    outcomes = _outcomes(journeys, kept)
    before = None
    if needs.earlier is not None:
        before = _outcomes(needs.earlier, kept_days(session, selection.before()))
    return Sheet(
        id="overview",
        figures=_figures(outcomes, before, people(journeys)),
        charts=(_trend(journeys, kept, selection.period), _funnel(journeys)),
        tables=_tables(session, journeys, locale),
        notes=("older_days",) if kept else (),
    )


def _figures(
    outcomes: Counter[str], before: Counter[str] | None, visitors: int
) -> tuple[Figure, ...]:
    total = sum(outcomes.values())
    figures = [
        count("episodes", total, sum(before.values()) if before is not None else None, outcome=""),
        count("people", visitors),
    ]
    decided, earlier = _decided(outcomes), _decided(before) if before is not None else 0
    for name in OUTCOMES:
        if name != "pending":
            was = (before[name], earlier) if before is not None else None
            figures.append(share(name, (outcomes[name], decided), was, {"outcome": name}))
    return (*figures, count("pending", outcomes["pending"], outcome="pending"))


def _outcomes(journeys: Iterable[Journey], kept: Mapping[date, Counter[str]]) -> Counter[str]:
    total = Counter(each.outcome for each in journeys)
    for day in kept.values():
        total += day
    return total


def _decided(outcomes: Counter[str]) -> int:
    return sum(outcomes.values()) - outcomes["pending"]


def kept_days(session: Session, selection: Selection) -> dict[date, Counter[str]]:
    """Outcomes of days whose events are forgotten; what is filtered by more than language is not
    kept."""
    if selection.product or selection.page or selection.article or selection.questions:
        return {}
    period = selection.period
    conditions = [
        DailyCount.kind == "outcome",
        DailyCount.day >= period.first,
        DailyCount.day <= period.last,
    ]
    if selection.locale:
        conditions.append(DailyCount.locale == selection.locale)
    days: dict[date, Counter[str]] = {}
    columns = select(DailyCount.day, DailyCount.key, DailyCount.count).where(*conditions)
    for day, outcome, number in session.execute(columns):
        days.setdefault(day, Counter())[outcome] += number
    return days


def _trend(journeys: Sequence[Journey], kept: Mapping[date, Counter[str]], period: Period) -> Chart:
    step = 1 if period.days <= _MOST_BARS else 7
    starts = [period.first + timedelta(days=n) for n in range(0, period.days, step)]
    bars = [Counter[str]() for _ in starts]
    for journey in journeys:
        place = (period.day_of(journey.started_at) - period.first).days // step
        bars[place][journey.outcome] += 1
    for day, outcomes in kept.items():
        bars[(day - period.first).days // step] += outcomes
    series = {
        name: [sum(bar[outcome] for outcome in outcomes) for bar in bars]
        for name, outcomes in GROUPS.items()
    }
    return Chart("trend", "bars", [day.isoformat() for day in starts], series)


def _funnel(journeys: Sequence[Journey]) -> Chart:
    """From need to outcome; every step is of all episodes that are stored one by one."""
    steps: Mapping[str, Callable[[Journey], bool]] = {
        "need": lambda _: True,
        "looked": lambda each: bool(each.looked or each.read),
        "saw_answers": lambda each: bool(each.shown or each.read),
        "read_article": lambda each: bool(each.read),
        "began_contact": lambda each: bool(each.contact or each.tickets),
        "sent_ticket": lambda each: each.outcome in WITH_TICKET,
    }
    numbers = [sum(map(fits, journeys)) for fits in steps.values()]
    return Chart("funnel", "steps", list(steps), {"episodes": numbers})


def _tables(session: Session, journeys: Sequence[Journey], locale: str) -> tuple[Table, ...]:
    products = products_of(session)
    read = {article_id for each in journeys for article_id in each.read}
    titles = titles_of(session, read, locale)

    def products_read(journey: Journey) -> set[str]:
        return {name for each in journey.read for name in products.get(each, ())}

    return (
        _by("language", journeys, lambda each: [each.locale]),
        _by("page", journeys, lambda each: set(each.pages)),
        _by("product", journeys, products_read),
        _by("article", journeys, lambda each: each.read, titles),
    )


def _by(
    name: str,
    journeys: Sequence[Journey],
    keys: Callable[[Journey], Iterable[str]],
    titles: Mapping[str, str] | None = None,
) -> Table:
    groups: dict[str, list[Journey]] = {}
    for journey in journeys:
        for key in keys(journey):
            groups.setdefault(key, []).append(journey)
    rows = [_row(name, key, group, titles or {}) for key, group in groups.items()]
    shown, hidden = shown_rows(rows, "episodes")
    return Table(f"by_{name}", ((name, name), *_COLUMNS), shown, hidden)


def _row(name: str, key: str, group: Sequence[Journey], titles: Mapping[str, str]) -> Row:
    ended = [each for each in group if each.outcome != "pending"]
    return {
        name: key,
        "title": titles.get(key, key),
        "people": people(group),
        "episodes": len(group),
        "leads_to": {"episodes": {_PARAMETERS.get(name, name): key}},
        "settled_share": _rate(ended, SETTLED),
        "ticket_share": _rate(ended, WITH_TICKET),
    }


def _rate(journeys: Sequence[Journey], outcomes: Sequence[str]) -> float | None:
    if not journeys:
        return None
    return sum(each.outcome in outcomes for each in journeys) / len(journeys)
