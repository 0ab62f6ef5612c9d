"""Backfill of generated signals against a bare SQLite insert of the same rows, and its memory."""

from __future__ import annotations

import shutil
import sqlite3
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow
from pyarrow import parquet

from benchmarks.claim import Row, Size, alone, insert_bare
from doxa.beliefmap.model import BeliefMap, Zone
from doxa.beliefmap.table_flags import tables_from_flags
from doxa.domain.clock import Clock, parse_time
from doxa.storage.bulk.backfill import backfill
from doxa.storage.sqlite import SqliteStore
from doxa.storage.sqlite.connection import connect

CHUNK = 65_536
TIMES = 5
PHASES = ("reading", "numbering", "loading")
START = parse_time("2022-01-01T00:00:00Z")
NOW = parse_time("2026-01-01T00:00:00Z")
KINDS = ("purchase", "visit", "rating", "complaint")
MAP = BeliefMap(
    product="bench",
    clock=Clock.TIME,
    zone=Zone(default="America/New_York"),
    bands=(),
    signals=dict.fromkeys(KINDS, ()),
)


def generate(path: Path, rows: int) -> None:
    """Signals in the order of time: fifty per twin, three payload fields, some sessions shared."""
    random = np.random.default_rng(1)
    writer = None
    step = (NOW - START) // rows
    for first in range(0, rows, 250_000):
        n = min(250_000, rows - first)
        at = START + (np.arange(first, first + n) * step) + random.integers(0, step, n)
        table = pyarrow.table(
            {
                "person": random.integers(0, max(1, rows // 50), n),
                "at": pyarrow.array(at, pyarrow.timestamp("us", "UTC")),
                "kind": np.array(KINDS)[random.integers(0, len(KINDS), n)],
                "session": random.integers(0, rows // 4, n),
                "category": np.char.add("CATEGORY ", random.integers(0, 80, n).astype(str)),
                "amount": np.round(random.gamma(2.0, 2.0, n), 2),
                "quantity": random.integers(1, 5, n),
            }
        )
        writer = writer or parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def load(folder: Path) -> tuple[float, float]:
    """Backfill the file; seconds of the clock, and of the processor."""
    begun = time.process_time()
    path = folder / "store.db"
    store = SqliteStore(path, clock=Clock.TIME, zone=MAP.zone)
    tables = tables_from_flags(
        str(folder / "signals.parquet"), twin="person", at="at", kind="kind", session="session"
    )
    receipt = backfill(store, MAP, tables, now=NOW, beside=path)
    store.close()
    assert receipt.rejected == 0
    return sum(receipt.seconds[phase] for phase in PHASES), time.process_time() - begun


def bare(folder: Path) -> tuple[float, float]:
    """Insert the rows of the loaded store into an empty one of the same schema; the same."""
    target = folder / "bare.db"
    SqliteStore(target, clock=Clock.TIME).close()
    source, connection = sqlite3.connect(folder / "store.db"), connect(target)
    rows = source.execute("SELECT * FROM signals ORDER BY seq")
    seconds = busy = 0.0
    while chunk := list(islice(rows, CHUNK)):
        begun = time.process_time()
        seconds += insert_bare(connection, chunk, CHUNK)
        busy += time.process_time() - begun
    connection.close()
    source.close()
    return seconds, busy


def measure(size: Size, folder: Path) -> list[Row]:
    """Each size in processes of its own."""
    peaks = []
    for rows in (size.loaded, size.loaded * TIMES):
        here = folder / str(rows)
        here.mkdir()
        generate(here / "signals.parquet", rows)
        loaded, peak = alone(load, here)
        plain, _ = alone(bare, here)
        peaks.append(peak)
        shutil.rmtree(here)
    rows = size.loaded * TIMES
    found, grown = plain[0] / loaded[0], peaks[1] / peaks[0]
    return [
        Row(
            f"ledger backfill, {rows:,} signals",
            ">= 0.6x",
            f"bare insert {rows / plain[0]:,.0f}/s",
            f"{found:.2f}x ({rows / loaded[0]:,.0f}/s)",
            found >= 0.6,
        ),
        Row(
            "the same by processor time",
            "-",
            f"bare insert {rows / plain[1]:,.0f}/s",
            f"{plain[1] / loaded[1]:.2f}x ({rows / loaded[1]:,.0f}/s)",
            None,
        ),
        Row(
            f"its peak memory, {TIMES} times the rows",
            "<= 1.25x",
            f"{peaks[0]:.0f} MiB",
            f"{grown:.2f}x ({peaks[1]:.0f} MiB)",
            grown <= 1.25,
        ),
    ]
