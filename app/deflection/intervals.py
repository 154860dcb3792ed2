"""Intervals for rates and their differences: pure functions on counts.

docs/deflection.md has every formula with a worked example. All intervals are two-sided; `level` is
their coverage, 0.95 unless said otherwise.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.95
_STEADY = 10
Visitors = Mapping[tuple[int, int], int]
"""(above, below) of a visitor, such as tickets and episodes -> how many visitors have these."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the limits around it."""

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        """The members, rounded to six digits."""
        return {name: round(getattr(self, name), 6) for name in ("value", "low", "high")}

    def times(self, factor: float) -> Interval:
        """The interval of a multiple; `factor` is not negative."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)


def wilson(successes: int, trials: int, level: float = LEVEL) -> Interval | None:
    """The score interval of a rate (Wilson 1927); None where nothing was tried."""
    if trials == 0:
        return None
    z, rate = _z(level), successes / trials
    centre = rate + z * z / (2 * trials)
    spread = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low, high = (centre - spread) / scale, (centre + spread) / scale
    # Rounding must not push a limit past the rate itself.
    return Interval(rate, max(0.0, min(low, rate)), min(1.0, max(high, rate)))


def newcombe(first: tuple[int, int], second: tuple[int, int]) -> Interval | None:
    """The difference of two independent rates, first less second (Newcombe 1998, method 10).

    Each is (successes, trials). None where either was never tried.
    """
    return difference(wilson(*first), wilson(*second))


def relative_reduction(treated: tuple[int, int], control: tuple[int, int]) -> Interval | None:
    """1 less the ratio of two rates, each (successes, trials); None as `reduction` says."""
    return reduction(wilson(*treated), wilson(*control))


def clustered_rate(
    clusters: Visitors, level: float = LEVEL, *, varies: float | None = None
) -> Interval | None:
    """A ratio of two sums over visitors who are drawn whole; None where the lower sum is 0.

    A score interval: the variance is taken to grow with the rate, by as much as visitors differ
    (`variation`, unless `varies` says it), so that what one does several times is not taken for
    several visitors' doing.
    """
    above, below = sums(clusters)
    if not below:
        return None
    rate = above / below
    half = _z(level) ** 2 * (variation(clusters) if varies is None else varies) / below / 2
    spread = math.sqrt(2 * rate * half + half * half)
    return Interval(rate, max(0.0, min(rate, rate + half - spread)), rate + half + spread)


def variation(clusters: Visitors) -> float:
    """How many times as much a ratio of two sums varies as if each thing counted came by itself.

    By linearization (Cochran 1977, section 6.4). 1 where nothing is known of it: without a thing
    counted, of one visitor, and of visitors who all did the same. The lower sum is not 0.
    """
    visitors, (above, below) = sum(clusters.values()), sums(clusters)
    if not above or visitors < 2:
        return 1.0
    rate = above / below
    squares = sum(n * (a - rate * b) ** 2 for (a, b), n in clusters.items())
    return squares * visitors / (visitors - 1) / below / rate or 1.0


def steadied_variation(arm: Visitors, both: Visitors) -> float:
    """The `variation` of an arm, drawn to that of both arms as by ten senders more.

    A small arm's few senders do not tell how often others send again; many tell it better than the
    other arm does.
    """
    senders = sum(visitors for (count, _), visitors in arm.items() if count)
    return (senders * variation(arm) + _STEADY * variation(both)) / (senders + _STEADY)


def together(first: Visitors, second: Visitors) -> Visitors:
    """The visitors of both."""
    return Counter(first) + Counter(second)


def sums(clusters: Visitors) -> tuple[int, int]:
    """Of all visitors, what stands above and below."""
    return (
        sum(above * n for (above, _), n in clusters.items()),
        sum(below * n for (_, below), n in clusters.items()),
    )


def difference(first: Interval | None, second: Interval | None) -> Interval | None:
    """First less second of two independent estimates (MOVER; Donner and Zou 2012)."""
    if first is None or second is None:
        return None
    value = first.value - second.value
    down = math.hypot(first.value - first.low, second.high - second.value)
    up = math.hypot(first.high - first.value, second.value - second.low)
    return Interval(value, value - down, value + up)


def reduction(treated: Interval | None, control: Interval | None) -> Interval | None:
    """1 less the ratio of two independent estimates (MOVER-R; Donner and Zou 2012).

    None where the control rate is 0, so that nothing can fall, or the limits do not exist.
    """
    if treated is None or control is None or control.value == 0:
        return None
    low = _ratio_limit(treated.value, treated.low, control.value, control.high, -1)
    high = _ratio_limit(treated.value, treated.high, control.value, control.low, +1)
    if low is None or high is None:
        return None
    return Interval(1 - treated.value / control.value, 1 - high, 1 - low)


def sample_ratio_p(treated: int, control: int, control_share: float) -> float:
    """The chance of arms as uneven as these or more, if `control_share` was kept.

    Pearson's chi-squared test with one degree of freedom.
    """
    total = treated + control
    if total == 0:
        return 1.0
    expected = total * control_share
    statistic = (control - expected) ** 2 / (expected * (1 - control_share))
    return math.erfc(math.sqrt(statistic / 2))


def smallest_effect(rate: float, treated: int, control: int, power: float = 0.8) -> float | None:
    """The difference that would be found with chance `power`, at a control rate of `rate`."""
    if not treated or not control:
        return None
    deviation = math.sqrt(rate * (1 - rate) * (1 / treated + 1 / control))
    return (_z(LEVEL) + NormalDist().inv_cdf(power)) * deviation


def visitors_needed(
    rate: float, fall: float, control_share: float, power: float = 0.8
) -> int | None:
    """Visitors, both arms together, to find that a rate falls by the share `fall`.

    None where nothing can fall: a rate of 0 or 1, or no fall.
    """
    lower = rate * (1 - fall)
    if not 0 < rate < 1 or not 0 < fall <= 1:
        return None
    spread = rate * (1 - rate) / control_share + lower * (1 - lower) / (1 - control_share)
    z = _z(LEVEL) + NormalDist().inv_cdf(power)
    return math.ceil(z * z * spread / (rate - lower) ** 2)


def edge(ruled_out: Callable[[float], bool], inside: float, outside: float) -> float:
    """Where guesses begin to be ruled out between `inside` and `outside`, to twelve digits."""
    if not ruled_out(outside):
        return outside
    for _ in range(40):
        middle = (inside + outside) / 2
        if ruled_out(middle):
            outside = middle
        else:
            inside = middle
    return outside


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def _ratio_limit(one: float, limit: float, two: float, other: float, sign: int) -> float | None:
    below = other * (2 * two - other)
    root = (one * two) ** 2 - limit * (2 * one - limit) * below
    if below == 0 or root < 0:
        return None
    return (one * two + sign * math.sqrt(root)) / below
