"""A fit of people with fifty generated signals each: seconds, rows and peak memory as people grow."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import msgspec

from benchmarks import backfill
from benchmarks.claim import Row, Size, alone
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.table_flags import tables_from_flags
from doxa.runtime.opening import open_twins

SIGNALS = 50
LIMIT = 4_096.0
_MAP = """
doxa: 1
product: bench
timezone: America/New_York
nodes:
  fair: {kind: belief}
  comes: {kind: preference}
  buys: {kind: preference, of: category}
  pleased: {kind: feeling, scale: [0, 20], half_life: 90d}
  eager: {kind: goal}
edges:
  - {from: fair, to: eager, kind: supports}
signals:
  purchase:
    - {node: comes, count: 1, once: session, amount: amount}
    - {node: buys, count: 1, once: session}
  visit: [{node: eager, for: 0.2}]
  rating: [{node: pleased, value: amount}]
  complaint: [{node: fair, against: 1}]
outcomes:
  comes_back: {happens: purchase, within: 28d}
  visits: {count: visit, within: 28d}
  buys_category: {of: category, items: {top: 20}, happens: purchase, within: 28d}
  rates: {value: amount, of_signal: rating, scale: [0, 20]}
"""


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """What a fit took, and on how much it was fitted."""

    wall: float
    processor: float
    people: int
    signals: int
    rows: dict[str, int]


def the_map() -> BeliefMap:
    """Nodes of every kind of evidence, one of them a family; four outcomes."""
    return parse_map(_MAP)


def filled(folder: Path, people: int) -> float:
    """Load so many people with fifty signals each; seconds of the clock."""
    path = folder / "signals.parquet"
    started = time.perf_counter()
    backfill.generate(path, people * SIGNALS)
    tables = tables_from_flags(str(path), twin="person", at="at", kind="kind", session="session")
    with closing(open_twins(folder / "store.db", the_map(), clock=lambda: backfill.NOW)) as twins:
        twins.backfill(tables)
    path.unlink()
    return time.perf_counter() - started


def fitted(folder: Path) -> Fit:
    """Fit a population on everybody in the store."""
    wall, processor = time.perf_counter(), time.process_time()
    with closing(open_twins(folder / "store.db", clock=lambda: backfill.NOW)) as twins:
        receipt = twins.fit()
    return Fit(
        wall=time.perf_counter() - wall,
        processor=time.process_time() - processor,
        people=receipt.people,
        signals=receipt.signals,
        rows={head.outcome: head.rows for head in receipt.heads},
    )


def measure(size: Size, folder: Path) -> list[Row]:
    """Two sizes of the ledger, each loaded and fitted in processes of their own."""
    rows, before = [], None
    for people in (size.fitted // 5, size.fitted):
        here = folder / str(people)
        here.mkdir()
        alone(filled, here, people)
        told, peak = alone(fitted, here)
        (here / "store.db").unlink()
        rows += _rows(told, people, peak, before)
        before = peak
    return rows


def _rows(told: Fit, people: int, peak: float, before: float | None) -> list[Row]:
    fitted_on = ", ".join(f"{name} {count:,}" for name, count in told.rows.items())
    read = f"{told.people:,} people read, {told.signals:,} signals; rows: {fitted_on}"
    seconds = f"{told.processor:,.0f} s of the processor ({told.wall:,.0f} s by the clock)"
    beside = "-" if before is None else f"a fifth of the people: {before:,.0f} MiB"
    return [
        Row(f"fit {people:,} people with {SIGNALS} signals each", "reported", read, seconds, None),
        Row("its peak memory", f"<= {LIMIT:,.0f} MiB", beside, f"{peak:,.0f} MiB", peak <= LIMIT),
    ]
