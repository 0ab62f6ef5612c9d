"""The edges of a fit: constant columns, one kind of label, one row, separable and tiny sets."""

from __future__ import annotations

import numpy as np
import pytest

from doxa.heads.glm import Family, fit_glm, link_of, loss_of, mean_of

FAMILIES = pytest.mark.parametrize("family", list(Family))
RNG = np.random.default_rng(5)


@FAMILIES
@pytest.mark.parametrize("labels", ["zeros", "ones", "mixed"])
@pytest.mark.parametrize("rows", [1, 2, 30])
def test_any_labels_give_finite_coefficients(family: Family, labels: str, rows: int) -> None:
    x = np.column_stack([np.ones(rows), np.full(rows, 3.0), RNG.normal(size=rows)])
    y = {"zeros": np.zeros(rows), "ones": np.ones(rows), "mixed": np.arange(rows) % 2 * 1.0}[labels]
    beta = fit_glm(x, y, ridge=np.array([0.1, 1.0, 1.0]), family=family)
    assert np.isfinite(beta).all()
    assert np.isfinite(mean_of(x @ beta, family)).all()


@FAMILIES
def test_the_gradient_is_zero_at_the_fit(family: Family) -> None:
    x = np.column_stack([np.ones(80), RNG.normal(size=(80, 3))])
    y = RNG.poisson(1.0, 80).clip(0, 1 if family is Family.BERNOULLI else 9).astype(float)
    ridge = np.array([0.0, 1.0, 1.0, 1.0])
    beta = fit_glm(x, y, ridge=ridge, family=family)
    gradient = x.T @ (mean_of(x @ beta, family) - y) + ridge * beta
    np.testing.assert_allclose(gradient, 0, atol=1e-5)


def test_separable_labels_are_held_by_the_penalty() -> None:
    x = np.column_stack([np.ones(20), np.linspace(-1, 1, 20)])
    beta = fit_glm(x, (x[:, 1] > 0).astype(float), ridge=np.array([0.1, 1.0]))
    assert 1 < beta[1] < 10


def test_a_fit_that_cannot_improve_stops_at_once() -> None:
    steps: list[int] = []
    x = np.ones((4, 1))
    fit_glm(
        x, np.array([1.0, 0, 1, 0]), ridge=np.zeros(1), start=np.zeros(1), progress=steps.append
    )
    assert len(steps) <= 1


@FAMILIES
def test_the_link_undoes_the_mean(family: Family) -> None:
    mean = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(mean_of(link_of(mean, family), family), mean, rtol=1e-12)
    assert np.isfinite(link_of(np.array([0.0, 1.0]), family)).all()


def test_far_predictors_do_not_overflow() -> None:
    far = np.array([-1e4, 1e4])
    for family in Family:
        assert np.isfinite(mean_of(far, family)).all()
        assert np.isfinite(loss_of(far, np.ones(2), family)).all()
