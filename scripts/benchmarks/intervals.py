"""`scripts/bench intervals`: how often intervals hold the truth, in simulated experiments."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from app.deflection.every_look import Pair
from app.deflection.holdout import CONTROL, SUSPICIOUS, TREATMENT, Comparison
from app.deflection.intervals import (
    LEVEL,
    Interval,
    newcombe,
    relative_reduction,
    sample_ratio_p,
)
from benchmarks.coverage_picture import draw_coverage
from benchmarks.figures import markdown, save, say
from benchmarks.simulated_arms import (
    Arm,
    Law,
    arrive,
    heavy_law,
    mean_episodes,
    mean_tickets,
    share_of_senders,
    simulate,
    visitor_law,
)

RATES = (0.005, 0.02, 0.05, 0.2)
FALLS = (0.0, 0.1, 0.3, 0.5)
DESIGNS = ((4_000, 10), (20_000, 5), (20_000, 20), (10_000, 50))
"""Visitors, and the percentage of them in control."""
KINDS = ("avoided", "reduction", "tickets per visitor", "tickets per episode")
DAILY = ("senders", "tickets per visitor")
BAND = (0.935, 0.965)


@dataclass(frozen=True)
class Cell:
    """One kind of experiment."""

    rate: float
    fall: float
    visitors: int
    percent: int
    heavy: bool = False
    """Half of the senders send three tickets; else visitors differ a little."""

    @property
    def laws(self) -> list[Law]:
        """What visitors in control and treatment do."""
        law = heavy_law if self.heavy else visitor_law
        return [law(self.rate), law(self.rate * (1 - self.fall))]

    @property
    def sizes(self) -> tuple[int, int]:
        """Visitors in control and treatment."""
        control = self.visitors * self.percent // 100
        return control, self.visitors - control


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--experiments", type=int, default=4_000, help="in each cell")
    parser.add_argument("--looked-at", type=int, default=1_000, help="experiments seen daily")
    parser.add_argument("--days", type=int, default=60, help="on which those are looked at")
    parser.add_argument("--save", type=Path, help="write the figures as JSON")
    parser.add_argument("--picture", type=Path, help="write a picture (SVG)")


def run(arguments: argparse.Namespace) -> int:
    done = measure(arguments.experiments, arguments.looked_at, arguments.days)
    print(table(done))
    save(done, arguments.save)
    if arguments.picture:
        arguments.picture.write_text(draw_coverage(done["cells"], KINDS, BAND), encoding="utf-8")
    outside = [(c["cell"], k) for c in done["cells"] for k in KINDS if not _inside(c[k])]
    outside += [(c["cell"], k) for c in done["heavy"] for k in KINDS if c[k] < BAND[0]]
    outside += [(c, k) for c, held in done["daily"].items() for k in DAILY if held[k] < LEVEL]
    for cell, kind in outside:
        say(f"not as promised: {kind} of {cell}")
    return 1 if outside else 0


def measure(experiments: int, looked_at: int, days: int) -> dict[str, Any]:
    """Simulate everything; shares of experiments whose interval held the truth."""
    draw = np.random.default_rng(20_261_122)
    cells = [
        Cell(rate, fall, visitors, percent)
        for rate in RATES
        for fall in FALLS
        for visitors, percent in DESIGNS
    ]
    heavy = [Cell(rate, fall, *design, heavy=True)
             for rate in RATES for fall in (0.0, 0.3) for design in DESIGNS]  # fmt: skip
    daily = [Cell(rate, fall, 9_000, percent, heavy=heavy)
             for heavy in (False, True) for rate in RATES for fall in (0.0, 0.3)
             for percent in (5, 10, 50)]  # fmt: skip
    alarms = {f"{n:,} visitors, {p} %": false_alarms(n, p) for n, p in DESIGNS}
    alarms |= {
        f"{n:,} visitors, {p} %, {days} looks": daily_alarms(n, p, days, draw) for n, p in DESIGNS
    }
    return {
        "experiments": experiments,
        "looked_at": looked_at,
        "days": days,
        "cells": _covered(cells, experiments, draw),
        "heavy": _covered(heavy, experiments, draw),
        "daily": {
            _name(cell): looked_at_daily(cell, looked_at, days, draw)
            for cell in _with_progress(daily)
        },
        "alarms": alarms,
    }


def _covered(
    cells: Sequence[Cell], experiments: int, draw: np.random.Generator
) -> list[dict[str, Any]]:
    return [
        {"cell": _name(cell), "rate": cell.rate, **coverage(cell, experiments, draw)}
        for cell in _with_progress(cells)
    ]


def coverage(cell: Cell, experiments: int, draw: np.random.Generator) -> dict[str, float]:
    """By kind of interval, the share of experiments in which it held the truth."""
    senders = [share_of_senders(law) for law in cell.laws]
    tickets = [mean_tickets(law) for law in cell.laws]
    each = [mean / mean_episodes(law) for mean, law in zip(tickets, cell.laws, strict=True)]
    truths = {
        "avoided": senders[0] - senders[1],
        "reduction": 1 - senders[1] / senders[0],
        "tickets per visitor": tickets[0] - tickets[1],
        "tickets per episode": each[0] - each[1],
    }
    arms = [simulate(law, size, experiments, draw)
            for law, size in zip(cell.laws, cell.sizes, strict=True)]  # fmt: skip
    held, told = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
    for control, treated in zip(*arms, strict=True):
        for kind, interval in intervals_of(control, treated).items():
            if interval is not None:
                told[kind] += 1
                held[kind] += interval.low <= truths[kind] <= interval.high
    # Where control sent nothing there is no reduction to speak of, and none is told.
    return {kind: held[kind] / told[kind] for kind in KINDS}


def intervals_of(control: Arm, treated: Arm) -> dict[str, Interval | None]:
    """The report's intervals, as `measure_effect` makes them."""
    counts = [(sum(n for (t, _), n in arm.items() if t), sum(arm.values()))
              for arm in (control, treated)]  # fmt: skip
    arms = {CONTROL: control, TREATMENT: treated}
    single = {name: by_visitor(arm) for name, arm in arms.items()}
    return {
        "avoided": newcombe(*counts),
        "reduction": relative_reduction(counts[1], counts[0]),
        "tickets per visitor": Comparison.make(single).difference,
        "tickets per episode": Comparison.make(arms).difference,
    }


def by_visitor(arm: Arm) -> Arm:
    """The same visitors, each counted once."""
    counted: Arm = {}
    for (tickets, _), visitors in arm.items():
        counted[tickets, 1] = counted.get((tickets, 1), 0) + visitors
    return counted


def looked_at_daily(
    cell: Cell, experiments: int, days: int, draw: np.random.Generator
) -> dict[str, float]:
    """By kind, the share of experiments whose limits for every look held the truth at each."""
    senders = [share_of_senders(law) for law in cell.laws]
    tickets = [mean_tickets(law) for law in cell.laws]
    truths = senders[0] - senders[1], tickets[0] - tickets[1]
    held = dict.fromkeys(DAILY, 0)
    for _ in range(experiments):
        arms = [arrive(law, max(1, size // days), days, draw)
                for law, size in zip(cell.laws, cell.sizes, strict=True)]  # fmt: skip
        looks = list(zip(*arms, strict=True))
        for kind, pair_of, truth in zip(DAILY, (senders_of, tickets_of), truths, strict=True):
            held[kind] += all(_stands(pair_of(*look, cell.percent), truth) for look in looks)
    return {kind: number / experiments for kind, number in held.items()}


def senders_of(control: Arm, treated: Arm, percent: int) -> Pair | None:
    """The report's limits for people."""
    counts = [(sum(n for (tickets, _), n in arm.items() if tickets), sum(arm.values()))
              for arm in (control, treated)]  # fmt: skip
    return Pair.of_senders(*counts, share=percent / 100)


def tickets_of(control: Arm, treated: Arm, percent: int) -> Pair | None:
    """The report's limits for tickets."""
    return Pair.of_clusters(control, treated, share=percent / 100)


def _stands(pair: Pair | None, truth: float) -> bool:
    """Whether the limits of a look hold `truth`, without computing them."""
    return pair is not None and pair.against_difference(truth) < -math.log(1 - LEVEL)


def false_alarms(visitors: int, percent: int) -> float:
    """The exact chance that arms drawn as they should be are called suspicious."""
    share = percent / 100
    spread = 12 * math.sqrt(visitors * share * (1 - share))
    middle = visitors * share
    chance = 0.0
    for control in range(max(0, int(middle - spread)), min(visitors, int(middle + spread)) + 1):
        if sample_ratio_p(visitors - control, control, share) < SUSPICIOUS:
            chance += _binomial(control, visitors, share)
    return chance


def daily_alarms(visitors: int, percent: int, days: int, draw: np.random.Generator) -> float:
    """The share of 20,000 experiments without a cause that are called suspicious on some day."""
    size, share = max(1, visitors // days), percent / 100
    came = np.cumsum(draw.binomial(size, share, (20_000, days)), axis=1)
    expected = size * np.arange(1, days + 1) * share
    limit = NormalDist().inv_cdf(1 - SUSPICIOUS / 2)
    far = np.abs(came - expected) > limit * np.sqrt(expected * (1 - share))
    return float(far.any(axis=1).mean())


def table(done: dict[str, Any]) -> str:
    """What was measured, as Markdown."""
    daily = [
        [name, *(f"{held[kind]:.1%}" for kind in DAILY)] for name, held in done["daily"].items()
    ]
    alarms = [[name, f"{chance:.3%}"] for name, chance in done["alarms"].items()]
    return "\n\n".join(
        [
            _coverage_table("95% interval of", done["cells"]),
            _coverage_table("where half of the senders send three", done["heavy"]),
            markdown([f"{done['days']} looks, always held", *DAILY], daily),
            markdown(["sample ratio", "false alarms"], alarms),
        ]
    )


def _coverage_table(title: str, cells: list[dict[str, Any]]) -> str:
    rows = [
        [kind, *(f"{low:.1%} – {high:.1%}" for low, high in _ranges(cells, kind))] for kind in KINDS
    ]
    return markdown([title, *(f"rate {rate:.1%}" for rate in RATES)], rows)


def _ranges(cells: list[dict[str, Any]], kind: str) -> Iterator[tuple[float, float]]:
    for rate in RATES:
        found = [cell[kind] for cell in cells if cell["rate"] == rate]
        yield min(found), max(found)


def _binomial(successes: int, trials: int, rate: float) -> float:
    ways = (
        math.lgamma(trials + 1) - math.lgamma(successes + 1) - math.lgamma(trials - successes + 1)
    )
    return math.exp(ways + successes * math.log(rate) + (trials - successes) * math.log1p(-rate))


def _name(cell: Cell) -> str:
    kind = ", half of the senders send three" if cell.heavy else ""
    return (
        f"{cell.rate:.1%} less {cell.fall:.0%}, {cell.visitors:,} visitors, {cell.percent} %{kind}"
    )


def _inside(share: float) -> bool:
    return BAND[0] <= share <= BAND[1]


def _with_progress(items: Any) -> Iterator[Any]:
    for done, item in enumerate(items, start=1):
        if sys.stderr.isatty():
            print(f"\r{done}/{len(items)}", end="", file=sys.stderr, flush=True)
        yield item
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)
