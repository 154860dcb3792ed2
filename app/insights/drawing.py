"""Charts as rectangles, areas and lines of an SVG: geometry only, colours are the style sheet's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.insights.figures import Chart

WIDTH = 720
HEIGHT = 240
_LEFT = 44
_RIGHT = 8
_BOTTOM = 24
_TOP = 8
_GAP = 0.2
_TICKS = 4
_LABEL = 90
"""The room that a day takes."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle of a series."""

    x: float
    y: float
    width: float
    height: float
    series: str
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A number beside a line across, or a label below."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    """Of a label, what of it stands at `x`: its `middle` or its `end`."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What an SVG of WIDTH by HEIGHT holds."""

    bars: Sequence[Bar]
    ticks: Sequence[Mark]
    labels: Sequence[Mark]
    left: float = _LEFT
    right: float = WIDTH


@dataclass(frozen=True, slots=True)
class Band:
    """A line within an area, both as the points of an SVG, to be cut off at the frame; `zero` is
    where 0 lies."""

    area: str
    line: str
    zero: float
    ticks: Sequence[Mark]
    labels: Sequence[Mark]
    left: float = _LEFT
    right: float = WIDTH
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM


def draw_bars(chart: Chart) -> Drawing:
    """Bars side by side, their series stacked in their order."""
    totals = [sum(values) for values in zip(*chart.series.values(), strict=True)]
    top = _nice(max(totals, default=0))
    room = HEIGHT - _BOTTOM - _TOP
    step = (WIDTH - _LEFT) / max(1, len(chart.labels))
    bars = []
    for place, label in enumerate(chart.labels):
        below = 0.0
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
    places = [_LEFT + step * (place + 0.5) for place in range(len(chart.labels))]
    return Drawing(bars, ticks, _some_labels(chart.labels, places))


def draw_band(chart: Chart) -> Band:
    """The first series as a line within the two others, with 0 in sight.

    The scale is that of the newer half: what is known at first is so little that it would press all
    else flat. It goes beyond the frame, and is to be cut off there.
    """
    middle, low, high = chart.series.values()
    newer = len(middle) // 2
    bottom, top, step = _scale(min(0.0, *low[newer:]), max(0.0, *high[newer:]))
    wide = (WIDTH - _LEFT - _RIGHT) / max(1, len(middle) - 1)
    places = [_round(_LEFT + wide * place) for place in range(len(middle))]

    def down(value: float) -> float:
        return _round(_TOP + (HEIGHT - _BOTTOM - _TOP) * (top - value) / (top - bottom))

    def points(values: Sequence[float]) -> list[str]:
        return [f"{x},{down(value)}" for x, value in zip(places, values, strict=True)]

    numbers = [bottom + step * n for n in range(round((top - bottom) / step) + 1)]
    return Band(
        area=" ".join((*points(high), *reversed(points(low)))),
        line=" ".join(points(middle)),
        zero=down(0.0),
        ticks=[Mark(_LEFT - 6, down(number), f"{number:g}") for number in numbers],
        labels=_labels_from_the_end(chart.labels, places),
    )


def draw_steps(chart: Chart) -> list[float]:
    """For each step of a funnel, its length as a share of the longest, in percent."""
    (values,) = chart.series.values()
    longest = max(values, default=0)
    return [_round(100 * value / longest) if longest else 0.0 for value in values]


def _some_labels(labels: Sequence[str], places: Sequence[float]) -> list[Mark]:
    """Every so-manieth label, so that they do not touch."""
    step = (WIDTH - _LEFT) / max(1, len(labels))
    every = max(1, math.ceil(_LABEL / step))
    return [
        Mark(_round(x), HEIGHT - 6, label)
        for x, label in list(zip(places, labels, strict=True))[::every]
        if x < WIDTH - 36
    ]


def _labels_from_the_end(labels: Sequence[str], places: Sequence[float]) -> list[Mark]:
    """The last label, which ends where the chart does, and before it as many as have room."""
    half, below = _LABEL / 2, HEIGHT - 6
    marks, free = [Mark(WIDTH, below, labels[-1], anchor="end")], places[-1] - _LABEL
    for x, label in list(zip(places, labels, strict=True))[-2::-1]:
        if half <= x <= free - half:
            marks.append(Mark(x, below, label))
            free = x - half
    return marks


def _scale(low: float, high: float) -> tuple[float, float, float]:
    """Multiples of a round step that hold both, and the step: at most seven of them."""
    high = max(high, low + 0.01)
    length = high - low
    power: float = 10 ** math.floor(math.log10(length))
    step = next(each for each in (power / 5, power / 2, power, 2 * power) if length / each <= 5)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step


def _nice(number: float) -> int:
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
