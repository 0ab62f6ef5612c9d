"""The head agrees with scikit-learn's solvers."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge

from doxa.heads.glm import Family, fit_glm, sigmoid


@pytest.fixture
def design():
    rng = np.random.default_rng(3)
    x = np.c_[np.ones(4000), rng.normal(size=(4000, 5))]
    return x, x @ np.array([-1.0, 0.5, -0.7, 0.0, 0.2, 1.5]), rng


def test_logistic_equals_scikit_learn(design):
    x, eta, rng = design
    y = (rng.random(len(eta)) < sigmoid(eta)).astype(float)
    ours = fit_glm(x, y, ridge=np.r_[0.0, np.full(5, 4.0)])
    theirs = LogisticRegression(C=1 / 4, tol=1e-10, max_iter=1000).fit(x[:, 1:], y)
    assert ours == pytest.approx(np.r_[theirs.intercept_, theirs.coef_[0]], abs=1e-5)


def test_poisson_equals_scikit_learn(design):
    x, eta, rng = design
    y = rng.poisson(np.exp(eta / 2)).astype(float)
    ours = fit_glm(x, y, ridge=np.r_[0.0, np.full(5, 4.0)], family=Family.POISSON)
    theirs = PoissonRegressor(alpha=4 / len(y), tol=1e-10, max_iter=10_000).fit(x[:, 1:], y)
    assert ours == pytest.approx(np.r_[theirs.intercept_, theirs.coef_], abs=1e-5)


def test_gaussian_equals_ridge(design):
    x, eta, rng = design
    y = eta + rng.normal(size=len(eta))
    ours = fit_glm(x, y, ridge=np.r_[0.0, np.full(5, 4.0)], family=Family.GAUSSIAN)
    theirs = Ridge(alpha=4.0).fit(x[:, 1:], y)
    assert ours == pytest.approx(np.r_[theirs.intercept_, theirs.coef_], abs=1e-9)


def test_separable_rows_stay_finite():
    x = np.c_[np.ones(20), np.r_[-np.ones(10), np.ones(10)] * 1e3]
    beta = fit_glm(x, np.r_[np.zeros(10), np.ones(10)], ridge=np.array([0.0, 1e-6]))
    assert np.isfinite(beta).all()


def test_offset_and_weight(design):
    x, eta, rng = design
    y = (rng.random(len(eta)) < sigmoid(eta)).astype(float)
    twice = fit_glm(np.r_[x, x], np.r_[y, y], ridge=np.zeros(6))
    weighted = fit_glm(x, y, ridge=np.zeros(6), weight=np.full(len(y), 2.0))
    assert weighted == pytest.approx(twice, abs=1e-8)
    shifted = fit_glm(x, y, ridge=np.zeros(6), offset=np.full(len(y), 0.3))
    assert shifted[0] == pytest.approx(weighted[0] - 0.3, abs=1e-8)
