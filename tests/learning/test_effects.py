"""Effects of items: what is planted comes back, however many items a row names."""

from __future__ import annotations

import numpy as np
import pytest

from doxa.heads.glm import Family
from doxa.learning.effects import Named, effects_of, row_effects


@pytest.mark.parametrize("named", [1, 3, 60])
def test_planted_effects_come_back_however_long_the_lists(named: int) -> None:
    rng = np.random.default_rng(3)
    n, size = 4_000, 80
    code = np.concatenate([rng.choice(size, named, replace=False) for _ in range(n)])
    row, person = np.repeat(np.arange(n), named), np.arange(n) // 4
    planted = rng.normal(0, 1.5 * np.sqrt(named), size)
    empty = Named(row, code, np.zeros(n), np.full(n, -1.0), person, size, Family.BERNOULLI)
    eta = -1.0 + row_effects(empty, planted)
    y = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(np.float64)
    found = effects_of(Named(row, code, y, empty.offset, person, size, Family.BERNOULLI), 2.0)
    assert np.isfinite(found).all()
    assert np.corrcoef(row_effects(empty, found), row_effects(empty, planted))[0, 1] > 0.8
