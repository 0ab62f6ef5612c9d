"""The posterior mode against a plain dense Newton and against scipy."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from doxa.checks.oracle_field import Alone, mode, objective
from doxa.reading.beta import beta_credence
from doxa.reading.coupling.mode import Joins, Natives, log_odds, posterior_mode, sigmoid

SHARES = st.one_of(st.floats(1e-6, 1 - 1e-6), st.sampled_from([0.0, 1.0, 0.5, 1 - 1e-12]))
MASSES = st.one_of(st.just(2.0), st.floats(2, 52), st.floats(2, 1e5))


@st.composite
def fields(draw: st.DrawFn, most: int = 7) -> tuple[list[Alone], list[tuple[int, int, int, float]]]:
    n = draw(st.integers(2, most))
    nodes = []
    for _ in range(n):
        below = draw(MASSES)
        above = draw(st.sampled_from([below, below, below * 1.5, 20 * below]))
        nodes.append(Alone(draw(SHARES), draw(st.floats(0.01, 0.99)), below, above))
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1])
    weights = st.one_of(st.floats(1e-6, 5), st.sampled_from([1e-9, 0.5, 100.0, 1e3]))
    edges = st.lists(st.tuples(pairs, st.sampled_from([1, -1]), weights), min_size=1, max_size=12)
    return nodes, [(i, j, g, w) for (i, j), g, w in draw(edges)]


def solved(*twins: tuple[list[Alone], list[tuple[int, int, int, float]]]) -> list[np.ndarray]:
    """All twins at once."""
    sizes = [len(nodes) for nodes, _ in twins]
    starts = np.cumsum([0, *sizes])
    every = [node for nodes, _ in twins for node in nodes]
    edges = [
        (i + start, j + start, g, w)
        for (_, some), start in zip(twins, starts.tolist(), strict=False)
        for i, j, g, w in some
    ]
    left, right, sign, weight = (np.array(column) for column in zip(*edges, strict=True))
    natives = Natives(
        np.repeat(np.arange(len(twins)), sizes),
        *(np.array([getattr(n, k) for n in every]) for k in ("credence", "base", "below", "above")),
    )
    x = posterior_mode(natives, Joins(left, right, sign.astype(float), weight))
    return np.split(x, starts[1:-1])


@settings(deadline=None, max_examples=80, derandomize=True, suppress_health_check=list(HealthCheck))
@given(fields())
def test_one_twin_is_the_plain_newton(field):
    x = solved(field)[0]
    np.testing.assert_allclose(sigmoid(x), sigmoid(np.array(mode(*field))), rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_many_twins_are_each(seed):
    """Enough rows for conjugate gradients: no twin's answer depends on who is read beside it."""
    rng = random.Random(seed)
    twins = [drawn(rng) for _ in range(40)]
    for x, field in zip(solved(*twins), twins, strict=True):
        np.testing.assert_allclose(sigmoid(x), sigmoid(solved(field)[0]), rtol=0, atol=1e-9)


def drawn(rng: random.Random) -> tuple[list[Alone], list[tuple[int, int, int, float]]]:
    """A field of plain, saturated and weighty nodes, loosely and firmly joined."""
    nodes, edges = [], []
    for _ in range(rng.randint(2, 7)):
        below = rng.choice([2.0, rng.uniform(2, 52), rng.uniform(2, 1e5)])
        above = rng.choice([below, below, 20 * below])
        credence = rng.choice([rng.random(), rng.random(), 0.0, 1.0])
        nodes.append(Alone(credence, rng.uniform(0.01, 0.99), below, above))
    for _ in range(rng.randint(1, 12)):
        i, j = rng.sample(range(len(nodes)), 2)
        weight = rng.choice([rng.uniform(0, 5), 1e-9, 0.5, 1e3])
        edges.append((i, j, rng.choice([1, -1]), weight))
    return nodes, edges


@pytest.mark.parametrize("seed", range(3))
def test_scipy_finds_nothing_better(seed):
    rng = np.random.default_rng(seed)
    n = 30
    nodes = [
        Alone(float(p), float(a), float(m), float(m))
        for p, a, m in zip(
            rng.uniform(0.01, 0.99, n),
            rng.uniform(0.1, 0.9, n),
            2 + rng.gamma(1, 5, n),
            strict=True,
        )
    ]
    edges = [
        (int(i), int((i + k) % n), int(g), float(w))
        for i, k, g, w in zip(
            rng.integers(0, n, 60),
            rng.integers(1, n, 60),
            rng.choice([-1, 1], 60),
            rng.uniform(0, 3, 60),
            strict=True,
        )
    ]
    x = solved((nodes, edges))[0]
    start = log_odds(np.array([node.credence for node in nodes]))
    found = minimize(lambda y: -objective(nodes, edges, y), start, method="BFGS", tol=1e-12)
    np.testing.assert_allclose(sigmoid(x), sigmoid(found.x), atol=1e-6)
    assert objective(nodes, edges, x) >= -found.fun - 1e-12


def test_likelihood_is_that_of_for_and_against():
    """Plain support and attack: the slope is (r + aW) s(-x) - (s + (1 - a)W) s(x)."""
    r, s, a, w = 4.0, 1.0, 0.3, 2.0
    cap = 50 / (50 + r + s)
    p = float(beta_credence(np.array([r]), np.array([s]), a, w)[0])
    alone = Alone.opinion(p, a, r, s)
    assert alone.below == pytest.approx((r + s) * cap + w, rel=1e-12)
    assert alone.above == pytest.approx((r + s) * cap + w, rel=1e-12)
    neighbour = Alone(0.5, 0.5, 2.0, 2.0)
    x = solved(([alone, neighbour], [(0, 1, 1, 0.7)]))[0]
    away = x - log_odds(np.array([a, 0.5]))
    slope = (r * cap + a * w) * sigmoid(-x[0]) - (s * cap + (1 - a) * w) * sigmoid(x[0])
    assert slope == pytest.approx(0.7 * (away[0] - away[1]), abs=1e-9)


def test_at_the_prior_nothing_moves():
    base = np.array([0.3, 0.9, 0.5])
    mass = np.full(3, 2.0)
    natives = Natives(np.zeros(3, dtype=np.int64), base, base, mass, mass)
    joins = Joins(np.array([0, 1]), np.array([1, 2]), np.array([1.0, -1.0]), np.array([0.5, 9.0]))
    assert (posterior_mode(natives, joins) == log_odds(base)).all()
