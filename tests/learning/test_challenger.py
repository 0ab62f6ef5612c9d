"""Trees stand beside a head only where people left out are forecast better, and their reasons add up."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.learning.test_members import DAYS, MAP, OUTCOME, signal, world
from tests.learning.test_members import bought as by_habit

from doxa.checks.worlds import START, past_of
from doxa.domain.clock import DAY
from doxa.features.past import Past
from doxa.features.views import Views
from doxa.fidelity.metrics import log_losses
from doxa.heads.forecast import forecast
from doxa.heads.head import Head, recipe_of
from doxa.heads.reasons import reasons
from doxa.learning.population import fit_population


def bought(people: int, seed: int) -> Past:
    """Tea is bought by those who buy a middling amount of milk: no line can say that."""
    rng = np.random.default_rng(seed)
    found = []
    for person in range(people):
        keen = rng.random()
        for day in range(DAYS):
            at = START + day * DAY
            if rng.random() < 0.5 * keen:
                found.append(signal(person, at, "milk"))
            if rng.random() < (0.3 if 0.35 < keen < 0.65 and (day // 7) % 3 else 0.01):
                found.append(signal(person, at + 1, "tea"))
    return past_of(found, MAP, [OUTCOME])


def fitted(past: Past, challenger: bool) -> Head:
    origin = START + DAYS * DAY
    return fit_population(past, [OUTCOME], origin, challenger=challenger).heads["soon"]


@pytest.fixture(scope="module")
def past() -> Past:
    return bought(400, 1)


@pytest.fixture(scope="module")
def head(past: Past) -> Head:
    return fitted(past, True)


def test_trees_that_help_others_stand_beside_the_head(past: Past, head: Head) -> None:
    assert head.boosted is not None
    assert head.boosted.share in (0.5, 1.0)
    assert 0 < head.boosted.gained[1] < head.boosted.gained[0] < head.boosted.gained[2]
    again = msgspec.json.decode(msgspec.json.encode(head), type=Head)
    _, rows = world(400, 1, alike=True)
    some = rows.take(np.arange(60))
    views = Views(past, recipe_of(head, MAP).readings)
    assert (forecast(again, views, some).eta == forecast(head, views, some).eta).all()


def test_reasons_of_trees_add_up(past: Past, head: Head) -> None:
    _, rows = world(400, 1, alike=True)
    some = rows.take(np.arange(60))
    views = Views(past, recipe_of(head, MAP).readings)
    found = reasons(head, views, some)
    eta = forecast(head, views, some).eta
    np.testing.assert_allclose(found.base + found.by_node.sum(axis=1), eta, rtol=0, atol=1e-9)


def test_where_lines_say_it_all_there_are_no_trees() -> None:
    past = past_of(by_habit(60, 5, True), MAP, [OUTCOME])
    plain, tried = fitted(past, False), fitted(past, True)
    assert tried.boosted is None
    _, rows = world(60, 5, alike=True)
    views = Views(past, recipe_of(plain, MAP).readings)
    y = np.ones(len(rows))
    told = [log_losses(y, forecast(one, views, rows).mean).sum() for one in (plain, tried)]
    assert told[0] == told[1]
