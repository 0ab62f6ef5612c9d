"""Forgetting one person of a store that holds many: until they are gone, until no byte is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks.claim import Row, Size, median, quantile, syncs
from benchmarks.crowd import crowded
from benchmarks.samples import NOW, nodes_map

NODES = 16
SIGNALS = 50
GONE = 40
PURGES = 5


def measure(size: Size, folder: Path) -> list[Row]:
    """Some of the people who lived, one after the other."""
    path = folder / "many.db"
    with closing(crowded(path, nodes_map(NODES), size.twins, SIGNALS)) as opened:
        store = opened.wiring.store
        store.forget("t0", NOW)
        first = _timed(lambda: store.purge(NOW))
        gone = [
            _timed(lambda name=f"t{number}": store.forget(name, NOW))
            for number in range(1, GONE + 1)
        ]
        rate = syncs(folder, size.seconds)
        purged = []
        for number in range(GONE + 1, GONE + 1 + PURGES):
            store.forget(f"t{number}", NOW)
            purged.append(_timed(lambda: store.purge(NOW)))
    megabytes = path.stat().st_size / 1e6
    return [
        Row(
            f"forget one person of {SIGNALS} signals, {size.twins:,} twins stored, to gone",
            "<= 5 ms + 1 sync",
            f"one sync {1e3 / rate:.2f} ms",
            f"p50 {median(gone):.2f} ms, p99 {quantile(gone, 99):.2f} ms",
            median(gone) <= 5 + 1e3 / rate,
        ),
        Row(
            f"then until no byte is left, {megabytes:,.0f} MB",
            "<= 1 s",
            f"the first time {first / 1e3:.2f} s",
            f"{median(purged) / 1e3:.2f} s",
            median(purged) <= 1e3,
        ),
    ]


def _timed(run: Callable[[], object]) -> float:
    """Milliseconds of a call."""
    begun = time.perf_counter()
    run()
    return 1e3 * (time.perf_counter() - begun)
