"""Totals: the person's own rate times the window, by hand; heads of sums follow the few who do most."""

from __future__ import annotations

import numpy as np
from tests.lives import life

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.phi import phi
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.head import recipe_of
from doxa.learning.population import fit_population

MAP = parse_map(
    """
doxa: 1
product: shop
clock: position
bands: [8, never]
nodes: {shops: {kind: preference}}
signals: {joined: [], trip: [{node: shops, count: 1, amount: spend}]}
outcomes:
  trips: {count: trip, within: 10}
  spend: {sum: spend, of_signal: trip, within: 10}
"""
)
PEOPLE, LENGTH = 120, 100


def shoppers(seed: int) -> list[Signal]:
    """Most spend little; a few, a hundred times as much."""
    rng = np.random.default_rng(seed)
    found = []
    for person in range(PEOPLE):
        often, much = rng.uniform(0.1, 0.9), 1 + 100 * (person % 17 == 0)
        told = [("joined", 0, 0.0)]
        told += [("trip", at, float(much)) for at in range(1, LENGTH) if rng.random() < often]
        found += life(person, [(kind, at, {"spend": spend}, None) for kind, at, spend in told])
    return found


def test_columns_by_hand() -> None:
    signals = shoppers(1)
    for name in ("trips", "spend"):
        outcome = MAP.outcomes[name]
        past = past_of(signals, MAP, [outcome])
        head = fit_population(past, [outcome], 80).heads[name]
        recipe = recipe_of(head, MAP)
        rows = at_origins(outcome, np.arange(PEOPLE), [60])
        found = phi(recipe, Views(past, recipe.readings), rows)
        norms = dict(zip(("rate", "amount"), head.norms["shops"].family[:2], strict=True))
        usual = norms["rate"] * (norms["amount"] if name == "spend" else 1.0)
        column = found.table[:, found.names.index("shops: total, band never")]
        for person in range(0, PEOPLE, 11):
            own = [s for s in signals if s.twin == f"p{person}" and s.kind == "trip" and s.at < 60]
            total = (
                sum(float(str(s.payload["spend"])) for s in own) if name == "spend" else len(own)
            )
            rate = (total + usual * 10) / (60 + 10)
            expected = (rate - usual) * 10 if name == "spend" else np.log(rate / usual)
            np.testing.assert_allclose(column[person], expected, rtol=1e-9)


def test_a_sum_follows_those_who_spend_most() -> None:
    outcome = MAP.outcomes["spend"]
    past = past_of(shoppers(1), MAP, [outcome])
    head = fit_population(past, [outcome], 80).heads["spend"]
    others = past_of(shoppers(2), MAP, [outcome])
    rows = at_origins(outcome, np.arange(PEOPLE), [85])
    y = labels_of(outcome, others, rows, LENGTH).y
    mean = forecast(head, Views(others, recipe_of(head, MAP).readings), rows).mean
    assert np.mean((mean - y) ** 2) < 0.1 * np.var(y)
