"""Limits that hold however often one looks: confidence sequences for what two arms differ in.

Each arm weighs the evidence against a guess of its rate by a mixture martingale: how much likelier
what was counted is if the rate is drawn around the guess than if it is the guess (Robbins 1970).
The product of two independent martingales is one, too, so by Ville's inequality the true pair of
rates is ever ruled out with a chance of at most 1 - level. A difference stands as long as some pair
of rates that differ by it does. docs/deflection.md has the formulas with a worked example.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.deflection.intervals import LEVEL, Interval, dispersion, edge

WEIGHT = 500.0
"""Visitors, both arms together, that the mixture counts for. The limits hold with any that is fixed
beforehand; they are closest, compared with those of one look, at some five times as many."""
_GOLDEN = (math.sqrt(5) - 1) / 2
_STEPS = 30


class Counted(Protocol):
    """What was counted of one arm."""

    @property
    def rate(self) -> float:
        """As it was counted."""

    @property
    def highest(self) -> float:
        """No rate above this one can stand."""

    def evidence(self, guess: float) -> float:
        """The logarithm of the martingale against `guess`; infinite where it is impossible."""


@dataclass(frozen=True, slots=True)
class Senders:
    """Visitors who each did or did not: a beta-binomial mixture, exact whatever their number."""

    successes: int
    trials: int
    weight: float

    @property
    def rate(self) -> float:
        return self.successes / self.trials

    @property
    def highest(self) -> float:
        return 1.0

    def evidence(self, guess: float) -> float:
        failures = self.trials - self.successes
        if not 0 < guess < 1:
            return math.inf if (self.successes if guess <= 0 else failures) else 0.0
        a, b = self.weight * guess, self.weight * (1 - guess)
        mixed = _log_beta(a + self.successes, b + failures) - _log_beta(a, b)
        return mixed - self.successes * math.log(guess) - failures * math.log1p(-guess)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Things counted of visitors who are drawn whole: a gamma-Poisson mixture.

    Counts and exposure are divided by how much more they vary than single ones would (quasi-
    likelihood, Wedderburn 1974), so it holds as far as that is known: with few visitors, nearly.
    """

    count: float
    exposure: float
    weight: float

    @classmethod
    def make(cls, clusters: Mapping[tuple[int, int], int], weight: float) -> Clusters | None:
        """`clusters` as `clustered_rate` has them; None where nobody was exposed."""
        above, below = (sum(pair[part] * n for pair, n in clusters.items()) for part in (0, 1))
        if not below:
            return None
        # Where all did the same, nothing is known of how they vary, and each counts by itself.
        varies = dispersion(clusters) * below or 1.0
        return cls(above / varies, below / varies, weight / varies)

    @property
    def rate(self) -> float:
        return self.count / self.exposure

    @property
    def highest(self) -> float:
        # So far off that it is ruled out at any level anybody asks for, and still a number.
        return (4 * self.count + 40 * (1 + self.weight / self.exposure)) / self.exposure

    def evidence(self, guess: float) -> float:
        if guess <= 0:
            return math.inf if self.count else 0.0
        shape, rate = self.weight * guess, self.weight
        mixed = math.lgamma(shape + self.count) - math.lgamma(shape) + shape * math.log(rate)
        mixed -= (shape + self.count) * math.log(rate + self.exposure)
        return mixed + self.exposure * guess - self.count * math.log(guess)


def senders_difference(
    first: tuple[int, int],
    second: tuple[int, int],
    *,
    share: float,
    level: float = LEVEL,
) -> Interval | None:
    """Two arms' rates of (successes, trials), first less second; None where an arm is empty.

    `share`: of all visitors, how many the first arm was to have, as fixed beforehand.
    """
    if not first[1] or not second[1]:
        return None
    return difference(
        Senders(*first, WEIGHT * share), Senders(*second, WEIGHT * (1 - share)), level
    )


def clusters_difference(
    first: Mapping[tuple[int, int], int],
    second: Mapping[tuple[int, int], int],
    *,
    share: float,
    level: float = LEVEL,
) -> Interval | None:
    """The same of things counted per visitor, `clusters` as `clustered_rate` has them."""
    one = Clusters.make(first, WEIGHT * share)
    other = Clusters.make(second, WEIGHT * (1 - share))
    return None if one is None or other is None else difference(one, other, level)


def difference(first: Counted, second: Counted, level: float = LEVEL) -> Interval:
    """First less second: the differences that have not been ruled out."""

    def ruled_out(guess: float) -> bool:
        return evidence_against(first, second, guess) >= -math.log(1 - level)

    value = first.rate - second.rate
    low, high = edge(ruled_out, value, -second.highest), edge(ruled_out, value, first.highest)
    return Interval(value, low, high)


def evidence_against(first: Counted, second: Counted, difference: float) -> float:
    """The logarithm of the martingale against that pair of rates which stands best.

    It lies between each arm's own rate: beyond both, both grow. Found by golden section.
    """
    low, high = sorted((first.rate, second.rate + difference))
    low, high = max(low, difference, 0.0), min(high, second.highest + difference, first.highest)

    def joint(guess: float) -> float:
        return first.evidence(guess) + second.evidence(guess - difference)

    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = joint(left), joint(right)
    for _ in range(_STEPS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = joint(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = joint(right)
    return min(at_left, at_right)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
