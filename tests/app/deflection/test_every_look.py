"""Limits for every look: the martingales behind them, their extent, and how often they hold."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deflection.every_look import (
    Clusters,
    Pair,
    Senders,
)
from app.deflection.intervals import clustered_rate, difference, newcombe

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
RULED_OUT = -math.log(0.05)


def senders(first, second, *, share):
    return Pair.of_senders(first, second, share=share).difference()


def clusters(first, second, *, share):
    return Pair.of_clusters(first, second, share=share).difference()


@pytest.mark.parametrize(("rate", "trials"), [(0.02, 50), (0.1, 200), (0.9, 30)])
def test_nobody_expects_evidence_against_the_truth_of_senders(rate, trials):
    chances = [
        math.comb(trials, n) * rate**n * (1 - rate) ** (trials - n) for n in range(trials + 1)
    ]
    factors = [math.exp(Senders(n, trials, 50.0).evidence(rate)) for n in range(trials + 1)]
    assert sum(map(math.prod, zip(chances, factors, strict=True))) == pytest.approx(1)


def test_nobody_expects_evidence_against_the_truth_of_counts():
    rate, exposure = 0.3, 40
    chance, expected = math.exp(-rate * exposure), 0.0
    for count in range(200):
        expected += chance * math.exp(Clusters(count, exposure, 50.0).evidence(rate))
        chance *= rate * exposure / (count + 1)
    assert expected == pytest.approx(1)


def test_evidence_is_the_mean_likelihood_of_rates_around_the_guess():
    guess, weight = 0.1, 40.0
    rates = (np.arange(200_000) + 0.5) / 200_000
    log_prior = (weight * guess - 1) * np.log(rates) + (weight * 0.9 - 1) * np.log1p(-rates)
    prior = np.exp(log_prior - log_prior.max())
    likelihood = (rates / guess) ** 7 * ((1 - rates) / (1 - guess)) ** 23
    mean = (prior * likelihood).sum() / prior.sum()
    assert Senders(7, 30, weight).evidence(guess) == pytest.approx(math.log(mean), rel=1e-6)


@given(COUNTS, COUNTS, st.sampled_from([0.05, 0.2, 0.5]))
def test_it_holds_the_estimate_turns_with_its_arms_and_is_never_narrower(first, second, share):
    once, always = newcombe(first, second), senders(first, second, share=share)
    turned = senders(second, first, share=1 - share)
    assert -1 <= always.low <= always.value <= always.high <= 1
    assert (turned.low, turned.high) == pytest.approx((-always.high, -always.low), abs=1e-6)
    assert always.high - always.low >= once.high - once.low


@given(COUNTS, COUNTS)
def test_the_limits_are_where_the_best_pair_of_rates_is_ruled_out(first, second):
    arms = Senders(*first, 250.0), Senders(*second, 250.0)
    found = senders(first, second, share=0.5)
    for limit, outside in ((found.low, -1), (found.high, 1)):
        if abs(limit) < 1:
            assert Pair(*arms).against_difference(limit) == pytest.approx(RULED_OUT, abs=1e-3)
        # No pair on a grid stands better than the one that was found.
        beyond = limit + outside * 0.01
        grid = np.linspace(max(0, beyond), min(1, 1 + beyond), 203)[1:-1] if abs(beyond) < 1 else []
        assert all(
            arms[0].evidence(p) + arms[1].evidence(p - beyond) >= RULED_OUT - 1e-6 for p in grid
        )


@given(COUNTS.filter(lambda counts: counts[0] > 0), COUNTS)
def test_the_reduction_ends_where_the_best_pair_of_rates_is_ruled_out(first, second):
    pair = Pair.of_senders(first, second, share=0.5)
    found, difference = pair.reduction(), pair.difference()
    if found is None:  # so few that no rise is too large
        assert first[0] < 5
        return
    assert found.low <= found.value <= found.high <= 1
    for limit in (found.low, found.high):
        if limit < 1:
            assert pair.against_reduction(limit) == pytest.approx(RULED_OUT, abs=1e-3)
    # Both say alike whether there is an effect at all.
    assert (found.low > 0) is (difference.low > 0)
    assert (found.high < 0) is (difference.high < 0)


def test_visitors_who_send_twice_make_it_wider_than_twice_as_many_visitors():
    share = {"share": 0.2}
    twice = clusters({(2, 1): 40, (0, 1): 460}, {(2, 1): 80, (0, 1): 1920}, **share)
    many = clusters({(1, 1): 80, (0, 1): 420}, {(1, 1): 160, (0, 1): 1840}, **share)
    assert twice.value == pytest.approx(many.value) == pytest.approx(0.08)
    assert twice.low < many.low < many.high < twice.high


def test_of_single_tickets_it_is_nearly_what_it_is_of_senders():
    counts = clusters({(1, 1): 40, (0, 1): 960}, {(1, 1): 20, (0, 1): 980}, share=0.5)
    exact = senders((40, 1000), (20, 1000), share=0.5)
    assert (counts.low, counts.high) == pytest.approx((exact.low, exact.high), abs=0.003)


def test_of_nothing_nothing_is_said():
    assert Pair.of_senders((0, 0), (1, 2), share=0.5) is None
    assert Pair.of_clusters({}, {(1, 1): 2}, share=0.5) is None
    assert Pair.of_senders((0, 10), (1, 10), share=0.5).reduction() is None
    assert Pair.of_senders((1, 1000), (30, 1000), share=0.5).reduction() is None


def test_no_ticket_at_all_still_has_limits():
    found = clusters({(0, 1): 100}, {(0, 1): 900}, share=0.1)
    assert found.low < 0 == found.value < found.high < 0.1


def test_looking_every_day_it_still_holds_the_truth():
    draw = np.random.default_rng(5)
    truth, wrong, wrong_once = 0.04 - 0.03, 0, 0
    for _ in range(150):
        control = np.cumsum(draw.binomial(10, 0.04, 60))
        treated = np.cumsum(draw.binomial(90, 0.03, 60))
        looks = [
            ((int(c), 10 * day), (int(t), 90 * day))
            for day, (c, t) in enumerate(zip(control, treated, strict=True), start=1)
        ]
        wrong += any(against(look, truth) >= RULED_OUT for look in looks)
        wrong_once += any(missed(newcombe(*look), truth) for look in looks)
    assert wrong / 150 <= 0.05
    assert wrong_once / 150 > 0.10  # why the other one is there


def against(look, truth):
    return Pair(Senders(*look[0], 50.0), Senders(*look[1], 450.0)).against_difference(truth)


def test_looking_every_day_at_clustered_tickets_it_still_holds_the_truth():
    """Who writes at all writes up to four times, as no interval for single tickets expects."""
    draw = np.random.default_rng(6)
    wrong = wrong_once = 0
    for _ in range(150):
        daily = [
            draw.multinomial(size, [1 - rate, rate / 2, 0, 0, rate / 2], 60).cumsum(axis=0)
            for size, rate in ((20, 0.05), (80, 0.03))
        ]
        looks = [[{(t, 1): int(n) for t, n in enumerate(arm[day]) if n} for arm in daily]
                 for day in range(60)]  # fmt: skip
        truth = 2.5 * (0.05 - 0.03)
        wrong += any(
            Pair.of_clusters(*look, share=0.2).against_difference(truth) >= RULED_OUT
            for look in looks
        )
        wrong_once += any(missed(difference(*map(clustered_rate, look)), truth) for look in looks)
    assert wrong / 150 <= 0.05
    assert wrong_once / 150 > 0.10


def test_a_small_arms_few_senders_do_not_hide_that_others_send_again():
    """One in a hundred writes, half of them three times, and one in ten visitors is in control."""
    draw = np.random.default_rng(7)
    wrong = 0
    for _ in range(150):
        daily = [draw.multinomial(size, [0.99, 0.005, 0, 0.005], 60).cumsum(axis=0)
                 for size in (15, 135)]  # fmt: skip
        looks = [[{(t, 1): int(n) for t, n in enumerate(arm[day]) if n} for arm in daily]
                 for day in range(60)]  # fmt: skip
        wrong += any(
            Pair.of_clusters(*look, share=0.1).against_difference(0.0) >= RULED_OUT
            for look in looks
        )
    assert wrong / 150 <= 0.05


def test_an_arm_without_senders_proves_nothing_against_one_whose_senders_repeat():
    control, treated = {(0, 1): 300}, {(0, 1): 5644, (1, 1): 28, (3, 1): 28}
    assert clusters(control, treated, share=0.05).high > 0


def missed(interval, truth):
    return not interval.low <= truth <= interval.high
