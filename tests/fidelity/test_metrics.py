"""Scores agree with scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

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
    total = parts.reliability - parts.resolution + parts.uncertainty
    assert total == pytest.approx(squared_errors(y, p).mean())


def test_reliability_counts_every_row_once():
    rng = np.random.default_rng(1)
    p = rng.random(1000)
    curve = reliability((rng.random(1000) < p).astype(float), p)
    assert curve.count.sum() == 1000
    assert np.abs(curve.forecast - curve.observed).max() < 0.25
    assert 0 < curve.error < 0.1
