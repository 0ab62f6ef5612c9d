"""Members of a family that mean something else by the same columns are weighed in their own way."""

from __future__ import annotations

import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import START, past_of
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.fidelity.metrics import auc
from doxa.heads.forecast import forecast
from doxa.heads.glm import mean_of
from doxa.heads.head import Head, recipe_of
from doxa.heads.predictor import look
from doxa.heads.reasons import reasons
from doxa.learning.choosing import LEFT_OUT
from doxa.learning.labelled import Labelled
from doxa.learning.population import fit_population
from doxa.learning.training import train

MAP = parse_map(
    """
doxa: 1
product: shop
bands: [10d, never]
nodes: {buys: {kind: preference, of: category, half_life: 10d}}
signals: {purchase: [{node: buys, count: 1}]}
outcomes: {soon: {of: category, items: {top: 2}, happens: purchase, within: 7d}}
"""
)
OUTCOME = MAP.outcomes["soon"]
DAYS = 70


def bought(people: int, seed: int, alike: bool, left_out: float = 1.0) -> list[Signal]:
    """Milk is bought by habit; tea by whoever did not buy it lately, or by the same habit.

    Where a fit leaves one person in five out, that one buys so many times as often.
    """
    rng = np.random.default_rng(seed)
    found = []
    for person in range(people):
        keen = rng.beta(0.4, 0.8)
        if person % LEFT_OUT == LEFT_OUT - 1:
            keen = min(left_out * keen, 1.0)
        last = -99
        for day in range(DAYS):
            at = START + day * DAY
            if rng.random() < 0.5 * keen:
                found.append(signal(person, at, "milk"))
            chance = 0.5 * keen if alike else 0.02 if day - last < 21 else 0.25
            if rng.random() < chance:
                last = day
                found.append(signal(person, at + 1, "tea"))
    return found


def signal(person: int, at: int, category: str) -> Signal:
    return Signal(
        id=f"{person}-{at}",
        twin=f"p{person}",
        kind="purchase",
        at=at,
        recorded=at,
        payload={"category": category},
    )


def world(people: int, seed: int, alike: bool, left_out: float = 1.0) -> tuple[Past, Rows]:
    past = past_of(bought(people, seed, alike, left_out), MAP, [OUTCOME])
    origins = [START + day * DAY for day in range(30, DAYS - 7, 7)]
    members = np.array([past.coder("category")(name) for name in ("milk", "tea")])
    return past, at_origins(OUTCOME, np.unique(past.signals.twin), origins).for_members(members)


def fitted(past: Past) -> Head:
    return fit_population(past, [OUTCOME], START + DAYS * DAY).heads["soon"]


@pytest.fixture(scope="module")
def apart() -> Head:
    return fitted(world(230, 1, alike=False)[0])


def test_other_people_are_forecast_by_what_each_member_means(apart: Head) -> None:
    assert apart.by_member is not None
    assert sorted(apart.by_member.members) == ["milk", "tea"]
    past, rows = world(150, 2, alike=False)
    views = Views(past, recipe_of(apart, MAP).readings)
    told = forecast(apart, views, rows).mean
    y = labels_of(OUTCOME, past, rows, START + DAYS * DAY).y
    tea = rows.member == past.coder("category")("tea")
    assert auc(y[tea], told[tea]) > 0.75
    assert auc(y[~tea], told[~tea]) > 0.75
    labelled = Labelled(rows, y)
    assert abs(labelled.y[tea].mean() - told[tea].mean()) < 0.05


def test_reasons_add_up(apart: Head) -> None:
    past, rows = world(20, 3, alike=False)
    views = Views(past, recipe_of(apart, MAP).readings)
    found = reasons(apart, views, rows)
    eta = forecast(apart, views, rows).eta
    np.testing.assert_allclose(found.base + found.by_node.sum(axis=1), eta, rtol=0, atol=1e-9)
    assert np.ptp(found.by_node) > 1


def test_members_that_are_alike_keep_to_the_head() -> None:
    assert fitted(world(230, 4, alike=True)[0]).by_member is None


def test_the_fit_rows_are_right_on_the_whole_whoever_was_left_out() -> None:
    """One in five hardly buys, and is left out: that is no reason to forecast all lower."""
    past, rows = world(600, 5, alike=False, left_out=0.1)
    y = labels_of(OUTCOME, past, rows, START + DAYS * DAY).y
    members = np.unique(rows.member)
    head = train(
        MAP,
        OUTCOME,
        Views(past, readings_of(MAP, OUTCOME)),
        Labelled(rows, y),
        items=[],
        known=members,
    )
    assert head.by_member is not None
    told = mean_of(look(head, Views(past, recipe_of(head, MAP).readings), rows).eta, head.family)
    assert abs(told.mean() - y.mean()) < 0.002
