"""Directions of what a fit does not know, against many fits of other samples of the same people."""

from __future__ import annotations

import numpy as np
from tests.simulation.shops import shop

from doxa.heads.glm import fit_glm, sigmoid
from doxa.learning.directions import farthest


def test_they_span_what_refits_differ_by() -> None:
    """The spread of a linear predictor along the directions is that of refits on new labels."""
    rng = np.random.default_rng(4)
    n, truth = 3_000, np.array([-1.0, 0.8, -0.5])
    x = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    fits = np.stack(
        [
            fit_glm(x, (rng.random(n) < sigmoid(x @ truth)).astype(float), ridge=np.full(3, 1e-6))
            for _ in range(60)
        ]
    )
    want = (fits @ x[:200].T).std(axis=0)
    chance = sigmoid(x @ truth)
    found = farthest(x, chance * (1 - chance), np.full(3, 1e-6), 1.0)
    got = np.sqrt(((found @ x[:200].T) ** 2).sum(axis=0))
    assert np.allclose(got / want, 1.0, atol=0.4)
    assert abs(got.mean() / want.mean() - 1) < 0.15


def test_heads_that_draw_keep_some_and_others_none() -> None:
    head = shop().part.heads["shops_today"]
    assert 0 < len(head.unsure) <= 16
    assert all(len(one) == 1 + len(head.weights) for one in head.unsure)
