"""Anchored paths: meet the direct forecast, change no path, stay as they were where nothing is asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import brentq

from doxa.simulation.anchor import EFFECTIVE, tilted, weighted_quantiles

FEW = settings(max_examples=25, deadline=None)
DRAWN = arrays(float, (4, 12), elements=st.floats(0, 50).map(lambda x: round(x, 2)))


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def test_the_mean_meets_its_target():
    drawn = rng().gamma(2, 3, (50, 200))
    target = drawn.mean(axis=1) * rng(2).uniform(0.7, 1.3, 50)
    weights = tilted(drawn, target)
    np.testing.assert_allclose((weights * drawn).sum(axis=1), target, rtol=1e-6)
    np.testing.assert_allclose(weights.sum(axis=1), 1)


def test_weights_are_those_of_a_root_finder():
    drawn = rng().poisson(4, (1, 30)).astype(float)
    target = float(drawn.mean()) + 0.6

    def off(slope: float) -> float:
        weights = np.exp(slope * drawn[0])
        return float((weights * drawn[0]).sum() / weights.sum()) - target

    slope = brentq(off, -3, 3)
    theirs = np.exp(slope * drawn[0])
    np.testing.assert_allclose(
        tilted(drawn, np.array([target]))[0], theirs / theirs.sum(), rtol=1e-6
    )


@FEW
@given(DRAWN, st.floats(0, 60))
def test_many_paths_go_on_counting(drawn, target):
    weights = tilted(drawn, np.full(4, target))
    assert (1 / (weights**2).sum(axis=1) >= EFFECTIVE * 12 - 1e-6).all()
    mean = (weights * drawn).sum(axis=1)
    away, own = np.abs(mean - target), np.abs(drawn.mean(axis=1) - target)
    assert (away <= own + 1e-6).all()


@FEW
@given(DRAWN)
def test_what_is_met_already_or_not_asked_stays(drawn):
    for target in (drawn.mean(axis=1), np.full(4, np.nan)):
        np.testing.assert_allclose(tilted(drawn, target), 1 / 12, atol=1e-4)


@FEW
@given(DRAWN)
def test_even_weights_give_the_usual_quantiles(drawn):
    found = weighted_quantiles(drawn, np.full((4, 12), 1 / 12), [0.1, 0.5, 0.9])
    np.testing.assert_allclose(
        found, np.quantile(drawn, [0.1, 0.5, 0.9], axis=1, method="weibull"), atol=1e-6
    )


@pytest.mark.parametrize("drift", [0.7, 1.0, 1.3])
def test_anchored_paths_cover_what_they_drifted_from(drift):
    """Poisson people whose paths drift away by a factor; the direct forecast knows the mean."""
    mean = rng(1).gamma(6, 5, 1_500)
    y = rng(2).poisson(mean)
    drawn = rng(3).poisson(mean[:, None] * drift, (1_500, 400)).astype(float)
    weights = tilted(drawn, mean)
    low, high = weighted_quantiles(drawn, weights, [0.1, 0.9])
    inside = ((low <= y) & (y <= high)).mean()
    before = (
        (np.quantile(drawn, 0.1, axis=1) <= y) & (y <= np.quantile(drawn, 0.9, axis=1))
    ).mean()
    if drift == 1.0:
        assert inside == pytest.approx(before, abs=0.01)
    else:
        assert abs(inside - 0.83) < abs(before - 0.83)
    assert (
        abs((weights * drawn).sum() / y.sum() - 1)
        < abs(drawn.mean(axis=1).sum() / y.sum() - 1) + 0.01
    )
