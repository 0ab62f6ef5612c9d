"""Recalibration of paths: leaves true ones alone, mends false ones, counts people and origins."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t

from doxa.fidelity.paths import covered_by_paths, pit_of_paths
from doxa.heads.recalibration import Recalibration, normal_of, student
from doxa.learning.recalibration import blend, recalibrated

PEOPLE, ORIGINS, PATHS = 300, 6, 99
NUMBER = st.floats(-1.5, 1.5).map(lambda x: round(x, 3))


def rng(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def world(seed: int, *, shift: float = 0.0, width: float = 1.0, shock: float = 0.0):
    """Paths of steady people; what came lies elsewhere, wider, and with a shock common to an origin."""
    draw = rng(seed)
    person = np.tile(np.arange(PEOPLE), ORIGINS)
    origin = np.repeat(np.arange(ORIGINS), PEOPLE)
    own = draw.normal(0, 3, PEOPLE)[person]
    drawn = own[:, None] + draw.normal(size=(len(own), PATHS))
    moved = shift + shock * draw.normal(size=ORIGINS)[origin]
    y = own + moved + width * draw.normal(size=len(own))
    return drawn, y, person, origin


def fitted(seed: int, **how: float) -> Recalibration:
    drawn, y, person, origin = world(seed, **how)
    return recalibrated(pit_of_paths(drawn, y, rng(seed + 1000)), person, origin)


def covered(found: Recalibration, drawn, y) -> float:
    low, high = found.quantiles(drawn, [0.1, 0.9])
    return float(((low <= y) & (y <= high)).mean())


def test_true_paths_are_left_alone():
    found = [fitted(seed) for seed in range(30)]
    assert sum(each.changes for each in found) <= 4
    assert max(abs(each.shift) + abs(math.log(each.width)) for each in found) < 0.05


@pytest.mark.parametrize("how", [{"shift": 0.7}, {"width": 1.7}, {"width": 0.6}])
def test_false_paths_are_mended(how):
    drawn, y, *_ = world(99, **how)
    found = fitted(1, **how)
    assert abs(covered(Recalibration(), drawn, y) - 0.8) > 0.08
    assert covered(found, drawn, y) == pytest.approx(0.8, abs=0.03)
    again = found.rank(pit_of_paths(drawn, y, rng(7)))
    assert np.abs(np.bincount((again * 10).astype(int), minlength=10) / len(y) - 0.1).max() < 0.03


def test_what_moved_one_holiday_moves_nothing():
    """Six origins, each shifted for everybody alike by chance: no shift is sure, though of 1,800 rows."""
    found = [fitted(seed, shock=0.5) for seed in range(20)]
    assert sum(each.shift != 0 for each in found) <= 3


@pytest.mark.parametrize(("people", "origins"), [(99, 6), (300, 2)])
def test_few_people_or_origins_change_nothing(people, origins):
    drawn, y, person, origin = world(1, shift=2.0)
    few = (person < people) & (origin < origins)
    found = recalibrated(pit_of_paths(drawn, y, rng(1))[few], person[few], origin[few])
    assert not found.changes
    assert (found.people, found.origins) == (people, origins)


@settings(max_examples=30, deadline=None)
@given(NUMBER, NUMBER, st.lists(st.floats(0.01, 0.99), min_size=2, max_size=6, unique=True))
def test_it_is_monotone_and_undone_by_its_own_rank(shift, wider, levels):
    found = Recalibration(shift=shift, width=math.exp(wider))
    told = [found.level(q) for q in sorted(levels)]
    assert told == sorted(told)
    inside = np.array([one for one in told if 1e-9 < one < 1 - 1e-9])
    kept = [q for q, one in zip(sorted(levels), told, strict=True) if 1e-9 < one < 1 - 1e-9]
    np.testing.assert_allclose(found.rank(inside), kept, atol=1e-5)


def test_nothing_learned_hands_out_what_was_drawn():
    drawn = rng(1).normal(size=(5, 40))
    np.testing.assert_array_equal(
        Recalibration().quantiles(drawn, [0.1, 0.5]),
        np.quantile(drawn, [0.1, 0.5], axis=-1, method="weibull"),
    )
    np.testing.assert_array_equal(Recalibration().rank(drawn), drawn)


def test_numbers_of_other_libraries():
    u = np.array([[0.001, 0.3], [0.5, 0.999]])
    np.testing.assert_allclose(normal_of(u), norm.ppf(u), atol=1e-9)
    for freedom in (3, 5, 11, 300):
        assert student(freedom) == pytest.approx(t.ppf(0.975, freedom), rel=0.01)


def forecasts(seed: int, drift: float):
    """A direct forecast that is right but noisy, and paths that drift away from it."""
    draw = rng(seed)
    person = np.tile(np.arange(PEOPLE), ORIGINS)
    origin = np.repeat(np.arange(ORIGINS), PEOPLE)
    mean = draw.gamma(2, 5, len(person))
    direct = mean * np.exp(draw.normal(0, 0.2, len(mean)))
    return mean * drift, direct, draw.poisson(mean).astype(float), person, origin


def test_drifting_paths_are_moved_and_true_ones_are_not():
    assert max(blend(*forecasts(seed, 1.0)) for seed in range(10)) < 0.1
    assert min(blend(*forecasts(seed, 0.6)) for seed in range(10)) > 0.5


def test_a_blend_is_better_than_either():
    paths, direct, y, person, origin = forecasts(3, 0.8)
    share = blend(paths, direct, y, person, origin)
    losses = [((y - (1 - b) * paths - b * direct) ** 2).mean() for b in (0, share, 1)]
    assert losses[1] < min(losses[0], losses[2])


def test_coverage_of_mended_paths_by_their_ranks():
    drawn, y, *_ = world(5, width=1.7)
    found = fitted(6, width=1.7)
    before = covered_by_paths(drawn, y, 0.8).mean()
    u = found.rank(pit_of_paths(drawn, y, rng(8)))
    assert before < 0.65 < (np.abs(u - 0.5) <= 0.4).mean()


@pytest.mark.parametrize("paths", [9, 19, 99])
def test_few_paths_cover_as_often_as_many(paths):
    drawn, y, *_ = world(3)
    assert covered(Recalibration(), drawn[:, :paths], y) == pytest.approx(0.8, abs=0.03)
