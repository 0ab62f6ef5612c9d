"""The conditional logit against sums written out, a general optimiser, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from doxa.beliefmap.columns import Floats, Ints
from doxa.heads.logit import centred, fit_logit, likely, losses


def menus(seed: int, count: int = 30, width: int = 3) -> tuple[Floats, Ints, Ints]:
    """Menus of two to five options, with columns and the place of what was taken."""
    rng = np.random.default_rng(seed)
    size = rng.integers(2, 6, count)
    start = np.r_[0, np.cumsum(size)]
    x = rng.normal(size=(int(start[-1]), width))
    return x, start, start[:-1] + rng.integers(0, size)


def by_hand(x: Floats, start: Ints, taken: Ints, ridge: Floats, beta: Floats) -> float:
    """Minus the penalised log-likelihood, menu by menu."""
    total = 0.5 * float(ridge @ beta**2)
    for low, high, place in zip(start[:-1], start[1:], taken, strict=True):
        grown = np.exp(x[low:high] @ beta)
        total -= float(np.log(grown[place - low] / grown.sum()))
    return total


@pytest.mark.parametrize("seed", range(5))
def test_a_general_optimiser_finds_the_same(seed: int) -> None:
    x, start, taken = menus(seed)
    ridge = np.array([0.0, 0.5, 20.0])
    found = fit_logit(x, start, taken, ridge=ridge)
    other = minimize(lambda beta: by_hand(x, start, taken, ridge, beta), np.zeros(3), tol=1e-10)
    np.testing.assert_allclose(found, other.x, atol=2e-4)
    assert by_hand(x, start, taken, ridge, found) <= other.fun + 1e-6


def test_the_gradient_vanishes_at_the_fit() -> None:
    x, start, taken = menus(7)
    ridge = np.full(3, 2.0)
    beta = fit_logit(x, start, taken, ridge=ridge)
    for place in range(3):
        step = np.zeros(3)
        step[place] = 1e-5
        up, down = (by_hand(x, start, taken, ridge, beta + s) for s in (step, -step))
        assert abs(up - down) / 2e-5 < 1e-4


@given(seed=st.integers(0, 1000), shift=st.floats(-50, 50))
@settings(max_examples=25)
def test_what_a_whole_menu_shares_moves_nothing(seed: int, shift: float) -> None:
    x, start, taken = menus(seed, count=5)
    eta = x.sum(axis=1)
    moved = eta + np.repeat(shift * np.arange(5), np.diff(start))
    p = likely(eta, start)
    np.testing.assert_allclose(likely(moved, start), p, atol=1e-9)
    np.testing.assert_allclose(np.add.reduceat(p, start[:-1]), 1.0)
    np.testing.assert_allclose(losses(eta, start, taken), -np.log(p[taken]), atol=1e-9)


def test_columns_are_centred_by_the_weights() -> None:
    x, start, _ = menus(3)
    p = likely(x[:, 0], start)
    np.testing.assert_allclose(
        np.add.reduceat(centred(x, start, p) * p[:, None], start[:-1], axis=0), 0.0, atol=1e-12
    )
