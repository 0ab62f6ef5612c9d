"""Coming back: the BG/NBD against direct integration and simulated people, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from doxa.features.blocks.again import comes_again
from doxa.learning.again import fit_again, log_likelihoods

AGAIN = (0.8, 40.0, 0.9, 2.5)


def by_integration(x: int, last: float, seen: float, horizon: float | None) -> float:
    """The likelihood of a history; with a horizon, of it and of coming within it.

    Given rate l and chance p to stop: l^x (1 - p)^x e^(-l T), or stopped at the last time:
    l^x p (1 - p)^(x - 1) e^(-l t_x); averaged over many l and p, by midpoints of their quantiles.
    """
    r, alpha, a, b = AGAIN
    shares = (np.arange(1500) + 0.5) / 1500
    rate = stats.gamma(r, scale=1 / alpha).ppf(shares)[:, None]
    stop = stats.beta(a, b).ppf(shares)[None, :]
    stays = (rate * (1 - stop)) ** x * np.exp(-rate * seen)
    if horizon is not None:
        return float((stays * -np.expm1(-rate * horizon)).mean())
    stopped = rate**x * stop * (1 - stop) ** (x - 1) * np.exp(-rate * last) if x else 0.0
    return float((stays + stopped).mean())


@pytest.mark.parametrize(("x", "last", "seen"), [(0, 0.0, 60.0), (1, 20.0, 60.0), (4, 55.0, 60.0)])
def test_formulas_are_the_integrals(x: int, last: float, seen: float) -> None:
    own = by_integration(x, last, seen, None)
    told = log_likelihoods(np.array([x]), np.array([last]), np.array([seen]), AGAIN)
    assert float(np.exp(told[0])) == pytest.approx(own, rel=5e-3)
    chance = comes_again(np.array([float(x)]), np.array([last]), np.array([seen]), AGAIN, 30.0)
    assert float(chance[0]) == pytest.approx(by_integration(x, last, seen, 30.0) / own, rel=5e-3)


def people(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns, the last of them and the time seen of simulated people."""
    rng = np.random.default_rng(seed)
    r, alpha, a, b = AGAIN
    found = []
    for _ in range(count):
        rate, stop, seen = rng.gamma(r, 1 / alpha), rng.beta(a, b), rng.uniform(50, 400)
        x, last = 0, 0.0
        while True:
            at = last + rng.exponential(1 / rate)
            if at > seen:
                break
            x, last = x + 1, at
            if rng.random() < stop:
                break
        found.append((x, last, seen))
    x, last, seen = np.array(found, dtype=float).T
    return x, last, seen


def test_parameters_are_found_again() -> None:
    x, last, seen = people(4000, seed=1)
    r, alpha, a, b = fit_again(x, last, seen)
    assert r == pytest.approx(AGAIN[0], rel=0.15)
    assert r / alpha == pytest.approx(AGAIN[0] / AGAIN[1], rel=0.15)
    assert a / (a + b) == pytest.approx(AGAIN[2] / (AGAIN[2] + AGAIN[3]), rel=0.15)
    own = log_likelihoods(x.astype(np.int64), last, seen, (r, alpha, a, b)).sum()
    assert own >= log_likelihoods(x.astype(np.int64), last, seen, AGAIN).sum() - 1.0


@given(
    x=st.integers(0, 50),
    share=st.floats(0.01, 1),
    seen=st.floats(1, 1000),
    horizon=st.floats(0.1, 500),
)
@settings(max_examples=30)
def test_laws_of_coming_back(x: int, share: float, seen: float, horizon: float) -> None:
    def chance(last: float, until: float, ahead: float) -> float:
        told = comes_again(
            np.array([float(x)]), np.array([last if x else 0.0]), np.array([until]), AGAIN, ahead
        )
        return float(told[0])

    own = chance(share * seen, seen, horizon)
    assert 0 <= own <= 1
    assert chance(share * seen, seen, 2 * horizon) >= own  # longer windows hold more
    assert chance(share * seen, seen + 10, horizon) <= own + 1e-12  # silence never helps
    assert chance(seen, seen, horizon) >= own - 1e-12  # neither does an older last time
