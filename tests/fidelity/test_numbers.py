"""Scores of forecast numbers agree with scoringrules, or with the integral done by brute force."""

import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from doxa.beliefmap.model import Outcome, Target
from doxa.fidelity.crps import crps, crps_of_sample
from doxa.fidelity.pit import inside, pit, pit_counts
from doxa.heads.distribution import Knots, Levels, amounts_of, counts_of, on_scale, values_of
from doxa.heads.spread import LEVELS, Spread
from doxa.heads.width import Doubt, Width

NORMAL = Spread(
    bands=[],
    usual=1.0,
    centre=0.0,
    scale=1.0,
    weights=[],
    quantiles=stats.norm.ppf(LEVELS).tolist(),
)
CENTRES = st.lists(st.floats(-3, 9), min_size=1, max_size=5)


def asked(**more):
    return Outcome(name="rates", target=Target.VALUE, kind="rating", field="stars", **more)


def integral(told, y, low=-60.0, high=60.0, points=240_001):
    """The definition, by the trapezoid rule."""
    x = np.linspace(low, high, points)
    found = []
    for row, value in enumerate(y):
        share = np.broadcast_to(told.share, told.at.shape)[row]
        part = Knots(np.tile(told.at[row], (points, 1)), share, told.low, told.high)
        found.append(np.trapezoid((part.upto(x) - (value <= x)) ** 2, x))
    return np.array(found)


def test_fine_knots_of_a_normal_score_as_a_normal():
    share = np.r_[0.0, np.linspace(1e-6, 1 - 1e-6, 4001), 1.0]
    z = np.r_[-6.0, stats.norm.ppf(share[1:-1]), 6.0]
    mean, sigma, y = (
        np.array([0.0, 2.0, -1.0]),
        np.array([1.0, 0.5, 3.0]),
        np.array([0.3, 2.9, -9.0]),
    )
    told = Knots(mean[:, None] + sigma[:, None] * z, share)
    assert crps(told, y) == pytest.approx(scoringrules.crps_normal(y, mean, sigma), abs=2e-4)


def test_heads_quantiles_of_a_normal_score_nearly_as_a_normal():
    mean, sigma, y = np.array([0.0, 2.0]), np.array([1.0, 0.5]), np.array([0.3, 2.9])
    told = values_of(NORMAL, mean, sigma)
    assert crps(told, y) == pytest.approx(scoringrules.crps_normal(y, mean, sigma), rel=0.03)
    assert told.upto(mean) == pytest.approx([0.5, 0.5])


@settings(max_examples=8, deadline=None)
@given(CENTRES, st.integers(0, 1000), st.booleans())
def test_knots_score_as_the_integral_says(centres, seed, scaled):
    rng = np.random.default_rng(seed)
    mean = np.array(centres)
    y = np.clip(mean + rng.normal(size=len(mean)) * 2, 1, 5)
    outcome = asked(scale=(5.0, 1.0)) if scaled else asked()
    told = on_scale(values_of(NORMAL, mean, rng.uniform(0.3, 2.0, len(mean))), outcome)
    assert crps(told, y) == pytest.approx(integral(told, y), abs=3e-3)


@pytest.mark.parametrize("nothing", [[], [0.6, 0.3]])
def test_sums_score_as_the_integral_says_and_may_be_nothing(nothing):
    doubt = Doubt(between=1.0, usual=0.2, known=3.0, fades=0.5, fitted=0.0)
    width = Width(
        centres=[2.0, 8.0],
        quantiles=[[-2, -2, -2, -2, -2, 1, 3, 5, 7], [-8, -7, -6, -4, -1, 3, 7, 9, 12]],
        variances=[9.0, 30.0],
        lowest=0.0,
        doubt=doubt,
        nothing=nothing,
    )
    mean, y = np.array([2.0, 5.0, 9.0, 30.0]), np.array([0.0, 11.0, 0.0, 40.0])
    told = amounts_of(width, mean, np.full(4, 0.5))
    assert told.below(np.zeros(4)).tolist() == [0.0] * 4
    assert told.upto(np.zeros(4))[0] >= (0.6 if nothing else 0.5)
    assert crps(told, y) == pytest.approx(integral(told, y, -5, 200, 820_001), abs=3e-3)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 40), st.integers(0, 60))
def test_counts_score_as_scoringrules_says(mean, y):
    means, seen = np.array([mean]), np.array([float(y)])
    poisson = counts_of(means, 0.0, y)
    assert crps(poisson, seen) == pytest.approx(scoringrules.crps_poisson(y, mean), abs=1e-6)
    assert poisson.upto(seen) == pytest.approx(stats.poisson.cdf(y, mean), abs=1e-9)
    wide = counts_of(means, 0.5, y)
    size = 1 / 0.5
    p = size / (size + mean)
    assert wide.upto(seen) == pytest.approx(stats.nbinom.cdf(y, size, p), abs=1e-7)
    assert crps(wide, seen) == pytest.approx(scoringrules.crps_negbinom(y, size, p), abs=1e-4)


def test_levels_score_as_ranked_probabilities():
    told = on_scale(
        values_of(NORMAL, np.array([2.0, 6.0]), np.ones(2)), asked(scale=(1, 5), step=1)
    )
    assert isinstance(told, Levels)
    assert told.at.tolist() == [1, 2, 3, 4, 5]
    y = np.array([3.0, 5.0])
    mass = np.diff(np.c_[np.zeros(2), told.share], axis=1)
    ranked = [scoringrules.rps_score(int(v), row) for v, row in zip(y, mass, strict=True)]
    assert crps(told, y) == pytest.approx(np.array(ranked))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 30))
def test_a_sample_scores_as_an_ensemble(seed, size):
    rng = np.random.default_rng(seed)
    sample, y = rng.normal(size=size).round(1), rng.normal(size=5).round(1)
    whole = np.tile(sample, (5, 1))
    assert crps_of_sample(sample, y) == pytest.approx(
        scoringrules.crps_ensemble(y, whole, estimator="nrg")
    )


@pytest.mark.parametrize("made", ["values", "scaled", "levels", "counts"])
def test_pit_of_what_the_forecast_itself_draws_is_even(made):
    """Outcomes drawn from the forecast fall evenly, whatever its steps and ends."""
    rng = np.random.default_rng(3)
    n = 20_000
    mean = rng.uniform(0.5, 6.0, n)
    if made == "counts":
        told = counts_of(mean, 0.3, 0)
        y = rng.negative_binomial(1 / 0.3, 1 / (1 + 0.3 * mean)).astype(float)
        told = counts_of(mean, 0.3, y.max())
    else:
        more = {"values": {}, "scaled": {"scale": (1, 5)}, "levels": {"scale": (1, 5), "step": 1}}
        told = on_scale(values_of(NORMAL, mean, np.full(n, 0.8)), asked(**more[made]))
        y = drawn(told, rng)
    u = pit(told, y, rng)
    expected = n / 10
    assert np.abs(np.array(pit_counts(u)) - expected).max() < 5 * np.sqrt(expected)
    assert inside(u, 0.8).mean() == pytest.approx(0.8, abs=0.015)


def drawn(told, rng):
    """One value of each row's forecast."""
    n = len(told.share) if isinstance(told, Levels) else len(told.at)
    v = rng.random(n)
    if isinstance(told, Levels):
        return told.at[(told.share < v[:, None]).sum(axis=1)]
    y = np.array([np.interp(one, told.share, row) for one, row in zip(v, told.at, strict=True)])
    return np.clip(y, told.low, told.high)


def test_a_forecast_that_is_too_sure_is_seen():
    rng = np.random.default_rng(1)
    y = rng.normal(size=5000) * 2
    told = values_of(NORMAL, np.zeros(5000), np.ones(5000))
    counts = pit_counts(pit(told, y, rng))
    assert min(counts[0], counts[-1]) > 2 * max(counts[3:7])
