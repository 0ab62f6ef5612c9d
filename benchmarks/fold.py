"""Folding generated signals at five bands, against decoding the Parquet file they lie in.

The fold is the product's own: rules, occasions, cells and a snapshot per twin, by partitions of
twins, so that memory does not grow with the file. Both sides are rated per second of processor
time, so that whatever else the machine does leaves the ratio alone.
"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

from pyarrow import parquet

from benchmarks import backfill
from benchmarks.claim import Row, Size, alone
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.table_flags import tables_from_flags
from doxa.runtime.opening import open_twins

LIMIT = 2_048.0
_MAP = """
doxa: 1
product: bench
timezone: America/New_York
nodes:
  fair: {kind: belief}
  comes: {kind: preference}
  pleased: {kind: feeling, scale: [0, 20]}
  eager: {kind: goal}
signals:
  purchase: [{node: comes, count: 1, once: session, amount: amount}]
  visit: [{node: eager, for: 0.2}]
  rating: [{node: pleased, value: amount}]
  complaint: [{node: fair, against: 1}]
"""


def measure(size: Size, folder: Path) -> list[Row]:
    """From the ledger to snapshots, in a process of its own."""
    rows = size.folded
    path = folder / "signals.parquet"
    backfill.generate(path, rows)
    decode = rows / alone(_decoded, path)[0]
    alone(_filled, folder)
    (seconds, written), peak = alone(_folded, folder)
    rate = rows / seconds
    return [
        Row(
            f"fold {rows:,} signals of the ledger to {written:,} snapshots, 5 bands",
            ">= 0.05x",
            f"Parquet decode {decode:,.0f}/s",
            f"{rate / decode:.3f}x ({rate:,.0f}/s)",
            rate / decode >= 0.05,
        ),
        Row("its peak memory", f"<= {LIMIT:,.0f} MiB", "-", f"{peak:,.0f} MiB", peak <= LIMIT),
    ]


def the_map() -> BeliefMap:
    """Four nodes, one of each way of reading."""
    return parse_map(_MAP)


def _decoded(path: Path) -> float:
    started = time.process_time()
    for batch in parquet.ParquetFile(path).iter_batches():
        assert len(batch)
    return time.process_time() - started


def _filled(folder: Path) -> None:
    tables = tables_from_flags(
        str(folder / "signals.parquet"), twin="person", at="at", kind="kind", session="session"
    )
    with closing(open_twins(folder / "store.db", the_map(), clock=lambda: backfill.NOW)) as twins:
        twins.backfill(tables)


def _folded(folder: Path) -> tuple[float, int]:
    started = time.process_time()
    with closing(open_twins(folder / "store.db", clock=lambda: backfill.NOW)) as twins:
        written = twins.snapshot()
    return time.process_time() - started, written
