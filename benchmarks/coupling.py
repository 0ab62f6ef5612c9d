"""Coupling: the mode of thirty joined nodes beside a dense solve, and a full reading with it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.claim import Row, Size, cpu_times, median, quantile, ratio
from benchmarks.crowd import LIVES, crowded
from benchmarks.samples import NOW, nodes_map, tail
from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import BeliefMap, Edge
from doxa.domain.node import Address
from doxa.reading.coupling.mode import Joins, Natives, log_odds, posterior_mode, sigmoid
from doxa.runtime.held import read_nodes

NODES, EDGES, TWINS = 30, 60, 2_000
STEPS = 6
"""Full Newton steps that the dense solve needs here for the same accuracy."""


def measure(size: Size, folder: Path) -> list[Row]:
    """Twins per second of processor time, in turns; then the reading of a twin with edges."""
    natives, joins = _population()
    dense = _Dense(natives, joins)
    x = posterior_mode(natives, joins)
    far = np.abs(sigmoid(dense.solved()) - sigmoid(x).reshape(TWINS, NODES)).max()
    ours, theirs = [], []
    for _ in range(size.rounds):
        ours += cpu_times(lambda _: posterior_mode(natives, joins), 1)
        theirs += cpu_times(lambda _: dense.solved(), 1)
    quicker = ratio(theirs, ours)
    row = Row(
        f"coupling, {NODES} nodes, {EDGES} edges, {TWINS:,} twins at once",
        "quicker than a dense solve",
        f"dense Newton, {TWINS / median(theirs) * 1e3:,.0f} twins/s",
        f"{TWINS / median(ours) * 1e3:,.0f} twins/s, {quicker:.1f} x; differs by {far:.0e}",
        quicker > 1,
    )
    return [row, *_readings(folder)]


def _population() -> tuple[Natives, Joins]:
    """Twins that are sure of some nodes and know nothing of others, joined alike."""
    rng = np.random.default_rng(1)
    q = NODES * TWINS
    base, met = rng.uniform(0.2, 0.8, q), rng.random(q) < 0.6
    weighs = 2 + rng.gamma(1, 6, q) * met
    natives = Natives(
        np.repeat(np.arange(TWINS), NODES),
        np.where(met, rng.uniform(0.02, 0.98, q), base),
        base,
        weighs,
        weighs,
    )
    left = rng.integers(0, NODES, EDGES)
    right = (left + rng.integers(1, NODES, EDGES)) % NODES
    first = (np.arange(TWINS) * NODES)[:, None]
    joins = Joins(
        (first + left).ravel(),
        (first + right).ravel(),
        np.tile(rng.choice([-1.0, 1.0], EDGES), TWINS),
        np.full(EDGES * TWINS, 0.5),
    )
    return natives, joins


class _Dense:
    """The same by Newton steps with one matrix per twin, all solved in one call."""

    def __init__(self, natives: Natives, joins: Joins) -> None:
        self.natives = natives
        self.edges = np.zeros((NODES, NODES))
        for left, right, sign, weight in zip(
            joins.left[:EDGES], joins.right[:EDGES], joins.sign, joins.weight, strict=False
        ):
            self.edges[[left, right], [left, right]] += weight
            self.edges[[left, right], [right, left]] -= sign * weight

    def solved(self) -> Floats:
        p, m = (c.reshape(TWINS, NODES) for c in (self.natives.credence, self.natives.above))
        mu = log_odds(self.natives.base).reshape(TWINS, NODES)
        x = log_odds(p)
        on = np.arange(NODES)
        for _ in range(STEPS):
            s = sigmoid(x)
            slope = m * (p - s) - (x - mu) @ self.edges
            matrix = np.tile(self.edges, (TWINS, 1, 1))
            matrix[:, on, on] += m * s * (1 - s)
            x = x + np.linalg.solve(matrix, slope[:, :, None])[:, :, 0]
        return x


def _readings(folder: Path) -> list[Row]:
    """One person in full, with and without thirty of the fifty nodes joined."""
    plain = nodes_map()
    names = list(plain.nodes)[:NODES]
    edges = tuple(
        Edge(source=Address(one), target=Address(other), kind="supports")
        for one, other in zip(names, [*names[1:], names[0]], strict=True)
    )
    joined = msgspec.structs.replace(plain, edges=edges)
    parts = {"without edges": plain, f"{NODES} of them joined": joined}
    return [_reading(folder / f"{len(what)}.db", what, each) for what, each in parts.items()]


def _reading(path: Path, what: str, belief_map: BeliefMap) -> Row:
    with closing(crowded(path, belief_map, 2_000)) as twins:
        people = [f"t{number}" for number in range(LIVES, LIVES + 200)]
        for name in people:
            twins.wiring.store.append(tail(belief_map, name))

        def read(number: int) -> object:
            return read_nodes(twins.twin(people[number % len(people)], now=NOW).frozen)

        for number in range(50):
            read(number)
        told = cpu_times(read, 300)
    return Row(
        f"full reading, 50 nodes, {what}",
        "reported",
        "-",
        f"p50 {median(told):.2f} ms, p99 {quantile(told, 99):.2f} ms",
        None,
    )
