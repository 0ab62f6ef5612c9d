"""What is done to a person, and what they hold: one decides what the other does."""

from __future__ import annotations

import numpy as np
import pytest
from tests.lives import life

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import after_triggers
from doxa.features.phi import JOINED
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.head import Head, recipe_of
from doxa.heads.reasons import reasons
from doxa.learning.population import fit_population

MAP = parse_map(
    """
doxa: 1
product: shop
clock: position
bands: [never]
nodes: {saving: {kind: goal}}
signals:
  vowed: [{node: saving, for: 1}]
  mailed: []
  bought: []
outcomes: {answers: {after: mailed, happens: bought, within: 2, given: [off]}}
"""
)
OUTCOME = MAP.outcomes["answers"]


def shoppers(people: int = 600, seed: int = 1) -> list[Signal]:
    """Those who save come for a large discount only; the others come whatever it is."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for person in range(people):
        saves, off = person % 2 == 0, float(rng.uniform(0, 1))
        eta = 8 * (off - 0.5) if saves else 0.0
        steps = [("vowed", 0, {})] if saves else []
        steps.append(("mailed", 1, {"off": off}))
        if rng.random() < 1 / (1 + np.exp(-eta)):
            steps.append(("bought", 2, {}))
        found += life(person, [(kind, at, payload, None) for kind, at, payload in steps])
    return found


PAST = past_of(shoppers(), MAP, [OUTCOME])


@pytest.fixture(scope="module")
def head() -> Head:
    return fit_population(PAST, [OUTCOME], 9).heads["answers"]


def test_what_an_action_does_depends_on_what_is_held(head: Head) -> None:
    assert head.by_action
    weight = dict(zip(head.names, head.weights, strict=True))
    assert weight["saving: band never, by given off: off"] > 1
    past = past_of(shoppers(seed=2), MAP, [OUTCOME])
    rows = after_triggers(OUTCOME, past)
    found = forecast(head, Views(past, recipe_of(head, MAP).readings), rows)
    y = labels_of(OUTCOME, past, rows, 9).y
    saves = rows.twin % 2 == 0
    loss = -np.log(np.where(y > 0, found.mean, 1 - found.mean))
    assert loss[saves].mean() < 0.5 < loss[~saves].mean()


def test_reasons_add_up_and_name_both(head: Head) -> None:
    rows = after_triggers(OUTCOME, PAST)
    views = Views(PAST, recipe_of(head, MAP).readings)
    told, found = reasons(head, views, rows), forecast(head, views, rows)
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), found.eta, atol=1e-9)
    assert JOINED.join(("saving", "given off")) in told.nodes
