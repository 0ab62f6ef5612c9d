"""Real effects by inverse propensity: against loops, and unbiased over every way chance could decide."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.learning.experiments import (
    difference_in_differences,
    effect_of,
    error_of_fit,
    without_covariate,
)
from doxa.learning.slopes import PRIOR, slope_of

numbers = st.floats(-5, 5).map(lambda value: round(value, 3))


def by_loops(
    y: np.ndarray, treated: np.ndarray, chance: np.ndarray, unit: np.ndarray
) -> tuple[float, float]:
    """The estimate and its standard error, written out person by person."""
    means = {}
    for arm in (True, False):
        rows = [i for i in range(len(y)) if treated[i] == arm]
        total = sum(1 / chance[i] for i in rows)
        means[arm] = sum(y[i] / chance[i] for i in rows) / total, total
    pull: dict[int, float] = {}
    for i in range(len(y)):
        mean, total = means[bool(treated[i])]
        sign = 1 if treated[i] else -1
        own = sign * (y[i] - mean) / chance[i] / total
        pull[int(unit[i])] = pull.get(int(unit[i]), 0.0) + own
    count = len(pull)
    variance = sum(value**2 for value in pull.values()) * count / (count - 1)
    return means[True][0] - means[False][0], float(np.sqrt(variance))


@given(st.integers(0, 10_000), st.integers(8, 30))
@settings(max_examples=40)
def test_effect_and_error_are_those_of_loops(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    unit = rng.integers(0, size // 2, size)
    treated = unit % 2 == 0
    treated[:2] = [True, False]
    y, chance = rng.normal(size=size), np.where(treated, 0.2, 0.7) + rng.random(size) / 10
    found = effect_of(y, treated, chance, unit)
    estimate, error = by_loops(y, treated, chance, unit)
    assert found.estimate == pytest.approx(estimate)
    if min(found.treated, found.control) >= 2:
        assert found.error == pytest.approx(error)


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=6, max_size=8), st.integers(2, 4))
@settings(max_examples=25, deadline=None)
def test_mean_over_all_ways_chance_could_decide_is_the_true_effect(
    people: list[tuple[float, float, float]], count: int
) -> None:
    """Everybody has an outcome under either arm; of those seen, the mean estimate is the truth."""
    on, off, _ = (np.array(column) for column in zip(*people, strict=True))
    size = len(people)
    found = []
    for chosen in combinations(range(size), count):
        treated = np.isin(np.arange(size), chosen)
        chance = np.where(treated, count / size, 1 - count / size)
        y = np.where(treated, on, off)
        found.append(effect_of(y, treated, chance, np.arange(size)).estimate)
    assert np.mean(found) == pytest.approx(float((on - off).mean()), abs=1e-9)


def test_interval_holds_the_truth_as_often_as_it_says_when_households_go_together() -> None:
    rng = np.random.default_rng(3)
    inside, narrower = [], []
    for _ in range(400):
        household = np.repeat(np.arange(150), 2)
        treated = (rng.random(150) < 0.3)[household]
        x = rng.normal(size=300)
        y = 0.4 * treated + x + rng.normal(size=150)[household] + rng.normal(size=300)
        chance = np.where(treated, 0.3, 0.7)
        plain = effect_of(y, treated, chance, household)
        left = effect_of(without_covariate(y, x, treated, chance), treated, chance, household)
        inside.append((plain.holds(0.4), left.holds(0.4)))
        narrower.append(left.error / plain.error)
    assert (np.mean(inside, axis=0) > 0.91).all()
    assert (np.mean(inside, axis=0) < 0.985).all()
    assert np.mean(narrower) == pytest.approx(np.sqrt(2 / 2.5 * 0.9), abs=0.08)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_a_covariate_that_says_nothing_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    treated = np.arange(20) % 3 == 0
    y, chance = rng.normal(size=20), np.where(treated, 1 / 3, 2 / 3)
    left = without_covariate(y, np.full(20, 0.3), treated, chance)
    np.testing.assert_allclose(left, y)


@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0.1, 5))
@settings(max_examples=25)
def test_a_covariate_counts_alike_in_whatever_unit_it_is(
    seed: int, shift: float, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    treated = rng.random(30) < 0.5
    treated[:2] = [True, False]
    x, chance = rng.normal(size=30), np.full(30, 0.5)
    y = x + rng.normal(size=30)
    one, other = (
        without_covariate(y, covariate, treated, chance) for covariate in (x, shift + scale * x)
    )
    np.testing.assert_allclose(one, other, atol=1e-8)


def test_error_of_fit_is_what_refits_scatter_by() -> None:
    """The effect read off a model with an intercept per arm scatters over draws of people as told."""
    rng = np.random.default_rng(7)
    estimates, errors = [], []
    for _ in range(300):
        x = rng.normal(size=400)
        treated = rng.random(400) < 0.25
        y = 1.0 * treated + 2 * x + rng.normal(size=400)
        design = np.column_stack([np.ones(400), treated, x])
        beta = np.linalg.lstsq(design, y, rcond=None)[0]
        estimates.append(beta[1])
        chance = np.where(treated, 0.25, 0.75)
        errors.append(error_of_fit(y, design @ beta, treated, chance, np.arange(400)))
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.12)


def test_difference_in_differences_takes_off_what_people_were_before() -> None:
    before = np.array([1.0, 2.0, 5.0, np.nan, 1.0])
    after = np.array([3.0, 4.0, 5.0, 9.0, 1.0])
    treated = np.array([True, True, False, True, False])
    found = difference_in_differences(before, after, treated, np.full(5, 0.5))
    assert (found.estimate, found.treated, found.control) == (2.0, 2, 2)


def test_slope_finds_how_much_too_large_simulations_are() -> None:
    """Simulated = 1.6 x what the experiments found, noise and all: the slope is 1 / 1.6."""
    rng = np.random.default_rng(1)
    real = rng.normal(0, 0.2, 60) + rng.normal(0, 0.02, 60)
    slope, error = slope_of(1.6 * real, real, np.full(60, 0.02))
    assert slope == pytest.approx(1 / 1.6, abs=0.01)
    assert error < 0.02


@given(st.lists(st.tuples(numbers, numbers, st.floats(0.1, 3)), max_size=6))
def test_slope_is_that_of_loops_and_lies_between_one_and_the_experiments(
    told: list[tuple[float, float, float]],
) -> None:
    simulated, real, error = np.array(told).reshape(-1, 3).T
    above = below = 1 / PRIOR**2
    for one, other, noise in told:
        above += one * other / noise**2
        below += one**2 / noise**2
    slope, own = slope_of(simulated, real, error)
    assert slope == pytest.approx(above / below)
    assert own <= PRIOR


@given(st.integers(0, 6), st.integers(0, 1000))
def test_few_or_weak_experiments_leave_the_slope_near_one(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, 0.01, count)
    slope, error = slope_of(effects, 3 * effects, np.full(count, 0.5))
    assert slope == pytest.approx(1.0, abs=0.05)
    assert error == pytest.approx(PRIOR, rel=0.1)
