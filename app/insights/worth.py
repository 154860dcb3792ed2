"""What it was worth in money and in effort: avoided cost, ease, satisfaction, time to answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import mean, stdev

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.deflection.course import follow_experiment
from app.deflection.holdout import Effect
from app.deflection.intervals import Interval
from app.deflection.report import current_effects
from app.insights.channels import count_digital
from app.insights.costs import Costs, load_costs
from app.insights.figures import SMALLEST_GROUP, Chart, Figure, Sheet, Table, share
from app.insights.holdout_tables import (
    avoided_senders,
    avoided_tickets,
    claims_table,
    course_chart,
    experiment_table,
)
from app.insights.journeys import SETTLED, Journey, Needs, decided
from app.insights.selection import Period, Selection
from app.models import Event, Ticket, TicketOutcome, TicketReply

EFFORT_STEPS = ("find", "solve", "person")
"""What somebody is asked about: finding an answer, solving it with that, reaching a person."""
_Z = 1.959964


def make_worth(session: Session, needs: Needs, *, window: timedelta, now: datetime) -> Sheet:
    """The sheet. Costs are avoided only as far as the holdout has measured it."""
    journeys, selection = needs.journeys, needs.selection
    costs, effects = load_costs(session), _counted_effects(session, window, now)
    return Sheet(
        id="worth",
        figures=(
            *_money(effects, costs),
            *_journey_shares(session, needs),
            _satisfaction(session, selection),
            *_times(session, journeys, selection),
        ),
        charts=_courses(session, effects, selection.period, window, now),
        tables=(
            claims_table(session, journeys, effects, selection.period),
            *(experiment_table(effect, selection.period.day_of) for effect in effects),
            _effort(session, selection),
        ),
        notes=_notes(effects, costs, selection),
    )


def _counted_effects(session: Session, window: timedelta, now: datetime) -> list[Effect]:
    """Of the last holdout, and of those of sites that run."""
    return [
        effect
        for effect in current_effects(session, window, now)
        if effect.experiment.ended_at is None or not effect.experiment.site
    ]


def _courses(
    session: Session, effects: Sequence[Effect], period: Period, window: timedelta, now: datetime
) -> tuple[Chart, ...]:
    found = (
        course_chart(
            effect,
            follow_experiment(session, effect.experiment, window=window, now=now),
            period.day_of,
        )
        for effect in effects
    )
    return tuple(chart for chart in found if chart is not None)


def _notes(effects: Sequence[Effect], costs: Costs, selection: Selection) -> tuple[str, ...]:
    said = {
        "suspicious": any(effect.suspicious for effect in effects),
        "literature": not costs.own,
        "partly_filtered": selection.is_filtered,
    }
    return tuple(name for name, holds in said.items() if holds)


def _money(effects: Sequence[Effect], costs: Costs) -> list[Figure]:
    """Tickets and what they would have cost, with limits for daily looks: nobody waits here."""
    tickets = avoided_tickets(effects)
    return [
        _interval("avoided_tickets", "number", tickets),
        _interval("avoided_cost", "money", costs.saved_by(tickets) if tickets else None),
        _interval("avoided_senders", "number", avoided_senders(effects)),
    ]


def _interval(name: str, kind: str, found: Interval | None) -> Figure:
    if found is None:
        return Figure(name, kind, None)
    return Figure(name, kind, found.value, found.low, found.high)


def _journey_shares(session: Session, needs: Needs) -> list[Figure]:
    first = _first_settled(needs.journeys)
    digital = count_digital(session, decided(needs.journeys))
    if needs.earlier is None:
        return [share("first_contact", first), share("digital", digital)]
    return [
        share("first_contact", first, _first_settled(needs.earlier)),
        share("digital", digital, count_digital(session, decided(needs.earlier))),
    ]


def _first_settled(journeys: Sequence[Journey]) -> tuple[int, int]:
    """Of the visitors' first needs in the period, those settled alone and not come back with."""
    by_visitor: dict[str, list[Journey]] = {}
    for journey in journeys:
        by_visitor.setdefault(journey.visitor, []).append(journey)
    firsts = [own for own in by_visitor.values() if own[0].outcome != "pending"]
    settled = sum(len(own) == 1 and own[0].outcome in SETTLED for own in firsts)
    return settled, len(firsts)


def _satisfaction(session: Session, selection: Selection) -> Figure:
    votes = select(Event.type, func.count()).where(*_arrived(selection, "helpful", "not_helpful"))
    counted = {kind: number for kind, number in session.execute(votes.group_by(Event.type))}
    liked, total = counted.get("helpful", 0), sum(counted.values())
    if selection.is_narrowed and total < SMALLEST_GROUP:
        return Figure("satisfaction", "share", None)
    return share("satisfaction", (liked, total))


def _effort(session: Session, selection: Selection) -> Table:
    """Mean ease by step, 0 (very difficult) to 5 (very easy), with Student-like normal limits."""
    rated: dict[str, list[int]] = {step: [] for step in EFFORT_STEPS}
    for found in session.scalars(select(Event.value).where(*_arrived(selection, "effort_rated"))):
        value = found if isinstance(found, dict) else {}
        step, ease = value.get("step"), value.get("effort")
        if step in rated and type(ease) is int and 0 <= ease <= 5:
            rated[step].append(ease)
    rows = [_effort_row(step, ratings) for step, ratings in rated.items()]
    shown = [row for row in rows if int(str(row["people"])) >= SMALLEST_GROUP]
    columns = (("step", "step"), ("people", "count"), ("ease", "mean"), ("low", "mean"))
    return Table("effort", (*columns, ("high", "mean")), shown, len(rows) - len(shown))


def _effort_row(step: str, ratings: Sequence[int]) -> dict[str, object]:
    if len(ratings) < 2:
        return {"step": step, "people": len(ratings)}
    ease = mean(ratings)
    spread = _Z * stdev(ratings) / math.sqrt(len(ratings))
    limits = {"low": max(0.0, ease - spread), "high": min(5.0, ease + spread)}
    return {"step": step, "people": len(ratings), "ease": ease} | limits


def _times(session: Session, journeys: Sequence[Journey], selection: Selection) -> list[Figure]:
    alone = [
        _minutes(each.ended_at - each.started_at) for each in journeys if each.outcome in SETTLED
    ]
    return [
        _median("time_alone", alone),
        _median("time_person", _answer_minutes(session, selection)),
    ]


def _answer_minutes(session: Session, selection: Selection) -> list[float]:
    """From each ticket of the period to its first answer."""
    period = selection.period
    sent = [Ticket.created_at >= period.start, Ticket.created_at < period.end]
    if selection.locale:
        sent.append(Ticket.locale == selection.locale)
    first: dict[str, datetime] = {}
    opened: dict[str, datetime] = {}
    for answers in (
        select(Ticket.id, Ticket.created_at, func.min(TicketReply.at))
        .join(TicketReply, TicketReply.ticket_id == Ticket.id)
        .where(*sent, TicketReply.author == "support")
        .group_by(Ticket.id, Ticket.created_at),
        select(Ticket.id, Ticket.created_at, func.min(TicketOutcome.at))
        .join(TicketOutcome, TicketOutcome.ticket_id == Ticket.id)
        .where(*sent, TicketOutcome.outcome.in_(("replied", "solved")))
        .group_by(Ticket.id, Ticket.created_at),
    ):
        for ticket_id, at, answered in session.execute(answers):
            opened[ticket_id] = at
            first[ticket_id] = min(answered, first.get(ticket_id, answered))
    return [max(0.0, _minutes(first[name] - opened[name])) for name in first]


def _median(name: str, values: Sequence[float]) -> Figure:
    """The median with its distribution-free interval (order statistics, normal approximation)."""
    if len(values) < SMALLEST_GROUP:
        return Figure(name, "minutes", None, count=len(values))
    ordered, number = sorted(values), len(values)
    spread = _Z * math.sqrt(number) / 2
    low = ordered[max(0, math.floor(number / 2 - spread))]
    high = ordered[min(number - 1, math.ceil(number / 2 + spread))]
    middle = (ordered[(number - 1) // 2] + ordered[number // 2]) / 2
    return Figure(name, "minutes", middle, low, high, count=number)


def _arrived(selection: Selection, *kinds: str) -> list[ColumnElement[bool]]:
    period = selection.period
    conditions = [
        Event.received_at >= period.start,
        Event.received_at < period.end,
        Event.type.in_(kinds),
    ]
    return [*conditions, Event.locale == selection.locale] if selection.locale else conditions


def _minutes(length: timedelta) -> float:
    return length.total_seconds() / 60
