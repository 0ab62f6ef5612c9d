"""Drift on generated streams: stable ones are left alone, drifted ones are named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.fidelity.drift import FEWEST_AFTER, FEWEST_BEFORE, Alarms, alarms_of, scores_of
from doxa.heads.glm import Family, mean_of, sigmoid

STREAMS = 200


def streams(
    sets: int,
    people: int,
    *,
    shocks: float = 0.0,
    level: float = 0.0,
    slope: float = 1.0,
    at: int = 0,
    rows: int = 1,
    number: int = STREAMS,
    seed: int = 1,
    family: Family = Family.BERNOULLI,
) -> Alarms:
    """Streams of forecasts of the same people, miscalibrated from the beginning as real ones are.

    Every person has a habit that no forecast knows, and every set a shock of its own. From set
    `at` on the level, or the slope, is another.
    """
    rng = np.random.default_rng(seed)
    habit = rng.normal(0, 0.5, (number, 1, people))
    eta = rng.normal(-1.2, 1.0, (number, 1, people)) + rng.normal(0, 0.4, (number, sets, people))
    later = (np.arange(sets) >= at)[None, :, None] & (at > 0)
    told = -1.2 + (eta + 1.2) * np.where(later, slope, 1.0) + np.where(later, level, 0.0)
    true = 0.2 + 0.85 * told + habit + rng.normal(0, shocks, (number, sets, 1))
    true, eta = np.repeat(true, rows, axis=2), np.repeat(eta, rows, axis=2)
    if family is Family.BERNOULLI:
        y = (rng.random(true.shape) < sigmoid(true)).astype(np.float64)
    elif family is Family.POISSON:
        y = rng.poisson(mean_of(true, family)).astype(np.float64)
    else:
        y = true + rng.normal(0, 3.0, true.shape)
    place = np.repeat(np.arange(number * sets), people * rows)
    person = np.tile(np.repeat(np.arange(people), rows), number * sets)
    found = scores_of(y.ravel(), eta.ravel(), place, person, (number, sets), family)
    return alarms_of(found)


def named(found: Alarms) -> float:
    return float((found.named >= 0).mean())


@pytest.mark.parametrize(
    ("sets", "people", "shocks"), [(24, 80, 0.0), (24, 80, 0.1), (12, 80, 0.3), (40, 40, 0.15)]
)
def test_of_stable_streams_at_most_one_in_twenty_is_ever_named(sets, people, shocks) -> None:
    assert named(streams(sets, people, shocks=shocks)) <= 0.05


def test_of_drifted_streams_at_least_four_in_five_are_named() -> None:
    kinds = [{"level": 0.7}, {"level": -0.7}, {"slope": 0.4}, {"level": 0.5, "slope": 0.6}]
    found = [streams(24, 150, shocks=0.1, at=12, number=STREAMS // 4, **each) for each in kinds]
    assert np.mean([named(each) for each in found]) >= 0.8
    for each in found:
        assert named(each) >= 0.5
        assert np.median(np.abs(each.since[each.named >= 0] - 12)) <= 2


def test_many_rows_of_one_person_are_not_so_many_people() -> None:
    assert named(streams(24, 30, rows=5, number=100)) <= 0.05


@pytest.mark.parametrize("family", [Family.POISSON, Family.GAUSSIAN])
def test_counts_and_values_drift_too(family) -> None:
    assert named(streams(20, 60, number=100, family=family)) <= 0.05
    assert named(streams(20, 80, number=40, family=family, level=1.5, at=10)) >= 0.8


def test_few_sets_name_nothing() -> None:
    few = streams(FEWEST_BEFORE + FEWEST_AFTER - 1, 200, level=5.0, at=3, number=20)
    assert (few.named < 0).all()
    assert (few.odds == 0).all()


def test_a_set_whose_forecasts_are_all_one_number_is_judged_by_its_level() -> None:
    y = np.random.default_rng(2).random(16 * 50) < np.repeat(np.arange(16) >= 8, 50) * 0.4 + 0.2
    found = scores_of(
        y.astype(np.float64),
        np.full(len(y), -0.8),
        np.repeat(np.arange(16), 50),
        np.arange(len(y)),
        (1, 16),
        Family.BERNOULLI,
    )
    told = alarms_of(found)
    assert np.isfinite(told.odds).all()
    assert told.named[0] > told.since[0] == 8


@given(st.permutations(range(60)))
@settings(max_examples=10)
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    rng = np.random.default_rng(3)
    y, eta = (rng.random(60) < 0.4).astype(np.float64), rng.normal(size=60)
    place, person = np.repeat(np.arange(6), 10), np.tile(np.arange(10), 6)
    pick = np.array(order)
    plain = scores_of(y, eta, place, person, (1, 6), Family.BERNOULLI)
    mixed = scores_of(y[pick], eta[pick], place[pick], person[pick], (1, 6), Family.BERNOULLI)
    np.testing.assert_allclose(mixed.spread, plain.spread, atol=1e-9)
    np.testing.assert_allclose(alarms_of(mixed).odds, alarms_of(plain).odds, atol=1e-8)
