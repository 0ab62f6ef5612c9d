"""Backfill of generated signals against a bare SQLite insert of the same rows, and its memory.

Goals: rate >= 0.6 of bare; peak memory of five times the rows <= 1.25 x. Run:
``python benchmarks/backfill.py [rows] [times]`` (default 1,000,000 and 5).
"""

from __future__ import annotations

import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow
from pyarrow import parquet

from doxa.beliefmap.model import BeliefMap, Zone
from doxa.beliefmap.table_flags import tables_from_flags
from doxa.domain.clock import Clock, parse_time
from doxa.storage.bulk.backfill import backfill
from doxa.storage.sqlite import SqliteStore
from doxa.storage.sqlite.connection import connect

CHUNK = 65_536
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
    insert = f"INSERT INTO signals VALUES ({', '.join('?' * len(rows.description))})"
    seconds = 0.0
    while chunk := list(islice(rows, CHUNK)):
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, chunk)
        connection.execute("COMMIT")
        seconds += time.perf_counter() - start
    connection.close()
    source.close()
    return seconds


def main(rows: int, times: int) -> None:
    """Run each size in processes of its own and print the table."""
    print("rows        backfill/s  bare/s      ratio  reading  numbering  loading  peak MiB")
    peaks = []
    for size in (rows, rows * times):
        folder = Path(tempfile.mkdtemp(prefix="doxa-backfill-"))
        try:
            generate(folder / "signals.parquet", size)
            loaded, inserted = _child("load", folder), _child("bare", folder)
        finally:
            shutil.rmtree(folder)
        parts = [float(part) for part in loaded.split()]
        peaks.append(parts[3])
        rate, plain = size / sum(parts[:3]), size / float(inserted)
        print(
            f"{size:<12,}{rate:<12,.0f}{plain:<12,.0f}{rate / plain:<7.2f}"
            f"{parts[0]:<9.1f}{parts[1]:<11.1f}{parts[2]:<9.1f}{parts[3]:.0f}"
        )
    print(f"peak memory, {times} times the rows: {peaks[1] / peaks[0]:.2f} x")


def _child(what: str, folder: Path) -> str:
    command = [sys.executable, __file__, what, str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        phases = load(Path(sys.argv[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(phases["reading"], phases["numbering"], phases["loading"], peak)
    elif sys.argv[1:2] == ["bare"]:
        print(bare(Path(sys.argv[2])))
    else:
        sizes = [int(part) for part in sys.argv[1:]]
        main(*(sizes + [1_000_000, 5][len(sizes) :]))
