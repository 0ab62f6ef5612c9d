"""A fit of people with fifty generated signals each: seconds, rows and peak memory as people grow."""

from __future__ import annotations

import sqlite3
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
LOADED = 50_000
"""So many people are loaded as everybody loads them; more have their lives from these."""

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
        receipt = twins.fit(keep=True)
    return Fit(
        wall=time.perf_counter() - wall,
        processor=time.process_time() - processor,
        people=receipt.people,
        signals=receipt.signals,
        rows={head.outcome: head.rows for head in receipt.heads},
    )


def lent(folder: Path, times: int) -> int:
    """Lend every life in the store to so many people; how many people there are then.

    Loading a million people takes longer than everything else here. Copies are new people with
    signals of their own, at the same moments.
    """
    store = folder / "store.db"
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
            connection.execute(f"PRAGMA {pragma}")
        (people, signals) = connection.execute(
            "SELECT (SELECT max(key) FROM twins), (SELECT max(seq) FROM signals)"
        ).fetchone()
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'signals' AND type = 'index'"
        ).fetchall()
        connection.execute("BEGIN IMMEDIATE")
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        for copy in range(1, times):
            given = {"c": copy, "twins": copy * people, "seq": copy * signals, "most": people}
            connection.execute(_PEOPLE, given)
            connection.execute(_SIGNALS, {**given, "most": signals})
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    return int(people * times)


_PEOPLE = """
INSERT INTO twins SELECT key + :twins, workspace, id || '-' || :c FROM twins WHERE key <= :most
"""
_SIGNALS = """
INSERT INTO signals SELECT seq + :seq, workspace, twin + :twins, kind, source, load,
id || '-' || :c, occurred_at, recorded_at, ord, assumed, session, device, cause, payload
FROM signals WHERE seq <= :most
"""


def measure(size: Size, folder: Path) -> list[Row]:
    """Some people, and many times as many: each loaded, lent and fitted in processes of their own."""
    few = min(size.fitted // 5, LOADED)
    alone(filled, folder, few)
    told, before = alone(fitted, folder)
    rows = _rows(told, few, before, "-")
    many, _ = alone(lent, folder, size.fitted // few)
    told, peak = alone(fitted, folder)
    return [*rows, *_rows(told, many, peak, f"{few:,} people: {before:,.0f} MiB")]


def _rows(told: Fit, people: int, peak: float, beside: str) -> list[Row]:
    on = ", ".join(f"{name} {count:,}" for name, count in told.rows.items())
    rows = sum(told.rows.values())
    return [
        Row(
            f"fit on {people:,} people with {SIGNALS} signals each, four outcomes",
            "reported",
            f"{told.people:,} people read, {told.signals:,} signals; rows: {on}",
            f"{told.processor:,.0f} s of the processor ({told.wall:,.0f} s by the clock),"
            f" {told.processor / rows * 1e6:,.0f} s per million rows",
            None,
        ),
        Row("its peak memory", f"<= {LIMIT:,.0f} MiB", beside, f"{peak:,.0f} MiB", peak <= LIMIT),
    ]
