"""Scores of simulated paths against brute force, another library, and futures whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from doxa.fidelity.paths import (
    autocorrelation,
    covered_by_paths,
    covered_cohorts,
    crps_of_paths,
    energy_score,
    pit_of_paths,
    products,
    ratio_of_products,
    spread_ratio,
    total_error,
)
from doxa.fidelity.pit import inside

NUMBERS = st.floats(-100, 100).map(lambda x: round(x, 2))
FEW = settings(max_examples=25, deadline=None)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def test_where_a_count_falls_is_even_when_it_is_one_more_draw():
    drawn = rng().poisson(1.5, (40_000, 8)).astype(float)
    u = pit_of_paths(drawn[:, 1:], drawn[:, 0], rng(2))
    shares = np.bincount((u * 10).astype(int), minlength=10) / len(u)
    assert np.abs(shares - 0.1).max() < 0.006
    assert inside(u, 0.8).mean() == pytest.approx(0.8, abs=0.008)


def test_coverage_of_a_count_that_is_not_randomised_would_be_too_high():
    drawn = rng().poisson(1.5, (5_000, 201)).astype(float)
    low, high = np.quantile(drawn[:, 1:], [0.1, 0.9], axis=1)
    y = drawn[:, 0]
    assert ((low <= y) & (y <= high)).mean() > 0.86
    assert inside(pit_of_paths(drawn[:, 1:], y, rng(2)), 0.8).mean() == pytest.approx(0.8, abs=0.02)


@FEW
@given(arrays(float, (3, 5), elements=NUMBERS), arrays(float, 3, elements=NUMBERS))
def test_u_lies_between_the_ranks(drawn, y):
    u = pit_of_paths(drawn, y, rng())
    assert ((drawn < y[:, None]).sum(1) / 6 <= u).all()
    assert (u <= ((drawn <= y[:, None]).sum(1) + 1) / 6).all()


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_coverage_is_that_of_very_many_random_ranks(share):
    drawn = rng(3).poisson(2, (40, 13)).astype(float)
    y = rng(4).poisson(2, 40).astype(float)
    many = [inside(pit_of_paths(drawn, y, rng(seed)), share) for seed in range(4_000)]
    told = covered_by_paths(drawn, y, share)
    np.testing.assert_allclose(told, np.mean(many, axis=0), atol=0.04)
    assert told.mean() == pytest.approx(np.mean(many), abs=0.004)


@FEW
@given(arrays(float, (4, 6), elements=NUMBERS), arrays(float, 4, elements=NUMBERS))
def test_crps_is_that_of_another_library(drawn, y):
    theirs = scoringrules.crps_ensemble(y, drawn, estimator="fair")
    np.testing.assert_allclose(crps_of_paths(drawn, y), theirs, atol=1e-9)


@FEW
@given(arrays(float, (3, 6, 2), elements=NUMBERS), arrays(float, (3, 2), elements=NUMBERS))
def test_the_energy_score_is_that_of_another_library(drawn, y):
    theirs = scoringrules.es_ensemble(y, drawn, estimator="fair")
    np.testing.assert_allclose(energy_score(drawn, y), theirs, atol=1e-9)


@FEW
@given(arrays(float, (3, 6), elements=NUMBERS), arrays(float, 3, elements=NUMBERS))
def test_of_one_horizon_the_energy_score_is_the_crps(drawn, y):
    np.testing.assert_allclose(
        energy_score(drawn[:, :, None], y[:, None]), crps_of_paths(drawn, y), atol=1e-9
    )


def test_one_path_alone_is_off_by_its_distance():
    assert crps_of_paths(np.array([[1.0]]), np.array([3.0])).tolist() == [2.0]
    assert energy_score(np.array([[[0.0, 0.0]]]), np.array([[3.0, 4.0]])).tolist() == [5.0]


def test_paths_of_the_truth_score_best():
    y = rng(1).normal(0, 1, 4_000)
    losses = [
        crps_of_paths(rng(2).normal(shift, wide, (4_000, 50)), y).mean()
        for shift, wide in ((0, 1), (0.5, 1), (0, 2), (0, 0.5))
    ]
    assert min(losses) == losses[0]
    assert losses[0] == pytest.approx(1 / np.sqrt(np.pi), rel=0.02)


def test_a_vector_is_judged_together():
    """Right at each horizon, but another life at each: the energy score sees it, the CRPS cannot."""
    whole = rng().normal(size=(3_000, 41, 1)) * np.ones(2)
    torn = np.stack([whole[:, 1:, 0], np.roll(whole[:, 1:, 1], 1, axis=1)], axis=2)
    y = whole[:, 0]
    assert crps_of_paths(torn[:, :, 1], y[:, 1]) == pytest.approx(
        crps_of_paths(whole[:, 1:, 1], y[:, 1])
    )
    assert energy_score(whole[:, 1:], y).mean() < energy_score(torn, y).mean() - 0.02


def test_the_spread_is_that_of_one_path_per_person():
    mean, chance = rng(1).normal(0, 3, (4_000, 1)), rng(2).normal(0, 4, (4_000, 31))
    drawn = mean + chance
    assert spread_ratio(drawn[:, 1:], drawn[:, 0]) == pytest.approx(1, abs=0.03)
    means = np.repeat(drawn[:, 1:].mean(axis=1, keepdims=True), 30, axis=1)
    assert spread_ratio(means, drawn[:, 0]) == pytest.approx(np.sqrt(9 + 16 / 30) / 5, abs=0.03)
    brute = np.mean([np.std(drawn[:, 1 + path]) for path in range(30)]) / np.std(drawn[:, 0])
    assert spread_ratio(drawn[:, 1:], drawn[:, 0]) == pytest.approx(brute)


def test_people_who_do_not_differ_have_no_spread_to_reach():
    assert np.isnan(spread_ratio(np.ones((3, 2)), np.ones(3)))
    assert np.isnan(total_error(np.ones((3, 2)), np.zeros(3)))


@FEW
@given(arrays(float, (3, 4), elements=NUMBERS), st.floats(-0.5, 2).map(lambda x: round(x, 3)))
def test_a_total_is_off_by_what_every_path_is(drawn, share):
    y = np.abs(drawn.mean(axis=1)) + 1
    off = np.repeat((y * (1 + share))[:, None], 4, axis=1)
    assert total_error(off, y) == pytest.approx(share, abs=1e-9)


def test_autocorrelation_of_a_known_course():
    steps, known = 4_000, 0.6
    noise = rng().normal(size=(20, steps))
    course = np.empty_like(noise)
    course[:, 0] = noise[:, 0] / np.sqrt(1 - known**2)
    for place in range(1, steps):
        course[:, place] = known * course[:, place - 1] + noise[:, place]
    assert autocorrelation(course) == pytest.approx(known, abs=0.01)
    assert autocorrelation(noise) == pytest.approx(0, abs=0.01)


@FEW
@given(arrays(float, (3, 2, 5), elements=NUMBERS))
def test_autocorrelation_by_chunks_is_that_of_the_whole(steps):
    whole, brute = np.zeros(2), np.zeros(2)
    for chunk in steps:
        whole += products(chunk)
        for series in chunk:
            about = series - series.mean()
            brute += [sum(about[i] * about[i + 1] for i in range(4)), sum(about**2)]
    np.testing.assert_allclose(whole, brute, atol=1e-6)
    np.testing.assert_equal(autocorrelation(steps), ratio_of_products(products(steps)))


def test_who_never_changes_has_no_autocorrelation():
    assert np.isnan(autocorrelation(np.ones((2, 5))))


def test_an_error_common_to_all_shows_in_large_cohorts():
    """Each person's paths are right as they are; what came moved together by a twentieth."""
    drawn = rng().poisson(6.0, (3_000, 61)).astype(float)
    origin = np.zeros(3_000, dtype=np.int64)
    y, high = drawn[:, 60], rng(5).poisson(6.3, 3_000).astype(float)

    def covered(came: np.ndarray, size: int) -> float:
        return covered_cohorts(drawn[:, :60], came, origin, size, 0.8, rng(3))

    assert covered(y, 30) == pytest.approx(0.8, abs=0.06)
    assert covered_by_paths(drawn[:, :60], high, 0.8).mean() > 0.76
    assert covered(high, 300) < 0.6 < covered(high, 30)
