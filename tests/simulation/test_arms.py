"""Arms side by side: bands, differences and their intervals, by hand and against truth."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doxa.simulation.arms import Contrast, bands, contrast, pair, sides, together

RNG = np.random.default_rng(7)


def arms(
    people: int, paths: int, *, effect: float = 0.0, common: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Noise of variance 1 in each arm; an effect that varies from path to path by `common`."""
    rng = np.random.default_rng(people * 1000 + paths)
    without = rng.normal(size=(people, paths, 2))
    shift = effect + common * rng.normal(size=(1, paths, 1))
    return without + shift + rng.normal(size=(people, paths, 2)), without


@given(count=st.integers(9, 400))
def test_bands_hold_four_in_five_of_what_comes_however_few_paths(count):
    """In closed form: even numbers in order have the means k / (P + 1), and bands are linear in them.

    The chance that one more even number lies in between is the mean of high - low; any other law is
    an even one, monotonously bent.
    """
    found = bands((np.arange(1, count + 1) / (count + 1))[:, None])
    assert np.allclose([found.low[0], found.middle[0], found.high[0]], [0.1, 0.5, 0.9])


@given(count=st.integers(1, 8))
def test_fewer_paths_than_that_end_with_the_outermost(count):
    paths = RNG.normal(size=(count, 1))
    found = bands(paths)
    assert (found.low[0], found.high[0]) == (paths.min(), paths.max())


def test_twenty_paths_cover_what_they_say():
    paths, real = RNG.normal(size=(19, 20_000)), RNG.normal(size=20_000)
    found = bands(paths)
    assert abs(((real >= found.low) & (real <= found.high)).mean() - 0.8) < 0.01
    assert np.allclose(found.mean, paths.mean(axis=0))


def test_a_difference_is_paired():
    _, without = arms(5, 40)
    found = contrast(pair(without + 2.0, without))
    assert np.allclose([found.difference, found.low, found.high], 2.0)


def test_no_difference_is_none():
    _, without = arms(3, 20)
    assert contrast(pair(without, without)) == Contrast(0.0, 0.0, 0.0)


@given(cut=st.integers(1, 8))
def test_chunks_of_people_do_not_matter(cut):
    under, without = arms(9, 20, effect=0.3)
    whole = pair(under, without)
    parts = together([pair(under[:cut], without[:cut]), pair(under[cut:], without[cut:])])
    assert np.allclose(parts.difference, whole.difference)
    assert np.array_equal(parts.mean, whole.mean)
    again, first = contrast(parts), contrast(whole)
    assert np.allclose([again.low, again.high], [first.low, first.high])


def test_who_is_unknown_is_left_out():
    under, without = arms(4, 10)
    under[2, 3, 0] = np.nan
    found = pair(under, without)
    assert (len(found), found.known.tolist()) == (3, [True, True, False, True])
    assert np.isnan(contrast(pair(under[2:3], without[2:3])).difference)


def test_the_interval_holds_what_it_says():
    """Luck alone, and what moves everybody together: four in five intervals hold the truth."""
    for common in (0.0, 0.5):
        hits = 0
        for seed in range(200):
            rng = np.random.default_rng(seed)
            # The coefficient that is true lies anywhere in what the paths are drawn from.
            truth = 1.0 + common * rng.normal()
            drawn = 1.0 + common * rng.normal(size=(1, 50, 1))
            noise = rng.normal(size=(8, 50, 1))
            found = contrast(pair(drawn + noise, np.zeros((8, 50, 1))))
            hits += found.low <= truth <= found.high
        assert 0.72 <= hits / 200 <= 0.9, (common, hits)


def test_sides_are_rarely_wrong():
    under, without = arms(1000, 50)
    told = sides(pair(under, without))
    assert told.up + told.down <= 30
    assert sum((told.up, told.down, told.neither)) == 1000
    under, without = arms(50, 50, effect=3.0)
    assert sides(pair(under, without)).up == 50
