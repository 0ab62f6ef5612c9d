"""Drawn numbers have the mean that the head says, also where a scale cuts them off."""

from __future__ import annotations

import numpy as np
import pytest

from doxa.heads.distribution import SHARES, with_tails
from doxa.simulation.drawing import _centred, _mean_of

SKEWED = with_tails(np.array([[-1.1, -1.0, -0.87, -0.62, -0.22, 0.39, 1.21, 1.87, 2.56]]))[0]


@pytest.mark.parametrize("mean", [4.0, 12.0, 40.0, 190.0])
def test_within_ends_the_mean_is_met(mean: float) -> None:
    sigma = np.full(1, 15.0)
    middle = _centred(np.array([mean]), sigma, SKEWED, 0.0, 200.0)
    u = (np.arange(20_000) + 0.5) / 20_000
    drawn = np.clip(middle + sigma * np.interp(u, SHARES, SKEWED), 0.0, 200.0)
    assert drawn.mean() == pytest.approx(mean, rel=0.02)


def test_without_care_it_would_be_too_high() -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    plain = np.clip(4.0 + 15.0 * np.interp(u, SHARES, SKEWED), 0.0, 200.0)
    assert plain.mean() > 1.5 * 4.0


def test_the_mean_of_lines_between_quantiles() -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    assert _mean_of(SKEWED) == pytest.approx(np.interp(u, SHARES, SKEWED).mean(), abs=1e-4)


def test_an_end_is_reached_where_the_mean_lies_there() -> None:
    middle = _centred(np.array([0.0]), np.array([5.0]), SKEWED, 0.0, 200.0)
    assert np.isfinite(middle).all()
    assert middle[0] < 0
