"""A fitted head: reasons add up and are what evidence does; frozen populations hold no one."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.columns import EvidenceColumns
from doxa.checks.worlds import crowd, past_of, world_map
from doxa.domain.clock import DAY, Clock
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.features.views import Views
from doxa.heads.errors import OWNER
from doxa.heads.forecast import forecast
from doxa.heads.head import recipe_of
from doxa.heads.population import Population, decode, encode
from doxa.heads.reasons import reasons
from doxa.learning.population import fit_population

MAP = world_map(Clock.TIME)
OUTCOMES = [MAP.outcomes[name] for name in ("buys_soon", "buys_count")]
SIGNALS = crowd()
ORIGIN = SIGNALS[-1].at + 1


@pytest.fixture(scope="module")
def past() -> Past:
    return past_of(SIGNALS, MAP, OUTCOMES)


@pytest.fixture(scope="module")
def population(past: Past) -> Population:
    return fit_population(past, OUTCOMES, ORIGIN)


def rows_of(past: Past, name: str, members=("milk", "tea", "rye")):
    outcome = MAP.outcomes[name]
    rows = at_origins(outcome, np.unique(past.signals.twin), [ORIGIN - 5 * DAY, ORIGIN])
    if outcome.of is None:
        return rows
    return rows.for_members(np.array([past.coder(outcome.of)(name) for name in members]))


def without(past: Past, node: str) -> Past:
    """The past had the node's rules never said anything."""
    rules = [number for number, rule in enumerate(MAP.rules) if rule.node == node]
    kept = ~np.isin(past.evidence.rule, rules)
    parts = {
        name: getattr(past.evidence, name)[kept] for name in EvidenceColumns.__dataclass_fields__
    }
    return replace(past, evidence=EvidenceColumns(**parts))


@pytest.mark.parametrize("name", ["buys_soon", "buys_count"])
def test_reasons_are_what_a_nodes_evidence_does_and_add_up(past, population, name) -> None:
    head = population.heads[name]
    readings = recipe_of(head, MAP).readings
    rows = rows_of(past, name)
    rows = rows.take(np.random.default_rng(0).permutation(len(rows))[:100])
    whole = forecast(head, Views(past, readings), rows).eta
    told = reasons(head, Views(past, readings), rows)
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), whole, atol=1e-9)
    met = [node != "liking" for node in told.nodes]
    assert np.ptp(told.by_node[:, met], axis=0).min() > 0
    # What somebody did beyond forecasts has happened: it stays when a node is silenced.
    bare = msgspec.structs.replace(head, errors=None)
    plain = forecast(bare, Views(past, readings), rows).eta
    for place, node in enumerate(told.nodes):
        silent = forecast(bare, Views(without(past, node), readings), rows).eta
        part = whole - plain if node == OWNER else plain - silent
        np.testing.assert_allclose(part, told.by_node[:, place], atol=1e-9)


def test_a_population_comes_back_from_its_bytes(population) -> None:
    assert decode(encode(population)) == population


def test_a_population_names_neither_people_nor_members_few_people_met(population) -> None:
    body = encode(population)
    assert b"milk" in body
    assert b"rye" not in body
    words = set(re.findall(rb"[A-Za-z0-9]+", msgspec.json.encode(population)))
    assert not words & {signal.twin.encode() for signal in SIGNALS}
    assert all(
        len(name) > 3 or not name.startswith("p") for name in population.heads["buys_soon"].items
    )
    assert sorted(population.heads["buys_soon"].items) == ["milk", "tea"]


def test_a_frozen_population_forecasts_the_same_once_somebody_has_left(past, population) -> None:
    rows = rows_of(past, "buys_soon")
    views = Views(past, recipe_of(population.heads["buys_soon"], MAP).readings)
    before = forecast(population.heads["buys_soon"], views, rows).mean
    body = encode(population)
    others = [signal for signal in SIGNALS if signal.twin != "p3"]
    again = fit_population(past_of(others, MAP, OUTCOMES), OUTCOMES, ORIGIN)
    assert again.people == population.people - 1
    assert encode(again) != body
    assert encode(population) == body
    left = past_of(others, MAP, OUTCOMES)
    same = forecast(
        decode(body).heads["buys_soon"],
        Views(left, views_readings(population)),
        rows_of(left, "buys_soon"),
    ).mean
    keys = list(dict.fromkeys(signal.twin for signal in SIGNALS))
    kept = rows.twin != keys.index("p3")
    np.testing.assert_allclose(np.sort(same), np.sort(before[kept]), rtol=1e-9)


def views_readings(population: Population):
    return recipe_of(population.heads["buys_soon"], MAP).readings


def test_late_copies_of_a_person_are_one_person() -> None:
    late = [
        type(s)(**{n: getattr(s, n) for n in s.__struct_fields__} | {"recorded": s.at + 2 * DAY})
        for s in SIGNALS
    ]
    outcome = MAP.outcomes["buys_soon"]
    found = fit_population(past_of(late, MAP, [outcome]), [outcome], ORIGIN + 2 * DAY)
    head = found.heads["buys_soon"]
    assert head.people <= found.people
    assert ("rye",) not in head.norms["buys"].members
