"""Shoppers who choose at a shelf, and the head that was fitted to their choices."""

from __future__ import annotations

import pytest
from tests.heads.test_choice import MAP, OUTCOME, TIMES, shoppers

from doxa.checks.worlds import past_of
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.choice import ChoiceHead
from doxa.learning.population import fit_population


@pytest.fixture(scope="module")
def past() -> Past:
    return past_of(shoppers(30, seed=4), MAP, [OUTCOME])


@pytest.fixture(scope="module")
def head(past: Past) -> ChoiceHead:
    return fit_population(past, [OUTCOME], TIMES).choices["takes"]


@pytest.fixture(scope="module")
def rows(past: Past) -> Rows:
    found = at_signals(OUTCOME, past)
    return found.take(found.seen.at == TIMES - 1)
