"""What the holdout measured, and beside it what others would claim of the same days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.counting import count_senders
from app.deflection.course import Look
from app.deflection.holdout import CONTROL, TREATMENT, Comparison, Effect
from app.deflection.intervals import LEVEL, Interval, wilson
from app.insights.figures import SMALLEST_GROUP, Chart, Row, Table
from app.insights.journeys import Journey, decided, people
from app.insights.selection import Period

DayOf = Callable[[datetime], date]
"""The day of a moment in the time zone of the page."""
FALL = 0.2
"""The fall of the control rate for which the days to find it are told."""
_COLUMNS = (
    ("measure", "step"),
    ("control", "measured"),
    ("treatment", "measured"),
    ("difference", "measured"),
    ("low", "measured"),
    ("high", "measured"),
)
_LIMITS = ("value", "low", "high")
_CLAIM_COLUMNS = (
    ("claim", "step"),
    ("value", "measured"),
    ("low", "measured"),
    ("high", "measured"),
    ("defined_by", "step"),
)


def avoided_tickets(effects: Sequence[Effect]) -> Interval | None:
    """Tickets avoided in 30 days, all experiments together, valid at every look."""
    level = _shared_level(effects)
    return _summed(effect.in_a_month(effect.tickets_always(level)) for effect in effects)


def avoided_senders(effects: Sequence[Effect]) -> Interval | None:
    """People who did not have to write in 30 days, otherwise the same."""
    level = _shared_level(effects)
    return _summed(effect.in_a_month(effect.avoided_always(level)) for effect in effects)


def experiment_table(effect: Effect, day_of: DayOf) -> Table:
    """One experiment: sizes, rates, differences with both intervals, and how far it has come."""
    about, part, rows = _named(effect, day_of), effect.experiment.site, list(_rows(effect))
    if min(effect.visitors.values()) < SMALLEST_GROUP:
        return Table("experiment", _COLUMNS, (), len(rows), about=about, part=part)
    return Table("experiment", _COLUMNS, rows, about=about, part=part)


def course_chart(effect: Effect, looks: Sequence[Look], day_of: DayOf) -> Chart | None:
    """Tickets avoided for a hundred visitors as it went on; None where two looks say nothing."""
    told = [look for look in looks if look.fewest >= SMALLEST_GROUP]
    if len(told) < 2:
        return None
    series = {
        shown: [round(100 * getattr(look.avoided, name), 3) for look in told]
        for shown, name in (("difference", "value"), ("low", "low"), ("high", "high"))
    }
    days = [day_of(look.at).isoformat() for look in told]
    about, part = _named(effect, day_of), effect.experiment.site
    return Chart("course", "band", days, series, about=about, part=part)


def claims_table(
    session: Session, journeys: Sequence[Journey], effects: Sequence[Effect], period: Period
) -> Table:
    """The period as others would put it, and as the experiment of all visitors has it."""
    ended = decided(journeys)
    contacts = [each for each in ended if each.contact or each.tickets]
    rows = [
        _claim(contacts, "confirmed_of_contacts", "salesforce_successful", ("confirmed",)),
        _claim(contacts, "claimed_of_contacts", "salesforce_potential", ("confirmed", "assumed")),
        _score(session, journeys, period),
        *([_measured(effects)] if effects else []),
    ]
    shown = [row for row in rows if row is not None]
    return Table("claims", _CLAIM_COLUMNS, shown, len(rows) - len(shown))


def _named(effect: Effect, day_of: DayOf) -> str:
    experiment = effect.experiment
    days = (experiment.started_at, experiment.ended_at)
    between = " – ".join(day_of(day).isoformat() if day else "…" for day in days)
    return f"{experiment.name} · {experiment.percent} % · {between}"


def _shared_level(effects: Sequence[Effect]) -> float:
    """Each of several experiments has its share of the chance to err."""
    return 1 - (1 - LEVEL) / max(1, len(effects))


def _summed(months: Iterable[Interval | None]) -> Interval | None:
    """The sums of the lowest and of the highest: they hold the sum where each holds its own."""
    found = [month for month in months if month is not None]
    if not found:
        return None
    return Interval(*(sum(getattr(each, name) for each in found) for name in _LIMITS))


def _rows(effect: Effect) -> Iterator[Row]:
    sizes = {CONTROL: effect.visitors[CONTROL], TREATMENT: effect.visitors[TREATMENT]}
    yield {"measure": "visitors", "kind": "count", **sizes}
    wrote = Comparison(
        effect.rates[TREATMENT], effect.rates[CONTROL], effect.avoided, effect.reduction
    )
    yield _compared("wrote", "share", wrote)
    yield _single("wrote_always", "share", effect.avoided_always())
    yield _single("reduction", "share", effect.reduction)
    yield _single("reduction_always", "share", effect.reduction_always())
    yield _compared("tickets_per_visitor", "ratio", effect.per_visitor)
    yield _single("tickets_always", "ratio", effect.tickets_always())
    yield _single("reduction_per_visitor", "share", effect.per_visitor.reduction)
    yield _compared("tickets_per_episode", "ratio", effect.per_episode)
    yield _single("reduction_per_episode", "share", effect.per_episode.reduction)
    yield {"measure": "sample_ratio", "kind": "chance", "difference": effect.sample_ratio_p}
    yield {"measure": "smallest_effect", "kind": "share", "difference": effect.smallest_effect}
    yield {"measure": "days_so_far", "kind": "number", "difference": effect.days}
    yield {"measure": "days_to_find", "kind": "number", "difference": effect.days_to_find(FALL)}


def _compared(name: str, kind: str, compared: Comparison) -> Row:
    arms = {CONTROL: compared.control, TREATMENT: compared.treatment}
    rates = {arm: rate and rate.value for arm, rate in arms.items()}
    return {**_single(name, kind, compared.difference), **rates}


def _single(name: str, kind: str, found: Interval | None) -> Row:
    limits = {"low": found.low, "high": found.high} if found else {}
    return {"measure": name, "kind": kind, "difference": found and found.value, **limits}


def _claim(
    contacts: Sequence[Journey], name: str, by: str, outcomes: tuple[str, ...]
) -> Row | None:
    rate = wilson(sum(each.outcome in outcomes for each in contacts), len(contacts))
    if rate is None or people(contacts) < SMALLEST_GROUP:
        return None
    return {"claim": name, "kind": "share", "defined_by": by, **rate.to_json()}


def _score(session: Session, journeys: Sequence[Journey], period: Period) -> Row | None:
    seekers = people(each for each in journeys if each.sought)
    senders = count_senders(session, period.start, period.end)
    if min(seekers, senders) < SMALLEST_GROUP:
        return None
    score = {"value": round(seekers / senders, 4)}
    return {"claim": "self_service_score", "kind": "mean", "defined_by": "zendesk", **score}


def _measured(effects: Sequence[Effect]) -> Row | None:
    whole = next((each for each in effects if not each.experiment.site), None)
    if whole is None or min(whole.visitors.values()) < SMALLEST_GROUP:
        return None
    found = whole.reduction_always()
    if found is None:
        return None
    about = {"claim": "measured_reduction", "kind": "share", "defined_by": "holdout"}
    return {**about, **found.to_json()}
