"""Counts and sums of strangers fall evenly into their forecasts."""

from __future__ import annotations

import numpy as np
import pytest
from tests.learning.test_width import BEGIN, END, MAP, OUTCOMES, members

from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.views import Views
from doxa.fidelity.numbers import numbers_of, score_numbers
from doxa.fidelity.resampling import Resamples
from doxa.heads.ends import unknown_of
from doxa.heads.forecast import forecast
from doxa.heads.head import recipe_of
from doxa.learning.population import fit_population


@pytest.fixture(scope="module")
def population():
    return fit_population(past_of(members(400, 1)[0], MAP, OUTCOMES), OUTCOMES, END)


@pytest.mark.parametrize(("name", "kind"), [("often", "counts"), ("spends", "values")])
def test_amounts_of_strangers_fall_evenly_into_their_forecasts(population, name, kind):
    past = past_of(members(400, 2)[0], MAP, OUTCOMES)
    head, outcome = population.heads[name], MAP.outcomes[name]
    rows = at_origins(
        outcome, np.unique(past.signals.twin), [BEGIN + day * DAY for day in (70, 100)]
    )
    views = Views(past, recipe_of(head, MAP).readings)
    y = labels_of(outcome, past, rows, END).y
    found = forecast(head, views, rows)
    scores = score_numbers(head, outcome, found, unknown_of(head, views, rows), y, y, seed=1)
    told = numbers_of(scores, Resamples(rows.person), None)
    assert told.kind == kind
    assert sum(told.all.pit) == len(rows)
    assert max(told.all.pit) < 1.8 * len(rows) / 10
    for share, (inside, low, high) in told.all.coverage.items():
        assert low < inside < high
        assert inside == pytest.approx(float(share) / 100, abs=0.09)
    # Knowing the person says more than how all of these people came out.
    assert told.all.skill[1] > 0.05
