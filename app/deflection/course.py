"""The course of an experiment: what its limits for every look said while it went on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.deflection.every_look import Pair
from app.deflection.holdout import CONTROL, TREATMENT, counted_by
from app.deflection.intervals import Interval
from app.models import Experiment, Participant

MOST_LOOKS = 30


@dataclass(frozen=True, slots=True)
class Look:
    """What there was to see at a moment."""

    at: datetime
    fewest: int
    """Visitors of the smaller arm."""
    avoided: Interval
    """Tickets avoided per visitor, valid at every look."""


def follow_experiment(
    session: Session, experiment: Experiment, *, window: timedelta, now: datetime
) -> list[Look]:
    """At most MOST_LOOKS looks, evenly spaced, the last of them the newest there can be.

    None before both arms had a visitor, nor where visitors are forgotten but for their number.
    """
    edges = _edges(experiment.started_at, min(experiment.ended_at or now, now - window))
    if not edges:
        return []
    share, looks = experiment.percent / 100, []
    arms: dict[str, Counter[tuple[int, int]]] = {CONTROL: Counter(), TREATMENT: Counter()}
    for edge, came in zip(edges, _arrivals(session, experiment, edges), strict=True):
        for (arm, tickets), visitors in came.items():
            arms[arm][tickets, 1] += visitors
        pair = Pair.of_clusters(arms[CONTROL], arms[TREATMENT], share=share)
        if pair is not None:
            fewest = min(sum(visitors.values()) for visitors in arms.values())
            looks.append(Look(edge + window, fewest, pair.difference()))
    return looks


def _edges(start: datetime, end: datetime) -> list[datetime]:
    """Up to when visitors are counted at each look; not more often than daily."""
    days = (end - start) / timedelta(days=1)
    number = min(MOST_LOOKS, int(days))
    return [start + (end - start) * (place + 1) / number for place in range(number)]


def _arrivals(
    session: Session, experiment: Experiment, edges: list[datetime]
) -> list[Counter[tuple[str, int]]]:
    """From edge to edge, how many visitors of an arm with so many tickets enrolled."""
    part = case(
        *((Participant.enrolled_at < edge, place) for place, edge in enumerate(edges[:-1])),
        else_=len(edges) - 1,
    ).label("part")
    what = part, Participant.arm, Participant.tickets
    found = session.execute(
        select(*what, func.count()).where(*counted_by(experiment, edges[-1])).group_by(*what)
    )
    arrivals = [Counter[tuple[str, int]]() for _ in edges]
    for place, arm, tickets, visitors in found:
        arrivals[place][arm, tickets] += visitors
    return arrivals
