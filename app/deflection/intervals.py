"""Intervals for rates and their differences: pure functions on counts.

docs/deflection.md has every formula with a worked example. All intervals are two-sided; `level` is
their coverage, 0.95 unless said otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

LEVEL = 0.95
_PRIOR = (0.5, 4.5)
"""Where the always-valid interval looks first: rates about 10%. It is valid with any."""
_RESAMPLES = 2_000
_SEED = 20_240_229  # the same counts must give the same report


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
    one, two = wilson(*first), wilson(*second)
    if one is None or two is None:
        return None
    difference = one.value - two.value
    down = math.hypot(one.value - one.low, two.high - two.value)
    up = math.hypot(one.high - one.value, two.value - two.low)
    return Interval(difference, difference - down, difference + up)


def relative_reduction(treated: tuple[int, int], control: tuple[int, int]) -> Interval | None:
    """1 less the ratio of two rates; the ratio's limits by MOVER-R (Donner and Zou 2012).

    None where the control rate is 0, so that nothing can fall, or the limits do not exist.
    """
    one, two = wilson(*treated), wilson(*control)
    if one is None or two is None or two.value == 0:
        return None
    low = _ratio_limit(one.value, one.low, two.value, two.high, -1)
    high = _ratio_limit(one.value, one.high, two.value, two.low, +1)
    if low is None or high is None:
        return None
    return Interval(1 - one.value / two.value, 1 - high, 1 - low)


def always_valid(successes: int, trials: int, level: float = LEVEL) -> Interval | None:
    """An interval of a rate that holds at every moment one looks, however often one does.

    The rates that a beta-binomial mixture martingale has not ruled out (Robbins 1970); by Ville's
    inequality it ever rules out the true one with a chance of at most 1 - level.
    """
    if trials == 0:
        return None
    rate, limit = successes / trials, -math.log(1 - level)

    def ruled_out(guess: float) -> bool:
        return _log_martingale(successes, trials, guess) >= limit

    return Interval(rate, _edge(ruled_out, rate, 0.0), _edge(ruled_out, rate, 1.0))


def always_valid_difference(first: tuple[int, int], second: tuple[int, int]) -> Interval | None:
    """The difference of two rates, first less second, valid at every moment one looks.

    Each rate's interval errs with half the chance, so that both together err with the whole.
    """
    level = (1 + LEVEL) / 2
    one, two = always_valid(*first, level), always_valid(*second, level)
    if one is None or two is None:
        return None
    return Interval(one.value - two.value, one.low - two.high, one.high - two.low)


def bootstrap_ratio_difference(
    first: Mapping[tuple[int, int], int], second: Mapping[tuple[int, int], int]
) -> Interval | None:
    """The difference of two ratios of sums, first less second, by a bootstrap of clusters.

    Each mapping: (numerator, denominator) of a cluster -> how many clusters have these. Clusters
    are drawn whole (percentile method, Davison and Hinkley 1997, section 3.8), so that what one
    visitor does several times is not taken for several visitors' doing.
    """
    if not first or not second:
        return None
    drawn = _resample(first) - _resample(second)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(_ratio(first) - _ratio(second), float(low), float(high))


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
    rate: float, reduction: float, control_share: float, power: float = 0.8
) -> int | None:
    """Visitors, both arms together, to find that a rate falls by the share `reduction`.

    None where nothing can fall: a rate of 0 or 1, or no reduction.
    """
    lower = rate * (1 - reduction)
    if not 0 < rate < 1 or not 0 < reduction <= 1:
        return None
    spread = rate * (1 - rate) / control_share + lower * (1 - lower) / (1 - control_share)
    z = _z(LEVEL) + NormalDist().inv_cdf(power)
    return math.ceil(z * z * spread / (rate - lower) ** 2)


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def _ratio_limit(one: float, limit: float, two: float, other: float, sign: int) -> float | None:
    below = other * (2 * two - other)
    root = (one * two) ** 2 - limit * (2 * one - limit) * below
    if below == 0 or root < 0:
        return None
    return (one * two + sign * math.sqrt(root)) / below


def _log_martingale(successes: int, trials: int, guess: float) -> float:
    failures = trials - successes
    if (guess <= 0 and successes) or (guess >= 1 and failures):
        return math.inf
    a, b = _PRIOR
    mixture = _log_beta(a + successes, b + failures) - _log_beta(a, b)
    likelihood = (successes * math.log(guess) if successes else 0.0) + (
        failures * math.log1p(-guess) if failures else 0.0
    )
    return mixture - likelihood


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _edge(ruled_out: Callable[[float], bool], inside: float, outside: float) -> float:
    """Where the guesses begin to be ruled out, to twelve digits, on the way to `outside`."""
    if not ruled_out(outside):
        return outside
    for _ in range(40):
        middle = (inside + outside) / 2
        if ruled_out(middle):
            outside = middle
        else:
            inside = middle
    return outside


def _ratio(clusters: Mapping[tuple[int, int], int]) -> float:
    above = sum(pair[0] * count for pair, count in clusters.items())
    below = sum(pair[1] * count for pair, count in clusters.items())
    return above / below if below else 0.0


def _resample(clusters: Mapping[tuple[int, int], int]) -> npt.NDArray[np.float64]:
    pairs = np.array(sorted(clusters), dtype=float)
    counts = np.array([clusters[pair] for pair in sorted(clusters)], dtype=float)
    total = int(counts.sum())
    generator = np.random.default_rng(_SEED)
    drawn = generator.multinomial(total, counts / total, size=_RESAMPLES) @ pairs
    ratios = np.zeros(_RESAMPLES)
    np.divide(drawn[:, 0], drawn[:, 1], out=ratios, where=drawn[:, 1] > 0)
    return ratios
