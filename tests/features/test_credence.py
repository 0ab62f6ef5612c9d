"""`among: {node: ...}` admits by the credence that a twin read just before the origin shows."""

from __future__ import annotations

import random

import numpy as np
import pytest

from doxa.beliefmap.contexts import contexts_of
from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR, format_moment, parse_time
from doxa.domain.node import parse_address
from doxa.features.credence import credence_of
from doxa.features.eligibility import eligible
from doxa.features.moments import at_origins
from doxa.features.past import read_past
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins

START = parse_time("2026-01-01T00:00:00Z")
MAP = parse_map("""
doxa: 1
product: cafe
sources: {default: {trust: 0.6}, till: {trust: 1.0}, self: {trust: 1.0}}
nodes:
  fair: {kind: belief, half_life: 20d, base: 0.4}
  buys: {kind: preference, of: drink}
  pleased: {kind: feeling, scale: [1, 5], half_life: 5d}
  knows: {kind: belief, of: drink}
  fair_when: {kind: belief, of: weekpart, half_life: 20d, within: fair}
  calm: {kind: belief}
edges:
  - {from: fair, to: {buys: tea}, kind: supports, weight: 2}
  - {from: knows, to: buys, kind: supports}
  - {from: pleased, to: fair, kind: contradicts}
  - {from: {fair_when: weekend}, to: calm, kind: supports}
signals:
  visit: [{node: buys, count: 1, once: session}]
  word:
    - {node: fair, for: 1, when: {good: 1}}
    - {node: fair, against: 0.7, when: {good: 0}}
    - {node: fair_when, against: 0.7, when: {good: 0}}
    - {node: calm, for: 0.2}
  stars: [{node: pleased, value: stars}, {node: knows, for: 1, when: {stars: [1, 4]}}]
outcomes:
  comes: {happens: visit, within: 7d, among: [{node: fair, above: 0.5}, {node: {buys: tea}, below: 0.9}]}
""")
NODES = ("fair", "buys[tea]", "buys[coffee]", "buys[milk]", "knows[tea]", "pleased")
NODES += ("fair_when[weekend]", "fair_when[weekday]", "calm")


@pytest.fixture(scope="module")
def cafe(tmp_path_factory):
    with open_twins(tmp_path_factory.mktemp("cafe") / "cafe.db", MAP) as twins:
        twins.observe_many(signals())
        yield twins


def signals():
    rng = random.Random(4)
    for number in range(240):
        at = format_moment(START + round(rng.random() * 60 * DAY))
        row = {"twin": f"t{number % 8}", "at": at, "recorded": at, "id": str(number)}
        row["source"] = rng.choice(["till", "web", "self"])
        kind = rng.choice(["visit", "word", "stars"])
        payload = {
            "drink": rng.choice(["tea", "coffee"]),
            "good": rng.randint(0, 1),
            "stars": rng.randint(1, 5),
        }
        yield {**row, "kind": kind, "payload": payload}


def asked(cafe: Twins):
    scan = cafe.wiring.store.scan(contexts=contexts_of(MAP))
    past = read_past(MAP, scan, fields={"visit": (), "traits": ()})
    origins = [START + day * DAY + 5 * HOUR for day in (1, 17, 40, 75)]
    return past, at_origins(MAP.outcomes["comes"], np.unique(past.signals.twin), origins)


def shown(cafe: Twins, node: str, rows) -> list[float]:
    names = cafe.wiring.store.twin_names(rows.twin.tolist())
    return [
        cafe.twin(name, as_of=format_moment(int(at) - 1)).opinion(node).credence
        for name, at in zip(names, rows.seen.at, strict=True)
    ]


@pytest.mark.parametrize("node", NODES)
def test_it_is_what_the_twin_shows(cafe, node) -> None:
    past, rows = asked(cafe)
    assert credence_of(past, rows, parse_address(node)) == pytest.approx(
        shown(cafe, node, rows), rel=1e-7
    )


def test_all_bounds_hold(cafe) -> None:
    past, rows = asked(cafe)
    fair, tea = (np.array(shown(cafe, node, rows)) for node in ("fair", "buys[tea]"))
    met = np.isin(np.arange(len(rows)), np.flatnonzero(eligible(MAP.outcomes["comes"], past, rows)))
    registered = np.array(
        [
            cafe.twin(n, as_of=format_moment(int(at) - 1)).met
            for n, at in zip(
                cafe.wiring.store.twin_names(rows.twin.tolist()), rows.seen.at, strict=True
            )
        ]
    )
    assert (met == (registered & (fair > 0.5) & (tea < 0.9))).all()
    assert 0 < met.sum() < registered.sum()
