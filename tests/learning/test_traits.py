"""Traits, and what nodes mean to people with one trait or another: weighed, told and added up."""

from __future__ import annotations

import numpy as np
import pytest
from tests.lives import in_order

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.moments import at_signals
from doxa.features.phi import JOINED, phi
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.head import Head, recipe_of
from doxa.heads.predictor import plain_eta
from doxa.heads.reasons import reasons
from doxa.learning.population import fit_population

MAP = parse_map(
    """
doxa: 1
product: gym
clock: position
bands: [never]
fields: {came: flag, level: number}
nodes: {keen: {kind: goal}}
signals:
  vowed: [{node: keen, for: 1}]
  due: []
outcomes: {comes: {value: came, of_signal: due, given: [level]}}
personas: [age]
"""
)
OUTCOME = MAP.outcomes["comes"]


def members(people: int = 400, seed: int = 1) -> list[Signal]:
    """A vow brings the young, keeps the old away; and the young come less often anyway."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for person in range(people):
        young, vowed, level = person % 2 == 0, bool(rng.integers(2)), float(rng.normal())
        eta = (2.5 if young else -2.5) * (vowed - 0.5) - 1.5 * young + 0.3 * level
        came = bool(rng.random() < 1 / (1 + np.exp(-eta)))
        steps = [("traits", {"age": "young" if young else "old"})]
        steps += [("vowed", {})] if vowed else []
        steps.append(("due", {"came": came, "level": level}))
        found += in_order(person, steps)
    return found


PAST = past_of(members(), MAP, [OUTCOME])
ROWS = at_signals(OUTCOME, PAST)


@pytest.fixture(scope="module")
def head() -> Head:
    return fit_population(PAST, [OUTCOME], 10).heads["comes"]


def test_what_a_vow_means_depends_on_the_trait(head: Head) -> None:
    weight = dict(zip(head.names, head.weights, strict=True))
    moved = {age: weight[f"keen: band never, by trait age: age: {age}"] for age in ("old", "young")}
    assert moved["young"] > 0.3 > -0.3 > moved["old"]


def test_reasons_are_what_each_owner_moves_and_add_up(head: Head) -> None:
    """Of the node, of the trait, and of both together: eta less eta with one of them silenced."""
    views = Views(PAST, recipe_of(head, MAP).readings)
    told = reasons(head, views, ROWS)
    found = forecast(head, views, ROWS).eta
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), found, atol=1e-9)
    both = JOINED.join(("keen", "trait age"))
    assert {"keen", "trait age", both} <= set(told.nodes)
    recipe = recipe_of(head, MAP)
    for owner in ("keen", "trait age"):
        without = plain_eta(head, views, ROWS, phi(recipe, views, ROWS, silenced=owner))
        parts = told.by_node[:, told.nodes.index(owner)]
        # Silence one of two that own a column together, and what they tell together goes as well.
        together = told.by_node[:, told.nodes.index(both)]
        np.testing.assert_allclose(found - without, parts + together, atol=1e-9)
        assert np.abs(parts + together).max() > 0.1
