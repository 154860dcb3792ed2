"""Intervals: published values, limits, and how often they hold the truth."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deflection.holdout import CONTROL, TREATMENT, Comparison
from app.deflection.intervals import (
    clustered_rate,
    difference,
    newcombe,
    relative_reduction,
    sample_ratio_p,
    smallest_effect,
    visitors_needed,
    wilson,
)

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def rounded(interval, digits=4):
    return tuple(round(each, digits) for each in (interval.low, interval.high))


@pytest.mark.parametrize(
    ("counts", "limits"),
    # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
    [
        ((81, 263), (0.2553, 0.3662)),
        ((15, 148), (0.0624, 0.1605)),
        ((0, 20), (0.0, 0.1611)),
        ((1, 29), (0.0061, 0.1718)),
    ],
)
def test_the_rate_of_published_examples(counts, limits):
    assert rounded(wilson(*counts)) == limits


@pytest.mark.parametrize(
    ("first", "second", "limits"),
    # Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10.
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
    ],
)
def test_the_difference_of_published_examples(first, second, limits):
    assert rounded(newcombe(first, second)) == limits


@given(COUNTS, COUNTS)
def test_an_interval_holds_its_estimate_and_turns_with_its_arms(first, second):
    one, other = newcombe(first, second), newcombe(second, first)
    assert -1 <= one.low <= one.value <= one.high <= 1
    assert math.isclose(one.low, -other.high, abs_tol=1e-12)
    rate = wilson(*first)
    assert 0 <= rate.low <= rate.value <= rate.high <= 1


def test_the_reduction_is_one_less_the_ratio():
    found = relative_reduction((56, 700), (80, 800))
    assert found.value == pytest.approx(0.2)
    # Katz's interval of the logarithm, a textbook approximation, is near at these counts.
    spread = 1.96 * math.sqrt(1 / 56 - 1 / 700 + 1 / 80 - 1 / 800)
    assert found.low == pytest.approx(1 - 0.8 * math.exp(spread), abs=0.01)
    assert found.high == pytest.approx(1 - 0.8 * math.exp(-spread), abs=0.01)


@pytest.mark.parametrize(
    "nothing",
    [
        wilson(0, 0),
        newcombe((0, 0), (1, 2)),
        relative_reduction((1, 10), (0, 10)),
        clustered_rate({}),
        clustered_rate({(0, 0): 3}),
        difference(clustered_rate({}), wilson(1, 2)),
        smallest_effect(0.1, 0, 5),
        visitors_needed(0.0, 0.2, 0.1),
        visitors_needed(0.1, 0.0, 0.1),
    ],
)
def test_of_nothing_nothing_is_said(nothing):
    assert nothing is None


@pytest.mark.parametrize("rates", [(0.005, 0.005), (0.02, 0.01), (0.2, 0.14), (0.05, 0.05)])
def test_nineteen_of_twenty_intervals_hold_the_true_difference(rates):
    draw = np.random.default_rng(3)
    sizes = (1_000, 9_000)
    drawn = [draw.binomial(size, rate, 2_000) for size, rate in zip(sizes, rates, strict=True)]
    held = 0
    for control, treated in zip(*drawn, strict=True):
        found = newcombe((int(control), sizes[0]), (int(treated), sizes[1]))
        held += found.low <= rates[0] - rates[1] <= found.high
    assert 0.935 <= held / 2_000 <= 0.975


def missed(interval, truth):
    return not interval.low <= truth <= interval.high


def test_visitors_who_do_everything_twice_do_not_make_it_surer():
    chance = random.Random(1)
    once = [Counter((int(chance.random() < rate), 1) for _ in range(2_000)) for rate in (0.3, 0.2)]
    twice = [Counter({(2 * a, 2 * b): n for (a, b), n in each.items()}) for each in once]
    narrow, wide = (difference(*map(clustered_rate, each)) for each in (once, twice))
    assert wide == narrow
    assert rounded(wide, 2) == rounded(newcombe(*map(as_rate, once)), 2)


def test_a_clustered_rate_is_the_score_interval_of_a_count_where_everybody_counts_once():
    # With 0 or 1 tickets a visitor the dispersion is (1 - rate) n / (n - 1) / n.
    found = clustered_rate({(1, 1): 40, (0, 1): 960})
    g = 1.959964**2 * (0.96 / 999)
    low, high = (0.04 + g / 2 + sign * math.sqrt(0.04 * g + g * g / 4) for sign in (-1, 1))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6)


@pytest.mark.parametrize("visitors", [1, 50, 1000])
def test_where_nobody_sent_a_ticket_the_upper_limit_shrinks_with_the_episodes(visitors):
    found = clustered_rate({(0, 3): visitors})
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(1.959964**2 / (3 * visitors), rel=1e-6)


@pytest.mark.parametrize("sizes", [(400, 3_600), (2_000, 2_000)])
@pytest.mark.parametrize("rate", [0.005, 0.05, 0.2])
def test_of_clustered_visitors_19_of_20_intervals_hold_the_truth(sizes, rate):
    """A small edition of `scripts/bench intervals`, with its visitors."""
    draw = np.random.default_rng(4)
    held = np.zeros(2)
    truth = rate * 0.3
    for _ in range(400):
        arms = [
            simulate_arm(draw, size, each)
            for size, each in zip(sizes, (rate, rate * 0.7), strict=True)
        ]
        per_episode = difference(*(clustered_rate(arm) for arm in arms))
        per_visitor = difference(*(clustered_rate(by_visitor(arm)) for arm in arms))
        held += [not missed(per_episode, truth), not missed(per_visitor, truth * MEAN_EPISODES)]
    # Outside come about one in a thousand where 95% hold it.
    assert all(0.915 <= share <= 0.985 for share in held / 400)


def test_of_few_who_send_again_and_again_19_of_20_intervals_hold_the_truth():
    """One in a hundred writes, half of them three times: control has some four senders."""
    draw, held = np.random.default_rng(8), 0
    for _ in range(500):
        drawn = [draw.multinomial(size, [0.99, 0.005, 0, 0.005]) for size in (400, 3_600)]
        arms = [{(t, 1): int(n) for t, n in enumerate(counts)} for counts in drawn]
        found = Comparison.make(dict(zip((CONTROL, TREATMENT), arms, strict=True)))
        held += not missed(found.difference, 0.0)
    assert held / 500 >= 0.935


MEAN_EPISODES = 1 / 0.6


def simulate_arm(draw, visitors, rate):
    """Visitors differ in how often they need help and in how readily they write."""
    episodes = draw.geometric(1 / MEAN_EPISODES, visitors)
    tickets = draw.binomial(episodes, draw.beta(10 * rate, 10 * (1 - rate), visitors))
    pairs, counts = np.unique(100 * tickets + episodes, return_counts=True)
    return {divmod(pair, 100): n for pair, n in zip(pairs.tolist(), counts.tolist(), strict=True)}


def by_visitor(arm):
    counted = Counter()
    for (tickets, _), visitors in arm.items():
        counted[tickets, 1] += visitors
    return counted


def as_rate(clusters):
    return sum(n for (a, _), n in clusters.items() if a), sum(clusters.values())


def test_arms_that_are_too_uneven_are_noticed_and_chance_is_not():
    assert sample_ratio_p(9_000, 1_000, 0.1) == 1.0
    assert sample_ratio_p(9_050, 950, 0.1) > 0.05
    assert sample_ratio_p(9_200, 800, 0.1) < 0.001
    # scipy.stats.chisquare([950, 9050], [1000, 9000]).pvalue
    assert sample_ratio_p(9_050, 950, 0.1) == pytest.approx(0.0955807, abs=1e-6)


def test_an_experiment_of_the_size_advised_finds_the_effect_four_times_in_five():
    needed = visitors_needed(0.1, 0.3, 0.2)
    control, treated = needed // 5, needed - needed // 5
    assert smallest_effect(0.1, treated, control) == pytest.approx(0.03, rel=0.1)
    draw = np.random.default_rng(2)
    found = [
        newcombe((int(c), control), (int(t), treated)).low > 0
        for c, t in zip(
            draw.binomial(control, 0.1, 800), draw.binomial(treated, 0.07, 800), strict=True
        )
    ]
    assert 0.75 <= sum(found) / 800 <= 0.86
