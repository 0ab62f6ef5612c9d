"""A category asked at a signal: a probability per value, those few people had counted as one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.lives import in_order

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import OTHER
from doxa.beliefmap.unread import unread
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.errors import PopulationError
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.fidelity.candidate import compared, losses_of
from doxa.heads.choice import ChoiceHead, choice_outcome, forecast_choice, reasons_of_choice
from doxa.learning.asked import rows_to_fit
from doxa.learning.population import fit_population
from doxa.runtime.opening import open_twins

MAP = parse_map(
    """
doxa: 1
product: telephone
clock: position
fields: {plan: category}
nodes: {travels: {kind: belief}}
signals:
  abroad: [{node: travels, for: 1}]
  renewed: []
outcomes: {renews: {value: plan, of_signal: renewed}}
"""
)
OUTCOME = MAP.outcomes["renews"]


def callers(people: int = 80, seed: int = 1) -> list[Signal]:
    """Who was abroad takes `world`; three people took plans that nobody else has."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for person in range(people):
        travels = person % 2 == 0
        steps = [("abroad", {})] if travels else []
        for _ in range(3):
            p = (0.1, 0.2, 0.7) if travels else (0.6, 0.3, 0.1)
            plan = str(rng.choice(["home", "land", "world"], p=p))
            steps.append(("renewed", {"plan": f"odd {person}" if person < 3 else plan}))
        found += in_order(person, steps)
    return found


@pytest.fixture(scope="module")
def past() -> Past:
    return past_of(callers(), MAP, [OUTCOME])


@pytest.fixture(scope="module")
def head(past: Past) -> ChoiceHead:
    return fit_population(past, [OUTCOME], 10).choices["renews"]


def test_every_value_that_enough_people_had_is_offered(past: Past, head: ChoiceHead) -> None:
    assert set(head.levels) == {"home", "land", "world"}
    found = forecast_choice(head, past, at_signals(OUTCOME, past))
    names = [past.values("plan")[code] for code in found.menus.option[:4]]
    assert names == [*head.levels, OTHER]
    np.testing.assert_allclose(np.add.reduceat(found.mean, found.menus.start[:-1]), 1.0)
    assert b"odd" not in repr(head).encode()


def test_what_is_held_tells_the_first_value(head: ChoiceHead) -> None:
    others = past_of(callers(seed=2), MAP, [OUTCOME])
    rows = at_signals(OUTCOME, others)
    rows = rows.take(np.unique(rows.twin, return_index=True)[1])
    found = forecast_choice(head, others, rows)
    world = others.coder("plan")("world")
    p = found.mean[found.menus.option == world]
    assert p[0::2].min() > 0.5 > 0.25 > p[1::2].max()
    told = reasons_of_choice(head, others, rows)
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), found.eta, atol=1e-9)
    assert "travels" in told.nodes


def test_a_value_few_people_had_is_judged_as_other(past: Past, head: ChoiceHead) -> None:
    fit, _ = rows_to_fit(past, OUTCOME, 10)
    loss = losses_of(head, past, fit)
    odd = np.array([person < 3 for person in fit.rows.twin.tolist()])
    found = forecast_choice(head, past, fit.rows)
    other = found.mean[np.isin(found.menus.option, [past.coder("plan")(OTHER)])]
    np.testing.assert_allclose(loss[odd], -np.log(other[odd]))
    assert compared(fit, loss, loss, head, "since") is not None
    assert choice_outcome(head, MAP).levels == tuple(head.levels)


def test_text_that_is_not_declared_says_what_to_do(tmp_path: Path) -> None:
    plain = parse_map(MAP.text.replace("fields: {plan: category}", ""))
    past = past_of(callers(20), plain, [plain.outcomes["renews"]])
    with pytest.raises(PopulationError, match="is a number") as caught:
        fit_population(past, [plain.outcomes["renews"]], 10)
    assert "plan: category" in caught.value.hint
    with open_twins(tmp_path / "a.db", MAP) as twins:
        twins.observe_many(callers())
        twins.fit()
        found = twins.twin("p10").forecast("renews")
        assert {one.item for one in found} == {"home", "land", "world", OTHER}
        assert sum(one.probability for one in found) == pytest.approx(1)


def test_few_people_teach_no_value() -> None:
    past = past_of(callers(6), MAP, [OUTCOME])
    with pytest.raises(PopulationError, match="10 people"):
        fit_population(past, [OUTCOME], 10)


def test_the_rows_are_the_same_in_any_order() -> None:
    signals = callers(40)
    one, other = (
        fit_population(past_of(told, MAP, [OUTCOME]), [OUTCOME], 10).choices["renews"]
        for told in (signals, signals[::-1])
    )
    assert one.levels == other.levels
    np.testing.assert_allclose(one.weights, other.weights, rtol=1e-6, atol=1e-9)


def test_a_category_after_a_trigger_is_said_not_to_be_read() -> None:
    later = MAP.text.replace(
        "{value: plan, of_signal: renewed}",
        "{after: abroad, value: plan, of_signal: renewed, within: 3}",
    )
    assert [path for path, _ in unread(parse_map(later))] == ["outcomes.renews.value"]
    assert not unread(MAP)
