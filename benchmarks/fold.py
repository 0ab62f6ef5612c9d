"""Folding generated signals at five bands, against decoding the Parquet file they lie in.

The fold is the product's own: rules, occasions, cells and the bytes of a state per twin, by parts
of the twins, so that memory does not grow with the file; from the file's columns, and from a ledger
that the same signals were loaded into. Both sides are rated per second of processor time, so that
whatever else the machine does leaves the ratio alone.
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
from doxa.beliefmap.tables import Tables
from doxa.runtime.folding.files import fold_files
from doxa.runtime.opening import open_twins

LIMIT = 2_048.0
LOADED = 1_000_000
COLUMNS = ["person", "at", "kind", "session", "amount"]
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
    """Each in a process of its own; of three decodings, before and after, the quickest counts."""
    path = folder / "signals.parquet"
    backfill.generate(folder / "warm.parquet", 1_000)
    backfill.generate(path, size.folded)
    passes = [alone(_decoded, path)[0] for _ in range(2)]
    (seconds, states), peak = alone(_from_file, folder)
    decode = size.folded / min(*passes, alone(_decoded, path)[0])
    path.unlink()
    rate = size.folded / seconds
    return [
        _row(f"fold {size.folded:,} signals of a Parquet file to {states:,} states", decode, rate),
        Row("its peak memory", f"<= {LIMIT:,.0f} MiB", "-", f"{peak:,.0f} MiB", peak <= LIMIT),
        *_ledger(min(size.folded, LOADED), folder, decode),
    ]


def _ledger(rows: int, folder: Path, decode: float) -> list[Row]:
    backfill.generate(folder / "signals.parquet", rows)
    alone(_filled, folder)
    (seconds, written), peak = alone(_from_ledger, folder)
    what = f"fold {rows:,} signals of the ledger to {written:,} stored snapshots"
    return [
        _row(what, decode, rows / seconds),
        Row("its peak memory", f"<= {LIMIT:,.0f} MiB", "-", f"{peak:,.0f} MiB", peak <= LIMIT),
    ]


def _row(what: str, decode: float, rate: float) -> Row:
    return Row(
        f"{what}, 5 bands",
        ">= 0.05x",
        f"Parquet decode {decode:,.0f}/s",
        f"{rate / decode:.3f}x ({rate:,.0f}/s)",
        rate / decode >= 0.05,
    )


def the_map() -> BeliefMap:
    """Four nodes, one of each way of reading."""
    return parse_map(_MAP)


def _decoded(path: Path) -> float:
    """Seconds to decode the columns that the fold reads, and nothing else."""
    started = time.process_time()
    for batch in parquet.ParquetFile(path).iter_batches(columns=COLUMNS):
        assert len(batch)
    return time.process_time() - started


def _tables(path: Path) -> Tables:
    return tables_from_flags(str(path), twin="person", at="at", kind="kind", session="session")


def _from_file(folder: Path) -> tuple[float, int]:
    """Seconds and states; a file of a thousand signals goes first, so that all is imported."""

    def states(name: str) -> int:
        found = fold_files(the_map(), _tables(folder / name), now=backfill.NOW, folder=folder)
        return sum(1 for _ in found)

    states("warm.parquet")
    started = time.process_time()
    written = states("signals.parquet")
    return time.process_time() - started, written


def _filled(folder: Path) -> None:
    with closing(open_twins(folder / "store.db", the_map(), clock=lambda: backfill.NOW)) as twins:
        twins.backfill(_tables(folder / "signals.parquet"))


def _from_ledger(folder: Path) -> tuple[float, int]:
    started = time.process_time()
    with closing(open_twins(folder / "store.db", clock=lambda: backfill.NOW)) as twins:
        written = twins.snapshot()
    return time.process_time() - started, written
