"""Sums over people: believed where chance explains them, moved and widened where something common does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from doxa.heads.recalibration import TotalReading
from doxa.learning.totals import SURE, _chi_squared, total_reading

CHANCE = 0.02
Z = 1.2815515594463


def world(seed: int, *, shift: float = 0.0, common: float = 0.0, origins: int = 6):
    """Sums that lie off by chance, by a shift, and by something common that is new at every origin."""
    rng = np.random.Generator(np.random.Philox(seed))
    e = shift + common * rng.normal(size=origins) + CHANCE * rng.normal(size=origins)
    simulated = rng.uniform(800, 1200, origins)
    return simulated * np.exp(e), simulated, np.full(origins, CHANCE**2)


def found(seed: int, **how: float) -> TotalReading:
    return total_reading(*world(seed, **how), 500)


def covered(reading: TotalReading, seed: int, **how: float) -> float:
    """How often the ends of sums hold what comes at new origins."""
    real, simulated, _ = world(seed, origins=400, **how)
    far = Z * CHANCE * simulated
    low, high = reading.ends(simulated - far, simulated, simulated + far, Z)
    return float(((low <= real) & (real <= high)).mean())


def test_what_chance_explains_is_left_alone():
    told = [found(seed) for seed in range(100)]
    assert sum(each.common > 0 for each in told) <= 8
    assert sum(each.shift != 0 for each in told) <= 12
    assert np.mean([covered(each, 7) for each in told]) == pytest.approx(0.8, abs=0.05)


def test_an_error_common_to_everybody_widens_the_ends():
    told = [found(seed, common=0.1) for seed in range(60)]
    assert np.mean([each.common for each in told]) == pytest.approx(0.1, abs=0.02)
    before = covered(TotalReading(), 7, common=0.1)
    after = np.mean([covered(each, 7, common=0.1) for each in told])
    assert before < 0.35
    assert after == pytest.approx(0.8, abs=0.06)


def test_sums_that_always_come_short_are_moved():
    told = found(3, shift=0.3)
    assert told.shift == pytest.approx(0.3, abs=0.05)
    assert covered(told, 7, shift=0.3) > 0.7 > covered(TotalReading(), 7, shift=0.3)


@pytest.mark.parametrize(("people", "origins"), [(99, 6), (500, 3)])
def test_few_people_or_origins_change_nothing(people, origins):
    told = total_reading(*world(1, shift=1.0, origins=origins), people)
    assert not told.changes
    assert (told.people, told.origins) == (people, origins)


def test_origins_without_anything_are_left_out():
    real, simulated, chance = world(1, origins=6)
    real[2] = 0.0
    assert total_reading(real, simulated, chance, 500).origins == 5


@given(st.floats(0, 0.5), st.floats(-0.5, 0.5), st.floats(0, 50), st.floats(0, 50))
def test_ends_are_never_nearer_than_chance_alone_sets_them(common, shift, below, above):
    reading = TotalReading(shift=shift, common=common, people=500, origins=6)
    low, high = reading.ends(np.array(100 - below), np.array(100.0), np.array(100 + above), Z)
    assert low <= reading.factor * (100 - below) + 1e-9
    assert high >= reading.factor * (100 + above) - 1e-9
    assert low >= 0


@pytest.mark.parametrize("freedom", [4, 6, 20])
def test_the_limit_is_that_of_chi_squared(freedom):
    assert _chi_squared(freedom, SURE) == pytest.approx(chi2.ppf(0.975, freedom), rel=0.005)
