"""The experiment that tells what suggestions are worth: a few visitors are shown none.

Search and contact stay as they are for everybody. What is compared is what visitors were assigned
to (app/deflection/participants.py), not what they saw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.deflection import intervals
from app.deflection.every_look import Pair
from app.deflection.intervals import Interval
from app.deflection.participants import CONTROL, TREATMENT, arm_of, experiment_key
from app.models import Experiment, Participant

__all__ = ["CONTROL", "TREATMENT", "arm_of"]

SUSPICIOUS = 0.001
"""Below this chance the arms are not what was drawn: somebody's events are missing."""
MONTH = timedelta(days=30)
ARMS = (TREATMENT, CONTROL)
FALLS = (0.05, 0.1, 0.2, 0.3)
"""Shares of the control rate for which a report says how long it takes to find that much."""


@dataclass(frozen=True, slots=True)
class VisitorResult:
    """What one visitor of the experiment did within the ticket window of their first episode."""

    arm: str
    episodes: int
    tickets: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Tickets for each visitor, or for each episode, in both arms. None where nothing was seen."""

    treatment: Interval | None
    control: Interval | None
    difference: Interval | None
    """Control less treatment."""
    reduction: Interval | None
    """The difference as a share of the control rate."""

    @classmethod
    def make(cls, clusters: Mapping[str, Mapping[tuple[int, int], int]]) -> Comparison:
        """By arm: (tickets, visitors or episodes) of a visitor -> how many visitors have these."""
        both = intervals.together(*(clusters[arm] for arm in ARMS))
        treated, control = (
            intervals.clustered_rate(
                clusters[arm], varies=intervals.steadied_variation(clusters[arm], both)
            )
            for arm in ARMS
        )
        return cls(
            treated,
            control,
            intervals.difference(control, treated),
            intervals.reduction(treated, control),
        )

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        names = ("treatment", "control", "difference", "reduction")
        found = {name: getattr(self, name) for name in names}
        return {name: interval and interval.to_json() for name, interval in found.items()}


@dataclass(frozen=True, slots=True)
class Effect:
    """What the arms differ in. Rates are shares of visitors; a positive difference is good."""

    experiment: Experiment
    visitors: dict[str, int]
    """By arm; only those whose window has closed."""
    with_ticket: dict[str, int]
    days: float
    """From the experiment's start to the last moment at which a visitor could be counted."""
    rates: dict[str, Interval | None]
    avoided: Interval | None
    """Control less treatment: tickets' senders avoided per visitor."""
    tickets: Mapping[str, Mapping[tuple[int, int], int]]
    """By arm: (tickets, 1) of a visitor -> how many visitors have these."""
    reduction: Interval | None
    """As a share of the control rate."""
    per_visitor: Comparison
    """Tickets, not senders: who sends two counts twice."""
    per_episode: Comparison
    sample_ratio_p: float
    smallest_effect: float | None

    @property
    def suspicious(self) -> bool:
        """Whether the arms' sizes say that the experiment is broken."""
        return self.sample_ratio_p < SUSPICIOUS

    @property
    def monthly_visitors(self) -> float:
        """Visitors who were shown suggestions, in 30 days."""
        return self.visitors[TREATMENT] * MONTH.days / self.days if self.days else 0.0

    def avoided_always(self, level: float = intervals.LEVEL) -> Interval | None:
        """`avoided` with limits that hold however often one looks."""
        pair = self._senders(level)
        return pair.difference() if pair else None

    def reduction_always(self) -> Interval | None:
        """`reduction` with limits that hold however often one looks."""
        pair = self._senders(intervals.LEVEL)
        return pair.reduction() if pair else None

    def tickets_always(self, level: float = intervals.LEVEL) -> Interval | None:
        """Tickets avoided per visitor, with limits that hold however often one looks."""
        treated, control = (self.tickets[arm] for arm in ARMS)
        share = self.experiment.percent / 100
        pair = Pair.of_clusters(control, treated, share=share, level=level)
        return pair.difference() if pair else None

    def in_a_month(self, avoided: Interval | None) -> Interval | None:
        """What is avoided per visitor, for the visitors of 30 days; None before there are days."""
        return avoided.times(self.monthly_visitors) if avoided and self.days else None

    @property
    def tickets_per_episode(self) -> Interval | None:
        """Control less treatment."""
        return self.per_episode.difference

    def days_to_find(self, fall: float) -> float | None:
        """Days that the experiment must still run to find that the control rate falls by a share.

        At the visitors a day it had so far, four times in five; None where that cannot be told.
        """
        control, total = self.rates[CONTROL], sum(self.visitors.values())
        if control is None or not total or not self.days:
            return None
        share = self.experiment.percent / 100
        needed = intervals.visitors_needed(control.value, fall, share)
        return None if needed is None else max(0.0, (needed - total) * self.days / total)

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        shown = {name: getattr(self, name) for name in ("avoided", "reduction")} | {
            "avoided_always": (senders := self.avoided_always()),
            "reduction_always": self.reduction_always(),
            "tickets_avoided_always": (tickets := self.tickets_always()),
            "avoided_per_month": self.in_a_month(tickets),
            "senders_avoided_per_month": self.in_a_month(senders),
            "tickets_per_episode": self.tickets_per_episode,
        }
        return {
            "name": self.experiment.name,
            "site": self.experiment.site,
            "control_percent": self.experiment.percent,
            "started_at": self.experiment.started_at.isoformat(),
            "ended_at": self.experiment.ended_at and self.experiment.ended_at.isoformat(),
            "days": round(self.days, 2),
            "visitors": self.visitors,
            "with_ticket": self.with_ticket,
            "rates": {arm: rate and rate.to_json() for arm, rate in self.rates.items()},
            **{name: interval and interval.to_json() for name, interval in shown.items()},
            "per_visitor": self.per_visitor.to_json(),
            "per_episode": self.per_episode.to_json(),
            "days_to_find": {str(fall): self.days_to_find(fall) for fall in FALLS},
            "sample_ratio_p": self.sample_ratio_p,
            "suspicious": self.suspicious,
            "smallest_effect": self.smallest_effect,
        }

    def _senders(self, level: float) -> Pair | None:
        treated, control = ((self.with_ticket[arm], self.visitors[arm]) for arm in ARMS)
        share = self.experiment.percent / 100
        return Pair.of_senders(control, treated, share=share, level=level)


def note_experiment(
    session: Session, *, name: str, percent: int, now: datetime, site: str = ""
) -> None:
    """Write down that `percent` of a site's visitors are held out from now on, and commit.

    A change of name or share ends the running experiment and begins another: mixed, they would
    compare different times. 0 ends it. `site`: "" for visitors of no site with a share of its own.
    """
    open_ones = select(Experiment).where(Experiment.ended_at.is_(None), Experiment.site == site)
    running = session.scalars(open_ones).all()
    same = [each for each in running if (each.name, each.percent) == (name, percent)]
    for each in running:
        if each not in same:
            each.ended_at = now
    if percent and not same:
        session.add(Experiment(name=name, percent=percent, site=site, started_at=now))
    session.commit()


def note_experiments(
    session: Session, *, name: str, percent: int, shares: Mapping[str, int], now: datetime
) -> None:
    """`note_experiment` for all: `percent` in general, `shares` of sites that have their own."""
    running = select(Experiment.site).where(Experiment.ended_at.is_(None))
    over = set(session.scalars(running)) - {"", *shares}
    for site, share in ({"": percent} | dict.fromkeys(over, 0) | dict(shares)).items():
        note_experiment(session, name=name, percent=share, site=site, now=now)


def last_experiments(session: Session) -> list[Experiment]:
    """Of all and of each site the experiment that runs, else the one that ran last; all's first."""
    newest = select(Experiment).order_by(Experiment.started_at, Experiment.id)
    last = {each.site: each for each in session.scalars(newest)}
    return [last[site] for site in sorted(last)]


def visitor_results(
    session: Session, experiment: Experiment, *, window: timedelta, now: datetime
) -> Counter[VisitorResult]:
    """How many visitors did what, of those who enrolled during the experiment.

    Only visitors whose window has closed: all are followed for exactly `window`, so that the arms
    are compared over equal times.
    """
    end = min(experiment.ended_at or now, now - window)
    what = Participant.arm, Participant.episodes, Participant.tickets
    found = session.execute(
        select(*what, func.count()).where(*counted_by(experiment, end)).group_by(*what)
    )
    return Counter({VisitorResult(*row[:3]): row[3] for row in found})


def counted_by(experiment: Experiment, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions of participants who enrolled in it before `end`."""
    return (
        Participant.experiment
        == experiment_key(experiment.name, experiment.percent, experiment.site),
        Participant.enrolled_at >= experiment.started_at,
        Participant.enrolled_at < end,
    )


def measure_effect(
    experiment: Experiment,
    results: Mapping[VisitorResult, int],
    *,
    window: timedelta,
    now: datetime,
) -> Effect:
    """Compare the arms by intention to treat. `results`: how many visitors did what."""
    clusters: dict[str, Counter[tuple[int, int]]] = {TREATMENT: Counter(), CONTROL: Counter()}
    for result, count in results.items():
        clusters[result.arm][result.tickets, result.episodes] += count
    visitors = {arm: sum(counts.values()) for arm, counts in clusters.items()}
    tickets = {
        arm: sum(count for pair, count in counts.items() if pair[0])
        for arm, counts in clusters.items()
    }
    treated, control = ((tickets[arm], visitors[arm]) for arm in (TREATMENT, CONTROL))
    until = min(experiment.ended_at or now, now - window)
    days = max(0.0, (until - experiment.started_at) / timedelta(days=1))
    return Effect(
        experiment=experiment,
        visitors=visitors,
        with_ticket=tickets,
        days=days,
        rates={TREATMENT: intervals.wilson(*treated), CONTROL: intervals.wilson(*control)},
        avoided=intervals.newcombe(control, treated),
        tickets=(by_visitor := {arm: _by_visitor(clusters[arm]) for arm in ARMS}),
        reduction=intervals.relative_reduction(treated, control),
        per_visitor=Comparison.make(by_visitor),
        per_episode=Comparison.make(clusters),
        sample_ratio_p=intervals.sample_ratio_p(
            visitors[TREATMENT], visitors[CONTROL], experiment.percent / 100
        ),
        smallest_effect=_smallest(control, visitors),
    )


def _by_visitor(clusters: Mapping[tuple[int, int], int]) -> Counter[tuple[int, int]]:
    counted: Counter[tuple[int, int]] = Counter()
    for (tickets, _), count in clusters.items():
        counted[tickets, 1] += count
    return counted


def _smallest(control: tuple[int, int], visitors: dict[str, int]) -> float | None:
    if not control[1]:
        return None
    rate = control[0] / control[1]
    return intervals.smallest_effect(rate, visitors[TREATMENT], visitors[CONTROL])
