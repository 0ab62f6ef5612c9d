"""The coupled block of phi: what the twin shows, alike by row and by column, with exact reasons."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.columns import EvidenceColumns
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.checks.worlds import TIMED, crowd, past_of
from doxa.domain.clock import DAY
from doxa.features.coupling import Coupling
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.features.phi import phi
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.head import Head, recipe_of
from doxa.heads.reasons import reasons
from doxa.learning.population import fit_population
from doxa.reading.coupling.mode import log_odds
from doxa.runtime.opening import open_twins

MAP = parse_map(
    TIMED
    + """
edges:
  - {from: {buys: milk}, to: fair, kind: supports, weight: 2}
  - {from: fair, to: shops, kind: contradicts}
"""
)
SIGNALS = crowd(people=24)
ORIGIN = SIGNALS[-1].at + 1
NAMES = ("buys_soon", "buys_count")
PARTS = ["buys", "shops", "fair"]


@pytest.fixture(scope="module")
def past() -> Past:
    return past_of(SIGNALS, MAP, [MAP.outcomes[name] for name in NAMES])


@pytest.fixture(scope="module")
def heads(past: Past) -> dict[str, Head]:
    return fit_population(past, [MAP.outcomes[name] for name in NAMES], ORIGIN).heads


def rows_of(past: Past, name: str):
    outcome = MAP.outcomes[name]
    rows = at_origins(outcome, np.unique(past.signals.twin), [ORIGIN - 9 * DAY, ORIGIN])
    if outcome.of is None:
        return rows
    return rows.for_members(np.array([past.coder(outcome.of)(n) for n in ("milk", "tea", "new")]))


def found(head: Head, past: Past, rows):
    recipe = recipe_of(head, MAP)
    return phi(recipe, Views(past, recipe.readings), rows)


@pytest.mark.parametrize("name", NAMES)
def test_one_row_alone_has_the_same_features(past, heads, name):
    rows = rows_of(past, name)
    whole = found(heads[name], past, rows)
    for row in range(0, len(rows), 17):
        alone = found(heads[name], past, rows.take(np.array([row])))
        np.testing.assert_allclose(alone.table[0], whole.table[row], rtol=1e-9, atol=1e-9)


def test_it_is_what_the_twin_shows(past, heads, tmp_path):
    rows = rows_of(past, "buys_soon")
    table = found(heads["buys_soon"], past, rows)
    with open_twins(tmp_path / "a.db", MAP) as twins:
        twins.observe_many(SIGNALS, now=ORIGIN)
        people = list(dict.fromkeys(signal.twin for signal in SIGNALS))
        for row in range(0, len(rows), 13):
            twin = twins.twin(people[rows.twin[row]], as_of=int(rows.seen.at[row]) - 1)
            for node in ("fair", "shops", f"buys[{['milk', 'tea', 'new'][row % 3]}]"):
                told = twin.opinion(node)
                together, alone = log_odds(np.array([told.credence, told.native]))
                column = table.names.index(f"{node.partition('[')[0]}: coupled")
                expected = [together, together - alone]
                assert table.table[row, column : column + 2] == pytest.approx(expected, abs=1e-6)


def without(past: Past, nodes: list[str], belief_map: BeliefMap) -> Past:
    """The past had some nodes' rules never said anything."""
    rules = [number for number, rule in enumerate(belief_map.rules) if rule.node in nodes]
    kept = ~np.isin(past.evidence.rule, rules)
    names = EvidenceColumns.__dataclass_fields__
    return replace(
        past, evidence=EvidenceColumns(*(getattr(past.evidence, n)[kept] for n in names))
    )


@pytest.mark.parametrize("name", NAMES)
def test_reasons_add_up_and_joined_nodes_answer_together(past, heads, name):
    head = heads[name]
    readings = recipe_of(head, MAP).readings
    rows = rows_of(past, name)
    whole = forecast(head, Views(past, readings), rows).eta
    told = reasons(head, Views(past, readings), rows)
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), whole, atol=1e-9)
    joint = "buys + shops + fair"
    assert joint in told.nodes
    silent = forecast(head, Views(without(past, PARTS, MAP), readings), rows).eta
    parts = [place for place, node in enumerate(told.nodes) if node in (*PARTS, joint)]
    np.testing.assert_allclose(whole - silent, told.by_node[:, parts].sum(axis=1), atol=1e-9)
    mood = told.nodes.index("mood")
    silent = forecast(head, Views(without(past, ["mood"], MAP), readings), rows).eta
    np.testing.assert_allclose(whole - silent, told.by_node[:, mood], atol=1e-9)


def test_a_map_without_edges_has_no_such_columns(past):
    plain = msgspec.structs.replace(MAP, edges=())
    outcome = plain.outcomes["buys_soon"]
    head = fit_population(past_of(SIGNALS, plain, [outcome]), [outcome], ORIGIN).heads["buys_soon"]
    assert not any("coupled" in name for name in head.names)


POOLED = parse_map(
    TIMED.replace(
        "nodes:", "nodes:\n  fair_when: {kind: belief, of: weekpart, half_life: 3d, within: fair}"
    )
    .replace("complaint: [", "complaint: [{node: fair_when, against: 0.4}, ")
    .replace("    - {node: fair, for", "    - {node: fair_when, for: 0.1}\n    - {node: fair, for")
    + "edges: [{from: {fair_when: weekend}, to: shops, kind: contradicts}]"
)


def test_members_that_fall_back_are_coupled_as_the_twin_shows(tmp_path):
    outcome = POOLED.outcomes["buys_soon"]
    past = past_of(SIGNALS, POOLED, [outcome])
    rows = at_origins(outcome, np.unique(past.signals.twin), [ORIGIN - 2 * DAY, ORIGIN])
    weekend = past.members.code("fair_when", ("weekend",))
    asked = {"shops": np.zeros(len(rows), np.int64), "fair_when": np.full(len(rows), weekend)}
    told = Coupling(past).credences(rows, asked)
    silent = Coupling(past).credences(rows, asked, ["fair_when"])
    with open_twins(tmp_path / "a.db", POOLED) as twins:
        twins.observe_many(SIGNALS, now=ORIGIN)
        people = list(dict.fromkeys(signal.twin for signal in SIGNALS))
        for row in range(0, len(rows), 5):
            twin = twins.twin(people[rows.twin[row]], as_of=int(rows.seen.at[row]) - 1)
            for name, node in (("shops", "shops"), ("fair_when", "fair_when[weekend]")):
                opinion, (together, alone) = twin.opinion(node), told[name]
                assert together[row] == pytest.approx(opinion.credence, abs=1e-7)
                assert alone[row] == pytest.approx(opinion.native, abs=1e-7)
    assert np.ptp(told["fair_when"][1]) > 0.1
    assert silent["fair_when"][1] == pytest.approx(0.5)
