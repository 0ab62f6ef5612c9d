"""Decoding and decaying a stored twin against a bare point SELECT of the same bytes."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

from benchmarks.claim import Row, Size, cpu_times, median
from benchmarks.crowd import crowded
from benchmarks.samples import NOW, nodes_map
from doxa.beliefmap.columns import Members
from doxa.state.codec import Sources, decode
from doxa.state.entries import entries_of
from doxa.storage.sqlite.connection import connect

NODES = 16
FEW = 10_000
READS = 2_000
_BARE = "SELECT state FROM snapshots WHERE workspace = 1 AND twin = ?"


def measure(size: Size, folder: Path) -> list[Row]:
    """The same reads of a store of ten thousand twins and of many."""
    few = _times(folder / "few.db", min(FEW, size.twins // 2))
    many = _times(folder / "many.db", size.twins)
    times = median(many["decoded"]) / median(many["bare"])
    flat = median(many["decoded"]) / median(few["decoded"])
    bare = f"bare SELECT {1e3 * median(many['bare']):.0f} us"
    return [
        Row(
            f"decode and decay, {size.twins:,} twins of {NODES} nodes",
            "<= 5x at p50",
            bare,
            f"{times:.1f}x ({1e3 * median(many['decoded']):.0f} us)",
            times <= 5,
        ),
        Row(
            f"the same, {size.twins:,} twins against {min(FEW, size.twins // 2):,}",
            "flat",
            f"{1e3 * median(few['decoded']):.0f} us",
            f"{flat:.2f}x",
            flat <= 1.25,
        ),
    ]


def _times(path: Path, twins: int) -> dict[str, list[float]]:
    belief_map = nodes_map(NODES)
    entries = entries_of(belief_map).codes
    with closing(crowded(path, belief_map, twins)) as opened, closing(connect(path)) as bare:
        store = opened.wiring.store
        rng = random.Random(1)
        keys = [rng.randint(1, twins) for _ in range(READS)]

        def select(number: int) -> bytes:
            found: bytes = bare.execute(_BARE, (keys[number],)).fetchone()[0]
            return found

        def decoded(number: int) -> object:
            snapshot = store.snapshot(keys[number])
            assert snapshot is not None
            state = decode(snapshot.state, snapshot.twin, Members(), Sources(), entries)
            return [cells.at(NOW) for cells in state.tables.values()]

        for number in range(200):
            select(number), decoded(number)
        told: dict[str, list[float]] = {"bare": [], "decoded": []}
        for first in range(0, READS, 100):
            told["bare"] += cpu_times(lambda n, at=first: select(at + n), 100)
            told["decoded"] += cpu_times(lambda n, at=first: decoded(at + n), 100)
        return told
