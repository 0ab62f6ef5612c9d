"""The uplift head: used where people differ in what an action does to them, and silent elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from doxa.learning.simulated import Paired
from doxa.learning.uplift import uplift_head

SIZE = 4000


def world(differ: float, seed: int = 1) -> tuple[np.ndarray, ...]:
    """x moves y, and what the action does to it; the forecast knows the mean effect alone."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(SIZE, 5))
    treated = rng.random(SIZE) < 0.25
    uplift = 0.3 + differ * x[:, 0]
    y = x[:, 1] + uplift * treated + rng.normal(size=SIZE)
    return x, y, treated, np.where(treated, 0.25, 0.75), uplift


def test_it_finds_who_gains_more() -> None:
    x, y, treated, chance, _ = world(0.5)
    told = Paired(x[:, 1] + 0.3, x[:, 1])
    found = uplift_head(x, np.ones(5), y, told, treated, chance, np.arange(SIZE))
    assert found is not None
    assert found.gained[0] > found.gained[1] > 0
    rows, _, _, _, gains = world(0.5, seed=2)
    assert np.corrcoef(0.3 + found.beyond(rows), gains)[0, 1] > 0.98
    assert (0.3 + found.beyond(rows)).mean() == pytest.approx(0.3, abs=0.1)


def test_it_is_silent_where_all_gain_alike() -> None:
    silent = []
    for seed in range(8):
        x, y, treated, chance, _ = world(0.0, seed)
        told = Paired(x[:, 1] + 0.3, x[:, 1])
        found = uplift_head(x, np.ones(5), y, told, treated, chance, np.arange(SIZE))
        silent.append(found is None)
    assert np.mean(silent) > 0.6


def test_no_error_of_the_forecast_of_both_arms_moves_it() -> None:
    """Chance decided who is treated: a forecast that is wrong of everybody is wrong of both arms."""
    x, y, treated, chance, _ = world(1.0)
    unit = np.arange(SIZE)
    wrong = 2 * x[:, 2] - 1
    found = uplift_head(x, np.ones(5), y, Paired(wrong + 0.3, wrong), treated, chance, unit)
    assert found is not None
    assert found.weights[0] / found.scale[0] == pytest.approx(1.0, abs=0.3)
    assert abs(found.weights[2] / found.scale[2]) < 0.3


def test_what_the_map_names_costs_less() -> None:
    x, y, treated, chance, _ = world(0.25)
    told = Paired(x[:, 1] + 0.3, x[:, 1])
    unit = np.arange(SIZE)
    plain = uplift_head(x, np.full(5, 1e6), y, told, treated, chance, unit)
    named = uplift_head(x, np.r_[0.1, np.full(4, 1e6)], y, told, treated, chance, unit)
    assert named is not None
    assert plain is None or abs(named.weights[0]) > abs(plain.weights[0])


def test_one_arm_alone_says_nothing() -> None:
    x, y, _, chance, _ = world(0.5)
    told = Paired(x[:, 1] + 0.3, x[:, 1])
    everybody = np.ones(SIZE, dtype=bool)
    assert uplift_head(x, np.ones(5), y, told, everybody, chance, np.arange(SIZE)) is None
