"""Finding people: one condition over everybody who is stored, read from their snapshots."""

from __future__ import annotations

import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import msgspec

from benchmarks.claim import Row, Size
from benchmarks.crowd import crowded
from benchmarks.samples import nodes_map
from doxa.beliefmap.model import BeliefMap, Edge
from doxa.domain.node import Address
from doxa.runtime.twins import Twins

NODES = 16
SECONDS_PER_MILLION = 30
GOALS = 2_000


def measure(size: Size, folder: Path) -> list[Row]:
    """Once each: a look at everybody is no matter of milliseconds."""
    plain = nodes_map(NODES)
    names = list(plain.nodes)[:4]
    edges = tuple(
        Edge(source=Address(one), target=Address(other), kind="supports")
        for one, other in pairwise(names)
    )
    rows = []
    parts = {"": plain, ", four nodes joined": msgspec.structs.replace(plain, edges=edges)}
    for number, (what, belief_map) in enumerate(parts.items()):
        with closing(crowded(folder / f"{number}.db", belief_map, size.twins)) as twins:
            rows += [_condition(twins, f"{names[0]} < 0.4", what)]
        (folder / f"{number}.db").unlink()
    return [*rows, _goals(plain, folder / "goals.db")]


def _condition(twins: Twins, condition: str, what: str) -> Row:
    told = _seconds(twins, condition)
    return Row(
        f"find `{condition}` over {told.among:,} twins of {NODES} nodes{what}",
        f"<= {SECONDS_PER_MILLION} s of the processor per million",
        f"{told.found:,} found",
        f"{told.processor:.1f} s ({told.wall:.1f} s by the clock), {told.rate:,.0f} twins/s",
        told.processor <= SECONDS_PER_MILLION * told.among / 1e6,
    )


def _goals(belief_map: BeliefMap, path: Path) -> Row:
    with closing(crowded(path, belief_map, GOALS)) as twins:
        told = _seconds(twins, "goal.stalled")
    return Row(
        f"find `goal.stalled` over {told.among:,} twins who all want something",
        "reported",
        f"{told.found:,} found",
        f"{told.processor:.1f} s ({told.wall:.1f} s by the clock), {told.rate:,.0f} twins/s",
        None,
    )


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    among: int
    found: int
    wall: float
    processor: float

    @property
    def rate(self) -> float:
        return self.among / self.processor


def _seconds(twins: Twins, condition: str) -> _Told:
    wall, processor = time.perf_counter(), time.process_time()
    found = twins.find(condition)
    return _Told(
        among=found.among,
        found=len(found),
        wall=time.perf_counter() - wall,
        processor=time.process_time() - processor,
    )
