"""Backfill of generated signals against a bare SQLite insert of the same rows, and its memory."""

from __future__ import annotations

import shutil
import sqlite3
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


def load(folder: Path) -> dict[str, float]:
    """Backfill the file; seconds per phase."""
    path = folder / "store.db"
    store = SqliteStore(path, clock=Clock.TIME, zone=MAP.zone)
    tables = tables_from_flags(
        str(folder / "signals.parquet"), twin="person", at="at", kind="kind", session="session"
    )
    receipt = backfill(store, MAP, tables, now=NOW, beside=path)
    store.close()
    assert receipt.rejected == 0
    return receipt.seconds


def bare(folder: Path) -> float:
    """Insert the rows of the loaded store into an empty one of the same schema; seconds."""
    target = folder / "bare.db"
    SqliteStore(target, clock=Clock.TIME).close()
    source, connection = sqlite3.connect(folder / "store.db"), connect(target)
    rows = source.execute("SELECT * FROM signals ORDER BY seq")
    seconds = 0.0
    while chunk := list(islice(rows, CHUNK)):
        seconds += insert_bare(connection, chunk, CHUNK)
    connection.close()
    source.close()
    return seconds


def measure(size: Size, folder: Path) -> list[Row]:
    """Each size in processes of its own."""
    rates, plains, peaks = [], [], []
    for rows in (size.loaded, size.loaded * TIMES):
        here = folder / str(rows)
        here.mkdir()
        generate(here / "signals.parquet", rows)
        phases, peak = alone(load, here)
        rates.append(rows / sum(phases[phase] for phase in PHASES))
        plains.append(rows / alone(bare, here)[0])
        peaks.append(peak)
        shutil.rmtree(here)
    found, grown = rates[-1] / plains[-1], peaks[1] / peaks[0]
    return [
        Row(
            f"ledger backfill, {size.loaded * TIMES:,} signals",
            ">= 0.6x",
            f"bare insert {plains[-1]:,.0f}/s",
            f"{found:.2f}x ({rates[-1]:,.0f}/s)",
            found >= 0.6,
        ),
        Row(
            f"its peak memory, {TIMES} times the rows",
            "<= 1.25x",
            f"{peaks[0]:.0f} MiB",
            f"{grown:.2f}x ({peaks[1]:.0f} MiB)",
            grown <= 1.25,
        ),
    ]
