"""Qini and the value of policies, against loops over people and against all orders of ties."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.fidelity.resampling import Resamples
from doxa.fidelity.targeting import Trial, chosen_share, qini, value_of, values_of


def made(seed: int, size: int) -> tuple[Trial, np.ndarray]:
    rng = np.random.default_rng(seed)
    treated = rng.random(size) < 0.4
    treated[:2] = [True, False]
    uplift = rng.normal(size=size)
    y = (rng.random(size) < np.where(treated, 0.4 + 0.1 * uplift, 0.3)).astype(float)
    return Trial(y, treated, np.where(treated, 1 / 0.4, 1 / 0.6)), uplift


def qini_by_loops(trial: Trial, uplift: np.ndarray) -> float:
    """The curve point by point: who is treated first, then the next, and so on."""
    order = sorted(range(len(uplift)), key=lambda i: -uplift[i])
    points = [(0.0, 0.0)]
    whole = sum(trial.weight)
    for count in range(1, len(order) + 1):
        top = order[:count]
        on = [i for i in top if trial.treated[i]]
        off = [i for i in top if not trial.treated[i]]
        share = sum(trial.weight[i] for i in top) / whole
        apart = 0.0
        if on and off:
            apart = sum(trial.y[i] * trial.weight[i] for i in on) / sum(
                trial.weight[i] for i in on
            ) - sum(trial.y[i] * trial.weight[i] for i in off) / sum(trial.weight[i] for i in off)
        points.append((share, share * apart))
    area = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        area += (x1 - x0) * (y0 + y1) / 2
    return area - points[-1][1] / 2


@given(st.integers(0, 10_000), st.integers(3, 40))
@settings(max_examples=50)
def test_qini_is_that_of_loops(seed: int, size: int) -> None:
    trial, uplift = made(seed, size)
    assert qini(trial, uplift) == [pytest.approx(qini_by_loops(trial, uplift))]


@given(st.integers(0, 10_000), st.integers(3, 60))
def test_a_forecast_that_tells_nobody_apart_is_as_good_as_chance(seed: int, size: int) -> None:
    trial, _ = made(seed, size)
    assert qini(trial, np.zeros(size)) == [pytest.approx(0.0, abs=1e-12)]


@given(st.integers(0, 10_000))
def test_order_is_all_that_counts(seed: int) -> None:
    trial, uplift = made(seed, 30)
    assert qini(trial, uplift) == pytest.approx(qini(trial, np.exp(3 * uplift)))


def test_qini_finds_who_gains_and_its_interval_holds_the_truth() -> None:
    """Half the people gain .4, the others nothing: treating them first gains .2 / 4 over chance."""
    rng = np.random.default_rng(2)
    size = 40_000
    gains = rng.random(size) < 0.5
    treated = rng.random(size) < 0.5
    y = (rng.random(size) < 0.3 + 0.4 * gains * treated).astype(float)
    trial = Trial(y, treated, np.full(size, 2.0))
    found, low, high = qini(trial, gains.astype(float), Resamples(np.arange(size), draws=100))
    assert low <= 0.05 <= high
    assert found == pytest.approx(0.05, abs=0.005)
    backwards = qini(trial, -gains.astype(float), Resamples(np.arange(size), draws=100))
    assert backwards[2] < 0


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=2, max_size=6), st.floats(0.05, 0.95))
@settings(max_examples=40)
def test_chosen_share_is_the_mean_over_all_orders_of_ties(
    uplift: list[float], share: float
) -> None:
    told = np.array(uplift)
    size = len(told)
    total = np.zeros(size)
    orders = [
        order
        for order in permutations(range(size))
        if all(told[one] >= told[two] for one, two in pairwise(order))
    ]
    for order in orders:
        left = share * size
        for place in order:
            total[place] += min(max(left, 0.0), 1.0)
            left -= 1.0
    np.testing.assert_allclose(chosen_share(told, np.ones(size), share), total / len(orders))


def test_value_of_a_policy_is_what_following_it_would_bring() -> None:
    """With both outcomes of everybody known, the estimate lies near the truth, biased logs or not."""
    rng = np.random.default_rng(5)
    size = 60_000
    x = rng.random(size)
    chance = 0.2 + 0.6 * x
    treated = rng.random(size) < chance
    on, off = 0.3 + 0.4 * x, np.full(size, 0.4)
    y = (rng.random(size) < np.where(treated, on, off)).astype(float)
    trial = Trial(y, treated, 1 / np.where(treated, chance, 1 - chance))
    policy = chosen_share(x, np.ones(size), 0.3)
    truth = float((policy * on + (1 - policy) * off).mean())
    assert value_of(trial, policy) == pytest.approx(truth, abs=0.01)
    own, pairs = values_of(
        trial,
        {"by x": policy, "random": np.full(size, 0.3)},
        Resamples(np.arange(size), draws=100),
    )
    assert own["by x"][1] <= truth <= own["by x"][2]
    gained = truth - float((0.3 * on + 0.7 * off).mean())
    low, high = pairs["by x", "random"][1:]
    assert 0 < low <= gained <= high
    assert high - low < own["by x"][2] - own["random"][1]


def test_value_by_loops() -> None:
    trial, uplift = made(4, 12)
    policy = chosen_share(uplift, trial.weight, 0.5)
    above = below = 0.0
    for place in range(12):
        follows = policy[place] if trial.treated[place] else 1 - policy[place]
        above += trial.y[place] * trial.weight[place] * follows
        below += trial.weight[place] * follows
    assert value_of(trial, policy) == pytest.approx(above / below)
