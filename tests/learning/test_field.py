"""What is learned of how nodes lean on each other: a known field, few people, opposite signs."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.checks.strategies import START
from doxa.checks.worlds import past_of
from doxa.domain.clock import HOUR
from doxa.domain.signal import Signal
from doxa.features.totals import Totals
from doxa.learning.field import learned_links
from doxa.learning.priors import node_priors
from doxa.reading.coupling.field import Link

MAP = """
doxa: 1
product: known
nodes:
  a: {kind: belief, half_life: never}
  b: {kind: belief, half_life: never}
  c: {kind: belief, half_life: never}
  d: {kind: belief, half_life: never}
  e: {kind: belief, half_life: never}
  f: {kind: belief, half_life: never}
edges:
  - {from: a, to: b, kind: supports}
  - {from: b, to: c, kind: contradicts}
  - {from: d, to: e, kind: supports, weight: 0.1}
signals:
  said:
    - {node: a, for: 1, when: {about: a, holds: 1}}
    - {node: a, against: 1, when: {about: a, holds: 0}}
    - {node: b, for: 1, when: {about: b, holds: 1}}
    - {node: b, against: 1, when: {about: b, holds: 0}}
    - {node: c, for: 1, when: {about: c, holds: 1}}
    - {node: c, against: 1, when: {about: c, holds: 0}}
    - {node: d, for: 1, when: {about: d, holds: 1}}
    - {node: d, against: 1, when: {about: d, holds: 0}}
    - {node: e, for: 1, when: {about: e, holds: 1}}
    - {node: e, against: 1, when: {about: e, holds: 0}}
    - {node: f, for: 1, when: {about: f, holds: 1}}
    - {node: f, against: 1, when: {about: f, holds: 0}}
"""
NAMES = "abcdef"
TRUE = {("a", "b"): 2.0, ("b", "c"): -1.0, ("a", "f"): 1.5, ("c", "d"): 0.0}
"""Signed weights of the world; d and e have nothing to do with each other, a and f have."""


def crowd(people: int, said: int, truth: dict[tuple[str, str], float], seed: int) -> list[Signal]:
    """People whose log odds are drawn from a known field, each saying what follows from theirs."""
    rng = np.random.default_rng(seed)
    precision = np.eye(len(NAMES)) * 0.4
    for (one, other), weight in truth.items():
        i, j = NAMES.index(one), NAMES.index(other)
        precision[[i, j], [i, j]] += abs(weight)
        precision[[i, j], [j, i]] -= weight
    x = rng.multivariate_normal(np.zeros(len(NAMES)), np.linalg.inv(precision), people)
    yes = rng.random((people, len(NAMES), said)) < 1 / (1 + np.exp(-x))[:, :, None]
    return [
        Signal(
            id=f"{who}-{name}-{turn}",
            twin=f"p{who}",
            kind="said",
            at=START + turn * HOUR,
            recorded=START,
            session=f"s{turn}",
            payload={"about": name, "holds": int(yes[who, place, turn])},
        )
        for who in range(people)
        for place, name in enumerate(NAMES)
        for turn in range(said)
    ]


def learned(signals: list[Signal], belief_map: BeliefMap) -> dict[tuple[str, str], Link]:
    past = past_of(signals, belief_map, [])
    known, twins = Totals(past, START + 1000 * HOUR), np.unique(past.signals.twin)
    priors = {n.name: node_priors(known, n, twins) for n in belief_map.nodes.values()}
    links = learned_links(known, belief_map, priors, twins)
    return {(link.source.node, link.target.node): link for link in links}


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], Link]:
    return learned(crowd(500, 12, TRUE, seed=3), parse_map(MAP))


def test_known_signs_and_the_order_of_weights(found):
    assert [found[pair].sign for pair in (("a", "b"), ("b", "c"), ("a", "f"))] == [1, -1, 1]
    assert found["a", "b"].weight > found["a", "f"].weight > found["b", "c"].weight
    assert found["a", "b"].weight > 0.5


def test_nobody_declared_it_and_the_people_showed_it(found):
    assert found["a", "f"].loose
    assert {pair for pair, link in found.items() if link.loose} == {("a", "f")}


def test_what_is_not_so_loses_weight(found):
    assert 0 < found["d", "e"].weight < 0.1


def test_a_declared_sign_is_never_flipped():
    """The world says the opposite of the map: the weight goes towards nothing, the sign stays."""
    found = learned(crowd(500, 12, {("a", "b"): -2.0, ("b", "c"): 2.0}, seed=4), parse_map(MAP))
    assert (found["a", "b"].sign, found["b", "c"].sign) == (1, -1)
    assert 0 <= found["a", "b"].weight < 0.15
    assert 0 <= found["b", "c"].weight < 0.15
    assert not any(link.loose for link in found.values())


def test_few_people_leave_what_was_declared():
    found = learned(crowd(9, 12, TRUE, seed=5), parse_map(MAP))
    assert [(link.sign, link.weight, link.loose) for link in found.values()] == [
        (1, 0.5, False),
        (-1, 0.5, False),
        (1, 0.1, False),
    ]


def test_people_without_anything_in_common_show_nothing():
    found = learned(crowd(300, 12, {}, seed=6), parse_map(MAP))
    assert not any(link.loose for link in found.values())


def test_goals_are_joined_by_the_map_alone():
    belief_map = parse_map(MAP)
    goal = parse_map(MAP.replace("kind: belief", "kind: goal")).nodes
    both = {name: goal[name] if name in "af" else node for name, node in belief_map.nodes.items()}
    changed = msgspec.structs.replace(belief_map, nodes=both)
    found = learned(crowd(500, 12, TRUE, seed=3), changed)
    assert not any(link.loose for link in found.values())
