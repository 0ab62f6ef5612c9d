"""Choices that follow what people hold: read before the first choice, told node by node."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.lives import in_order

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import FieldType
from doxa.beliefmap.unread import unread
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.heads.choice import ChoiceHead, forecast_choice, reasons_of_choice
from doxa.heads.population import Population, decode, encode
from doxa.heads.renaming import renamed
from doxa.learning.population import fit_population
from doxa.types import Json

MAP = parse_map(
    """
doxa: 1
product: canteen
clock: position
bands: [4, never]
fields: {dish: category, kind: category}
nodes:
  saving: {kind: goal}
  likes: {kind: preference, of: kind}
signals:
  said: [{node: saving, for: 1}]
  praised: [{node: likes, for: 1}]
  served: []
  weather: []
outcomes:
  takes: {choice: served, options: dishes, chosen: dish, attributes: [price, kind], given: [hungry], recent: {weather: [hot]}}
"""
)
OUTCOME = MAP.outcomes["takes"]
DISHES = ("soup", "salad", "stew")
KINDS = ("fish", "meat")
PEOPLE = 120


def diners(seed: int = 1) -> list[Signal]:
    """Half of them save, each likes one kind; the hungry take stew, in the heat all take salad."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for person in range(PEOPLE):
        saves, liked = person % 2 == 0, KINDS[int(rng.integers(2))]
        told: list[tuple[str, dict[str, Json]]] = [("praised", {"kind": liked})]
        told += [("said", {})] if saves else []
        for _ in range(4):
            hot, hungry = bool(rng.integers(2)), bool(rng.integers(2))
            price, kind = rng.uniform(1, 3, 3), rng.choice(KINDS, 3)
            eta = -2.5 * saves * price + 1.5 * (kind == liked)
            eta += np.array([0, 3.0 * hot, 3.0 * hungry])
            pick = int(rng.choice(3, p=np.exp(eta) / np.exp(eta).sum()))
            dishes = [
                {"id": dish, "price": float(price[place]), "kind": str(kind[place])}
                for place, dish in enumerate(DISHES)
            ]
            told.append(("weather", {"hot": hot}))
            told.append(("served", {"dishes": dishes, "dish": DISHES[pick], "hungry": hungry}))
        found += in_order(person, told)
    return found


@pytest.fixture(scope="module")
def population() -> Population:
    return fit_population(past_of(diners(), MAP, [OUTCOME]), [OUTCOME], 100)


@pytest.fixture(scope="module")
def head(population: Population) -> ChoiceHead:
    return population.choices["takes"]


@pytest.fixture(scope="module")
def others() -> Past:
    return past_of(diners(seed=2), MAP, [OUTCOME])


def test_a_first_choice_follows_what_is_held(head: ChoiceHead, others: Past) -> None:
    """Before anybody chose, the state of people alone tells them apart."""
    rows = at_signals(OUTCOME, others)
    first = rows.take(np.unique(rows.twin, return_index=True)[1])
    found = forecast_choice(head, others, first)
    columns = others.columns["served"]
    took = columns.fields["dish"].codes(others.coder("dish"))
    place = found.menus.place_of(took[np.searchsorted(columns.row, first.signal)])
    known = -np.log(found.mean[place]).mean()
    silent = [each for each in diners(seed=2) if each.kind == "served"]
    less = past_of(silent, MAP, [OUTCOME])
    rows = at_signals(OUTCOME, less)
    first = rows.take(np.unique(rows.twin, return_index=True)[1])
    unknown = -np.log(forecast_choice(head, less, first).mean[place]).mean()
    assert known < 0.85 * unknown


def test_reasons_are_what_each_node_moves(head: ChoiceHead) -> None:
    """The reason of a node is eta less eta had it no evidence: take the signals away and see."""
    signals = diners(seed=2)
    others = past_of(signals, MAP, [OUTCOME])
    rows = at_signals(OUTCOME, others)
    told = reasons_of_choice(head, others, rows)
    found = forecast_choice(head, others, rows)
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), found.eta, atol=1e-9)
    assert {"saving", "likes", "given hungry", "recent weather.hot"} <= set(told.nodes)
    for node, kind in (("saving", "said"), ("likes", "praised")):
        # The same signals stay, so that everybody is known as long as before; they say nothing.
        rules = {**MAP.signals, kind: ()}
        quiet = msgspec.structs.replace(MAP, signals=rules)
        less = forecast_choice(head, past_of(signals, quiet, [OUTCOME]), rows)
        moved = found.eta - less.eta
        assert np.abs(moved).max() > 0.1
        np.testing.assert_allclose(told.by_node[:, told.nodes.index(node)], moved, atol=1e-9)


def test_who_saves_minds_the_price(head: ChoiceHead) -> None:
    weight = dict(zip(head.names, head.weights, strict=True))
    assert weight["saving: band 4, by price"] < -0.3
    assert weight["given hungry: hungry, for stew"] > 1


def test_a_renamed_node_keeps_what_it_moves(population: Population, others: Past) -> None:
    told = renamed(population, {"saving": "thrifty"}).choices["takes"]
    assert "thrifty" in told.owners
    assert b"saving" not in msgspec.json.encode(told)
    assert renamed(population, {}).choices == population.choices


def test_it_survives_the_store(population: Population) -> None:
    assert decode(encode(population)) == population


def test_fields_that_name_items_are_not_read_beside_options() -> None:
    assert not [path for path, _ in unread(MAP) if "given" in path]
    fields = {**MAP.fields, "hungry": FieldType.ITEM}
    odd = msgspec.structs.replace(MAP, fields=fields)
    assert [path for path, _ in unread(odd)] == ["outcomes.takes.given"]
