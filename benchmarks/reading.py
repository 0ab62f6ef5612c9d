"""A full reading: everything of one person, of a thousand people, and of one very busy one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from benchmarks.claim import Row, Size, cpu_times, median, quantile
from benchmarks.crowd import LIVES, crowded
from benchmarks.samples import NOW, lives, nodes_map, tail
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import DAY
from doxa.runtime.held import read_nodes
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins

MANY = 1_000


def measure(size: Size, folder: Path) -> list[Row]:
    """Milliseconds of processor time: there is no rival, and a shared machine has no wall clock."""
    belief_map = nodes_map()
    with closing(crowded(folder / "crowd.db", belief_map, size.read)) as twins:
        names = [f"t{number}" for number in range(LIVES, LIVES + MANY)]
        for name in names:
            twins.wiring.store.append(tail(belief_map, name))
        rows = [*_one(twins, names), _thousand(twins, names, size)]
    return [*rows, _busy(folder / "busy.db", size)]


def _one(twins: Twins, names: list[str]) -> list[Row]:
    stored = f"{len(twins.wiring.store.twins()):,} twins stored"
    parts = {
        "as columns": lambda n: read_nodes(twins.twin(names[n], now=NOW).frozen),
        "as records": lambda n: twins.twin(names[n], now=NOW).opinions(),
    }
    rows = []
    for what, read in parts.items():
        for number in range(100):
            read(number)
        told = cpu_times(lambda n, run=read: run(n % MANY), 500)
        rows.append(
            Row(
                f"full reading {what}, 50 nodes, tail of 16",
                "p50 <= 0.5 ms",
                stored,
                f"p50 {median(told):.2f} ms, p99 {quantile(told, 99):.2f} ms",
                median(told) <= 0.5,
            )
        )
    return rows


def _thousand(twins: Twins, names: list[str], size: Size) -> Row:
    told = cpu_times(lambda _: twins.read(names, now=NOW), size.rounds)
    each = 1e3 * median(told) / MANY
    return Row(
        "1,000 twins at once, 50 nodes, tails of 16",
        "<= 20 us each",
        "-",
        f"{each:.0f} us each",
        each <= 20,
    )


def _busy(path: Path, size: Size) -> Row:
    """One twin with a thousand members of a family."""
    belief_map = _family()
    with closing(open_twins(path, belief_map, clock=lambda: NOW)) as twins:
        signals = list(lives(belief_map, "busy", size.tail_of_one, until=NOW - 3 * DAY))
        for number, signal in enumerate(signals):
            signal.payload["item"] = f"item {number % 1_000}"
        twins.wiring.store.append(signals)
        first = median(cpu_times(lambda _: twins.twin("busy", now=NOW).opinions(), 1))
        told = median(cpu_times(lambda _: twins.twin("busy", now=NOW).opinions(), 5))
    return Row(
        f"one twin, 1,000 nodes, {size.tail_of_one:,} signals, as records",
        "reported",
        f"first, from the ledger, {first:.0f} ms",
        f"then {told:.1f} ms",
        None,
    )


def _family() -> BeliefMap:
    return parse_map(
        "{doxa: 1, product: bench, nodes: {buys: {kind: preference, of: item}},"
        " signals: {buy: [{node: buys, count: 1}]}}"
    )
