"""Four in five shopping days, and sums spent, of real households lie inside the ends of their forecast."""

from __future__ import annotations

import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, parse_time
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.views import Views
from doxa.heads.ends import ends_of
from doxa.heads.forecast import forecast
from doxa.heads.head import recipe_of
from doxa.learning.population import fit_population
from tests.data.test_grocery import grocery_data

MAP = parse_map(
    """
doxa: 1
product: grocery
nodes:
  shops: {kind: preference, says: "Shops here."}
signals:
  trip: [{node: shops, count: 1, once: day, amount: spent}]
outcomes:
  shopping_days: {count: trip, once: day, within: 28d}
  spend_month: {sum: spent, of_signal: trip, within: 28d}
"""
)
FIRST = parse_time("2017-01-01T00:00:00Z")
SLICE = 6


def trips() -> list[Signal]:
    duckdb = pytest.importorskip("duckdb")
    found = duckdb.sql(
        f"""
        select household_id, basket_id, min(epoch_us(transaction_timestamp)), sum(sales_value)
        from '{grocery_data() / "transactions.parquet"}'
        where household_id % {SLICE} = 0 group by 1, 2 order by 3, 2
        """
    ).fetchall()
    return [
        Signal(
            id=str(basket),
            twin=str(household),
            kind="trip",
            at=int(at),
            recorded=int(at),
            payload={"spent": round(float(spent), 2)},
        )
        for household, basket, at, spent in found
    ]


@pytest.mark.data
def test_four_in_five_months_of_households_lie_inside() -> None:
    outcomes = list(MAP.outcomes.values())
    past = past_of(trips(), MAP, outcomes)
    cut = FIRST + 273 * DAY
    known = past_of([one for one in trips() if one.at < cut], MAP, outcomes)
    population = fit_population(known, outcomes, cut)
    for outcome in outcomes:
        head = population.heads[outcome.name]
        grid = [cut + step * 28 * DAY for step in range(3)]
        rows = at_origins(outcome, np.unique(past.signals.twin), grid)
        y = labels_of(outcome, past, rows, cut + 200 * DAY).y
        views = Views(past, recipe_of(head, MAP).readings)
        found = forecast(head, views, rows)
        ends = ends_of(head, views, rows, found)
        assert ends is not None
        inside = (ends[0] <= y) & (y <= ends[1])
        assert 0.76 <= inside.mean() <= 0.85, outcome.name
        often = found.mean > np.median(found.mean)
        for part in (often, ~often):
            assert 0.72 <= inside[part].mean() <= 0.88, outcome.name
        assert ends[1][often].mean() - ends[0][often].mean() > ends[1][~often].mean() * 0.5
