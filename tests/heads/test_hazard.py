"""The discrete hazard against a general optimiser on the rows it never writes down, and a known one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from doxa.beliefmap.columns import Floats
from doxa.heads.glm import sigmoid
from doxa.heads.hazard import LEVEL_RIDGE, Hazard, Spells, fit_hazard

ENDS = [3, 7, 14]


def drawn(n: int, seed: int) -> tuple[Floats, Floats, np.ndarray, Floats]:
    """Columns, waiting times by a hazard that is known day by day, window lengths, and beta."""
    rng = np.random.default_rng(seed)
    x, beta = rng.normal(size=(n, 2)), np.array([0.8, -0.4])
    daily = sigmoid(-2.5 + x @ beta)
    length = rng.choice([10, 14], size=n)
    day = rng.geometric(daily).astype(np.float64)
    return x, np.where(day <= length, day, np.inf), length, beta


def test_the_fit_is_at_the_top_of_the_dense_likelihood() -> None:
    x, waited, length, _ = drawn(300, 1)
    ridge, offset = np.array([2.0, 0.5]), np.linspace(-0.3, 0.3, 300)
    spells = Spells.of(ENDS, waited, length)
    levels, beta = fit_hazard(x, spells, ridge=ridge, offset=offset)
    held = spells.levels()

    def against(theta: Floats) -> float:
        total = 0.5 * float(ridge @ theta[3:] ** 2)
        total += 0.5 * LEVEL_RIDGE * float(((theta[:3] - held) ** 2).sum())
        for row in range(len(x)):
            begin = 0
            for place, end in enumerate(ENDS):
                z = theta[place] + offset[row] + x[row] @ theta[3:]
                if waited[row] <= end:
                    total += math.log1p(math.exp(-z))
                    break
                share = min(max(length[row] - begin, 0) / (end - begin), 1)
                share = 1 if np.isfinite(waited[row]) else share
                total += share * math.log1p(math.exp(z))
                begin = end
        return total

    other = minimize(against, np.zeros(5), tol=1e-9)
    np.testing.assert_allclose(np.r_[levels, beta], other.x, atol=2e-4)


def test_a_known_hazard_is_found_again() -> None:
    x, waited, length, beta = drawn(20_000, 2)
    ends = list(range(1, 15))
    levels, found = fit_hazard(x, Spells.of(ends, waited, length), ridge=np.full(2, 1e-3))
    np.testing.assert_allclose(found, beta, atol=0.04)
    np.testing.assert_allclose(levels, -2.5, atol=0.2)
    hazard = Hazard(ends=ends, levels=levels.tolist(), slopes=[1.0] * 14)
    told = hazard.by(x @ found, np.full(len(x), 7))
    for low in (0.0, 0.25, 0.5):
        near = (told >= low) & (told < low + 0.25)
        assert (waited[near] <= 7).mean() == pytest.approx(told[near].mean(), abs=0.03)


@given(
    levels=st.lists(st.floats(-6, 3), min_size=3, max_size=3),
    slopes=st.lists(st.floats(0.2, 3), min_size=3, max_size=3),
    eta=st.floats(-5, 5),
    share=st.floats(0.01, 0.99),
)
@settings(max_examples=60)
def test_chances_rise_with_time_and_with_the_predictor(levels, slopes, eta, share) -> None:
    hazard = Hazard(ends=ENDS, levels=levels, slopes=slopes)
    spans = np.array([0, 1, 3, 5, 7, 10, 14])
    told = hazard.by(np.full(7, eta), spans)
    assert (np.diff(told) >= 0).all()
    assert told[0] == 0
    more = hazard.by(np.full(7, eta + 0.5), spans)
    assert (more >= told).all()
    np.testing.assert_allclose(hazard.by_ends(np.array([eta]))[0], told[[2, 4, 6]], atol=1e-12)
    when = hazard.when(np.array([eta]), share)
    if np.isfinite(when[0]):
        np.testing.assert_allclose(hazard.by(np.array([eta]), when), share, atol=1e-6)
    else:
        assert told[-1] <= share + 1e-9


def test_the_loss_is_minus_the_logarithm_of_what_came_true() -> None:
    hazard = Hazard(ends=ENDS, levels=[-1.0, 0.0, 0.5], slopes=[1.0, 0.8, 1.2])
    eta, length = np.array([0.3, 0.3, 0.3]), np.array([14, 14, 10])
    spells = Spells.of(ENDS, np.array([5.0, np.inf, np.inf]), length)
    by = hazard.by_ends(eta)[0]
    wanted = [by[1] - by[0], 1 - by[2], 1 - hazard.by(eta[:1], np.array([10]))[0]]
    np.testing.assert_allclose(np.exp(-hazard.losses(eta, spells)), wanted, rtol=1e-6)
