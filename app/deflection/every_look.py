"""Limits that hold however often one looks: confidence sequences for what two arms differ in.

Each arm weighs the evidence against a guess of its rate by a mixture martingale: how much likelier
what was counted is if the rate is drawn around the guess than if it is the guess (Robbins 1970).
The product of two independent martingales is one, too, so by Ville's inequality the true pair of
rates is ever ruled out with a chance of at most 1 - level. A difference stands as long as some pair
of rates that differ by it does. docs/deflection.md has the formulas with a worked example.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.deflection.intervals import (
    LEVEL,
    Interval,
    Visitors,
    edge,
    steadied_variation,
    sums,
    together,
)

Rate = tuple[int, int]
"""(successes, trials)"""
WEIGHT = 500.0
"""Visitors, both arms together, that the mixture counts for. The limits hold with any that is fixed
beforehand; they are closest, compared with those of one look, at some five times as many."""
_GOLDEN = (math.sqrt(5) - 1) / 2
_STEPS = 30
_RISES = tuple(-(4.0**power) for power in range(11))
"""Down to a rise to a million times as much."""


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
    likelihood, Wedderburn 1974), so it holds as far as that is known: with few tickets, nearly.
    """

    count: float
    exposure: float
    weight: float

    @classmethod
    def make(cls, clusters: Visitors, weight: float, varies: float) -> Clusters:
        """`varies`: how much more. Somebody must have been exposed."""
        above, below = sums(clusters)
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


@dataclass(frozen=True, slots=True)
class Pair:
    """Two arms, whose evidence is weighed together."""

    first: Counted
    second: Counted
    level: float = LEVEL

    @classmethod
    def of_senders(
        cls, first: Rate, second: Rate, *, share: float, level: float = LEVEL
    ) -> Pair | None:
        """Arms of (successes, trials); None where one is empty.

        `share`: of all visitors, how many the first arm was to have, as fixed beforehand.
        """
        if not first[1] or not second[1]:
            return None
        one, other = Senders(*first, WEIGHT * share), Senders(*second, WEIGHT * (1 - share))
        return cls(one, other, level)

    @classmethod
    def of_clusters(
        cls, first: Visitors, second: Visitors, *, share: float, level: float = LEVEL
    ) -> Pair | None:
        """The same of things counted per visitor, as `clustered_rate` has them.

        How much visitors of an arm vary is steadied by the other arm (`steadied_variation`).
        """
        if not all(sums(arm)[1] for arm in (first, second)):
            return None
        both = together(first, second)
        one = Clusters.make(first, WEIGHT * share, steadied_variation(first, both))
        other = Clusters.make(second, WEIGHT * (1 - share), steadied_variation(second, both))
        return cls(one, other, level)

    def difference(self) -> Interval:
        """First less second: the differences that have not been ruled out."""
        first, second = self.first, self.second
        value = first.rate - second.rate
        low = edge(self._excludes(self.against_difference), value, -second.highest)
        high = edge(self._excludes(self.against_difference), value, first.highest)
        return Interval(value, low, high)

    def reduction(self) -> Interval | None:
        """1 less the ratio of second to first.

        None where the first is 0, so that nothing can fall, or no rise is too large to stand: of a
        single success nobody knows how rare it is.
        """
        if not self.first.rate:
            return None
        excluded = self._excludes(self.against_reduction)
        value = 1 - self.second.rate / self.first.rate
        lowest = next((each for each in _RISES if each < value and excluded(each)), None)
        if lowest is None:
            return None
        return Interval(value, edge(excluded, value, lowest), edge(excluded, value, 1.0))

    def against_difference(self, difference: float) -> float:
        """The logarithm of the martingale against that pair of rates which differs by so much and
        stands best."""
        first, second = self.first, self.second
        low, high = sorted((first.rate, second.rate + difference))
        low = max(low, difference, 0.0)
        high = min(high, second.highest + difference, first.highest)
        return _least(lambda guess: self._joint(guess, guess - difference), low, high)

    def against_reduction(self, reduction: float) -> float:
        """The same of the pairs whose second rate is less than the first by this share of it."""
        left = 1 - reduction
        if left <= 0:
            return self.second.evidence(0.0) + min(0.0, self.first.evidence(self.first.rate))
        low, high = sorted((self.first.rate, self.second.rate / left))
        high = min(high, self.second.highest / left, self.first.highest)
        return _least(lambda guess: self._joint(guess, guess * left), low, high)

    def _joint(self, first: float, second: float) -> float:
        return self.first.evidence(first) + self.second.evidence(second)

    def _excludes(self, against: Callable[[float], float]) -> Callable[[float], bool]:
        limit = -math.log(1 - self.level)
        return lambda guess: against(guess) >= limit


def _least(weigh: Callable[[float], float], low: float, high: float) -> float:
    """The least of what falls and then rises, by golden section.

    Evidence lies between what the two arms show: beyond both, both grow.
    """
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = weigh(left), weigh(right)
    for _ in range(_STEPS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = weigh(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = weigh(right)
    return min(at_left, at_right)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
