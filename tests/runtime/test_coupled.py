"""Coupled readings through the store: every face gives the same, and why adds up."""

from __future__ import annotations

import pytest

import doxa
from doxa.runtime.twins import Twins

MAP = """
doxa: 1
product: shop
nodes:
  fair: {kind: belief, half_life: 90d, base: 0.6}
  loyal: {kind: goal, half_life: 90d}
  buys: {kind: preference, of: category, half_life: 21d}
  knows: {kind: belief, of: category}
  healthy: {kind: goal}
  mood: {kind: feeling, scale: [1, 7], half_life: 3d}
  slim: {kind: goal}
  rich: {kind: goal}
edges:
  - {from: fair, to: loyal, kind: supports, weight: 2}
  - {from: {buys: PRODUCE}, to: healthy, kind: supports}
  - {from: knows, to: buys, kind: supports}
  - {from: mood, to: loyal, kind: contradicts}
  - {from: slim, to: rich, kind: supports}
  - {from: fair, to: slim, kind: motivates}
signals:
  said: [{node: fair, for: 1, when: {x: 1}}, {node: fair, against: 1, when: {x: 0}}]
  buy: [{node: buys, count: 1}]
  learned: [{node: knows, for: 1}]
  felt: [{node: mood, value: mood}]
  aim: [{node: slim, for: 1}]
"""

NODES = ["fair", "loyal", "healthy", "mood", "slim", "rich", "buys[PRODUCE]", "knows[TEA]"]


@pytest.fixture
def twins(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text(MAP)
    with doxa.open(tmp_path / "a.db", map=path) as opened:
        for day in range(1, 8):
            at = f"2024-01-0{day}T12:00Z"
            opened.observe("ann", "said", {"x": int(day != 3)}, at=at)
            opened.observe("ann", "felt", {"mood": day}, at=at)
            opened.observe("ann", "buy", {"category": ["PRODUCE", "MILK"][day % 2]}, at=at)
            opened.observe("bob", "said", {"x": 0}, at=at, source="self" if day == 1 else "default")
        opened.observe("ann", "learned", {"category": "TEA"}, at="2024-01-08T12:00Z")
        opened.observe("ann", "aim", {}, at="2024-01-08T12:00Z")
        yield opened


@pytest.mark.parametrize("node", [*NODES, "buys[TEA]", "knows[MILK]", "buys[NEVER]"])
@pytest.mark.parametrize("twin", ["ann", "bob", "nobody"])
def test_why_adds_up(twins: Twins, twin: str, node: str) -> None:
    told = twins.twin(twin, as_of="2024-02-01").explain(node)
    beside = sum(each.share for each in told.neighbours)
    assert told.opinion.native + beside == pytest.approx(told.opinion.credence, abs=1e-9)
    if told.adds_up:
        own = told.base + told.silence + sum(piece.share or 0.0 for piece in told.trail)
        assert own == pytest.approx(told.opinion.native, abs=1e-9)


def test_every_face_reads_the_same(twins: Twins) -> None:
    ids = ["ann", "bob", "nobody"]
    columns = twins.read(ids, NODES, as_of="2024-02-01").nodes
    for row, name in enumerate(ids):
        twin = twins.twin(name, as_of="2024-02-01")
        held = {str(each.node): each.opinion for each in twin.opinions()}
        for node in NODES:
            alone = twin.opinion(node).credence
            assert columns[node].credence[row] == pytest.approx(alone, abs=1e-9)
            assert twin.explain(node).opinion.credence == pytest.approx(alone, abs=1e-9)
            assert twin.timeline(node).points[-1].credence == pytest.approx(alone, abs=1e-9)
            if node in held:
                assert held[node].credence == pytest.approx(alone, abs=1e-9)


@pytest.mark.parametrize("node", ["loyal", "healthy", "knows[MILK]"])
def test_a_timeline_is_what_was_read_then(twins: Twins, node: str) -> None:
    points = twins.twin("ann", as_of="2024-02-01").timeline(node).points
    for point in points[:: len(points) // 12]:
        then = twins.twin("ann", as_of=point.at).opinion(node).credence
        assert point.credence == pytest.approx(then, abs=1e-9)


def test_a_neighbour_moves_and_another_tree_does_not(twins: Twins) -> None:
    before = twins.twin("ann", as_of="2024-02-01")
    was = {str(each.node): each.opinion for each in before.opinions()}
    assert was["loyal"].native == 0.5
    assert was["loyal"].credence > 0.5
    twins.observe("ann", "said", {"x": 1}, at="2024-01-31T12:00Z")
    now = {
        str(each.node): each.opinion for each in twins.twin("ann", as_of="2024-02-01").opinions()
    }
    assert now["loyal"].credence > was["loyal"].credence
    assert now["loyal"].uncertainty == was["loyal"].uncertainty == 1.0
    for node in ("slim", "rich", "healthy", "buys[PRODUCE]"):
        assert now[node] == was[node]


def test_a_receipt_tells_the_coupled_change(twins: Twins) -> None:
    receipt = twins.observe("ann", "said", {"x": 1}, at="2024-01-31T12:00Z", now="2024-02-01")
    (change,) = receipt.delta()
    assert change.after.credence != change.after.native
    assert change.after.credence > change.before.credence


def test_find_asks_the_coupled_credence(twins: Twins) -> None:
    loyal = twins.twin("ann", as_of="2024-02-01").opinion("loyal")
    between = (loyal.native + loyal.credence) / 2
    assert "ann" in list(twins.find(f"loyal > {between}", at="2024-02-01").ids)
