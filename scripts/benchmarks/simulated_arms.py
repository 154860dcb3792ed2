"""Arms of simulated experiments, whose visitors' chances are known.

Visitors differ: in how often they need help (geometric, 1.67 episodes on average) and in how
readily they write (a beta distribution around the rate), so tickets come in clusters. What happens
to one visitor is drawn from the exact distribution of (tickets, episodes) that follows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

_MOST_EPISODES = 16
_GOES_ON = 0.4
_ALIKE = 10.0

Arm = dict[tuple[int, int], int]
"""(tickets, episodes) of a visitor -> how many visitors have these."""
Law = dict[tuple[int, int], float]
"""The chance of each such visitor."""


def visitor_law(rate: float) -> Law:
    """The chance that a visitor has so many tickets and episodes: beta-binomial over geometric."""
    a, b = _ALIKE * rate, _ALIKE * (1 - rate)
    return {
        (tickets, episodes): chance * _beta_binomial(tickets, episodes, a, b)
        for episodes, chance in _episodes()
        for tickets in range(episodes + 1)
    }


def heavy_law(rate: float) -> Law:
    """One episode each, and half of those who send a ticket send three."""
    return {(0, 1): 1 - rate, (1, 1): rate / 2, (3, 1): rate / 2}


def simulate(law: Law, visitors: int, experiments: int, draw: np.random.Generator) -> Iterator[Arm]:
    """One arm of each experiment."""
    pairs = list(law)
    counts = draw.multinomial(visitors, np.array([law[pair] for pair in pairs]), experiments)
    for row in counts:
        yield {pairs[place]: int(row[place]) for place in np.flatnonzero(row)}


def arrive(law: Law, daily: int, days: int, draw: np.random.Generator) -> list[Arm]:
    """One arm as it is at the end of each day, each visitor counted once."""
    most = max(tickets for tickets, _ in law)
    chances = np.zeros(most + 1)
    for (tickets, _), chance in law.items():
        chances[tickets] += chance
    came = draw.multinomial(daily, chances / chances.sum(), days).cumsum(axis=0)
    return [{(int(n), 1): int(day[n]) for n in np.flatnonzero(day)} for day in came]


def mean_tickets(law: Law) -> float:
    """How many tickets a visitor sends on average."""
    return sum(tickets * chance for (tickets, _), chance in law.items())


def mean_episodes(law: Law) -> float:
    """How often a visitor needs help on average."""
    return sum(episodes * chance for (_, episodes), chance in law.items())


def share_of_senders(law: Law) -> float:
    """The chance that a visitor sends a ticket."""
    return sum(chance for (tickets, _), chance in law.items() if tickets)


def _episodes() -> list[tuple[int, float]]:
    raw = [(n, (1 - _GOES_ON) * _GOES_ON ** (n - 1)) for n in range(1, _MOST_EPISODES + 1)]
    total = sum(chance for _, chance in raw)
    return [(n, chance / total) for n, chance in raw]


def _beta_binomial(successes: int, trials: int, a: float, b: float) -> float:
    ways = math.comb(trials, successes)
    return ways * math.exp(_log_beta(successes + a, trials - successes + b) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
