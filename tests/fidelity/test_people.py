"""How far twins differ beside people, and the split-half ceiling, on people made up for it."""

from __future__ import annotations

import numpy as np
import pytest

from doxa.fidelity.people import ceiling_of, people_of
from doxa.fidelity.resampling import Resamples

PEOPLE, EACH = 2000, 40


def world(told_share: float, seed: int = 1):
    """People with true rates; twins that know so much of how they differ."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(PEOPLE), EACH)
    truth = np.clip(rng.normal(0.5, 0.1, PEOPLE), 0.05, 0.95)
    told = 0.5 + told_share * (truth - 0.5)
    y = (rng.random(len(person)) < truth[person]).astype(float)
    return person, y, told[person], truth


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_spread_is_what_the_twins_know_of_how_people_differ(share):
    person, y, told, _ = world(share)
    found = people_of(
        person, y, told, np.full(len(y), 0.5), told * (1 - told), Resamples(person), 1
    )
    estimate, low, high = found.spread
    assert low < estimate < high
    assert estimate == pytest.approx(share, rel=0.04)
    # Chance makes people seem to differ more than they do.
    assert found.forecasts / found.outcomes < estimate


def test_the_ceiling_is_the_reliability_of_means():
    person, y, told, truth = world(1.0)
    found = ceiling_of(person, y - 0.5, told - 0.5, seed=1)
    between, within = truth.var(), (truth * (1 - truth)).mean()
    expected = between / (between + within / EACH)
    assert found.reliability == pytest.approx(expected, abs=0.04)
    assert found.ceiling == pytest.approx(np.sqrt(expected), abs=0.03)
    # Who knows the true rates reaches it.
    assert found.twin == pytest.approx(found.ceiling, abs=0.03)


def test_outcomes_that_say_nothing_of_people_have_no_ceiling_to_reach():
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(PEOPLE), 2)
    found = ceiling_of(person, rng.normal(size=len(person)), rng.normal(size=len(person)), seed=1)
    assert found.ceiling < 0.25
    assert abs(found.twin) < 0.1


def test_one_outcome_each_cannot_be_halved():
    person = np.arange(50)
    y = (person % 2).astype(float)
    half = np.full(50, 0.5)
    found = people_of(person, y, half, half, half / 2, Resamples(person), 1)
    assert found.ceiling is None
    assert found.spread[0] == 0.0 or np.isnan(found.spread[0])


def test_of_under_ten_people_nothing_is_said():
    person = np.arange(9)
    y = np.ones(9)
    assert people_of(person, y, y, y, y, Resamples(person), 1) is None
