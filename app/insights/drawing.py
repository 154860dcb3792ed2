"""Charts as rectangles and lines of an SVG: geometry only, colours are the style sheet's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.insights.figures import Chart

WIDTH = 720
HEIGHT = 240
_LEFT = 44
_BOTTOM = 24
_TOP = 8
_GAP = 0.2
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle of a series."""

    x: float
    y: float
    width: float
    height: float
    series: str
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A number beside a line across, or a label below."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What an SVG of WIDTH by HEIGHT holds."""

    bars: Sequence[Bar]
    ticks: Sequence[Mark]
    labels: Sequence[Mark]
    left: float = _LEFT
    right: float = WIDTH


def draw_bars(chart: Chart) -> Drawing:
    """Bars side by side, their series stacked in their order."""
    totals = [sum(values) for values in zip(*chart.series.values(), strict=True)]
    top = _nice(max(totals, default=0))
    room = HEIGHT - _BOTTOM - _TOP
    step = (WIDTH - _LEFT) / max(1, len(chart.labels))
    bars = []
    for place, label in enumerate(chart.labels):
        below = 0
        for name, values in chart.series.items():
            value = values[place]
            below += value
            y = _TOP + room * (1 - below / top)
            x, wide = _LEFT + step * (place + _GAP / 2), step * (1 - _GAP)
            if value:
                tall = _round(room * value / top)
                bars.append(Bar(_round(x), _round(y), _round(wide), tall, name, label, value))
    ticks = [
        Mark(_LEFT - 6, _round(_TOP + room * (1 - n / _TICKS)), _short(top * n / _TICKS))
        for n in range(_TICKS + 1)
    ]
    return Drawing(bars, ticks, _some_labels(chart.labels, step))


def draw_steps(chart: Chart) -> list[float]:
    """For each step of a funnel, its length as a share of the longest, in percent."""
    (values,) = chart.series.values()
    longest = max(values, default=0)
    return [_round(100 * value / longest) if longest else 0.0 for value in values]


def _some_labels(labels: Sequence[str], step: float) -> list[Mark]:
    """Every so-manieth label, so that they do not touch."""
    every = max(1, math.ceil(90 / step))
    return [
        Mark(_round(_LEFT + step * (place + 0.5)), HEIGHT - 6, label)
        for place, label in enumerate(labels)
        if place % every == 0 and _LEFT + step * (place + 0.5) < WIDTH - 36
    ]


def _nice(number: int) -> int:
    """The next number that divides into ticks without fractions: 4, 8, 20, 40, 80, 200 ..."""
    power = 1
    while True:
        for factor in (4, 8, 20):
            if number <= factor * power:
                return factor * power
        power *= 10


def _short(number: float) -> str:
    return f"{number:g}" if number < 10_000 else f"{number / 1000:g}k"


def _round(number: float) -> float:
    return round(number, 2)
