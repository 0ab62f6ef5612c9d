"""Scores agree with scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from doxa.fidelity.calibration import Calibration
from doxa.fidelity.metrics import (
    auc,
    auc_within,
    log_losses,
    murphy,
    reliability,
    squared_errors,
)

SCORES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0.05, 0.1, 0.3, 0.5, 0.9]), st.integers(0, 3)),
    min_size=4,
    max_size=60,
).filter(lambda rows: len({row[0] for row in rows}) == 2)


@given(SCORES)
def test_scores_equal_scikit_learn(rows):
    y, p, _ = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assert log_losses(y, p).mean() == pytest.approx(log_loss(y, p))
    assert squared_errors(y, p).mean() == pytest.approx(brier_score_loss(y, p))
    assert auc(y, p) == pytest.approx(roc_auc_score(y, p))


@given(SCORES)
def test_auc_within_is_the_mean_over_people(rows):
    y, p, unit = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    unit = unit.astype(np.int64)
    each = [
        roc_auc_score(y[unit == u], p[unit == u])
        for u in np.unique(unit)
        if len(np.unique(y[unit == u])) == 2
    ]
    expected = np.mean(each) if each else np.nan
    assert auc_within(y, p, unit) == pytest.approx(expected, nan_ok=True)


@given(SCORES)
def test_murphy_parts_add_up_to_brier(rows):
    y, p, _ = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    parts = murphy(y, p)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert total == pytest.approx(brier_score_loss(y, p), abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=300), st.integers(0, 99))
def test_murphy_parts_add_up_whatever_the_forecasts(forecasts, seed):
    p = np.array(forecasts)
    y = (np.random.default_rng(seed).random(len(p)) < p).astype(float)
    found = Calibration.of(y, p)
    total = found.reliability - found.resolution + found.uncertainty + found.within
    assert total == pytest.approx(found.brier, abs=1e-12)


def test_one_forecast_per_bin_leaves_nothing_within():
    p = np.repeat([0.1, 0.5, 0.9], 200)
    y = (np.random.default_rng(1).random(600) < p).astype(float)
    parts = murphy(y, p)
    assert parts.within == pytest.approx(0, abs=1e-15)
    assert parts.resolution > 0.05


def test_true_forecasts_are_off_by_chance_only():
    """Over many draws, the error of true forecasts is what chance was said to make of it."""
    rng = np.random.default_rng(5)
    p = rng.beta(1, 3, 2000)
    found = [reliability((rng.random(2000) < p).astype(float), p) for _ in range(60)]
    assert np.mean([one.error for one in found]) == pytest.approx(found[0].chance, rel=0.05)


def test_the_curve_is_that_of_scikit_learn():
    rng = np.random.default_rng(4)
    p = rng.random(1000)
    y = (rng.random(1000) < p).astype(float)
    observed, forecast = calibration_curve(y, p, n_bins=10, strategy="quantile")
    curve = reliability(y, p, bins=10)
    assert curve.forecast == pytest.approx(forecast, abs=2e-3)
    assert curve.observed == pytest.approx(observed, abs=2e-2)


def test_reliability_counts_every_row_once():
    rng = np.random.default_rng(1)
    p = rng.random(1000)
    curve = reliability((rng.random(1000) < p).astype(float), p)
    assert curve.count.sum() == 1000
    assert np.abs(curve.forecast - curve.observed).max() < 0.25
    assert 0 < curve.error < 0.1
