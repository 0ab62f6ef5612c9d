"""How large the file is beside what is in it: signals, and one snapshot per twin.

Payload is what a client sent and what the state weighs: every signal as compact JSON, every
snapshot's bytes.
"""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.claim import Row, Size
from benchmarks.samples import HOUSEHOLDS, columns, purchase
from doxa.storage.port import Snapshot
from doxa.storage.sqlite import SqliteStore

SIGNALS_PER_TWIN = 50
STATE = (1_000, 4_000)


def fill(store: SqliteStore, twins: int) -> tuple[int, int, int]:
    """Bytes of signals as JSON, of their payloads alone, and of snapshots."""
    whole = own = 0
    total = twins * SIGNALS_PER_TWIN
    for first in range(0, total, 20_000):
        last = min(first + 20_000, total)
        rows = columns([purchase("t", number) for number in range(first, last)])
        own += sum(map(len, rows.payload))
        whole += sum(len(line) for line in lines(rows))
        store.append_rows(rows)
    rng = random.Random(1)
    snapshots = [snapshot(twin, rng.randbytes(rng.randint(*STATE))) for twin in store.twins()]
    store.put_snapshots(snapshots)
    return whole, own, sum(len(one.state) for one in snapshots)


def lines(rows: object) -> list[bytes]:
    """Signals as they would be sent: compact JSON without empty fields."""
    names = ("id", "twin", "kind", "source", "at", "recorded", "session", "payload")
    table = zip(*(getattr(rows, name) for name in names), strict=True)
    return [
        msgspec.json.encode({**dict(zip(names, row, strict=True)), "payload": msgspec.Raw(row[-1])})
        for row in table
    ]


def snapshot(twin: np.int64, state: bytes) -> Snapshot:
    """A snapshot of a state that does not compress."""
    now = 1_700_000_000_000_000
    return Snapshot(
        twin=int(twin),
        fingerprint="f" * 16,
        until=now,
        newest_at=now,
        newest_recorded=now,
        last_seq=10**9,
        state=state,
    )


def measure(size: Size, folder: Path) -> list[Row]:
    """The file against the payload, and against the payload fields alone."""
    path = folder / "size.db"
    with closing(SqliteStore(path)) as store:
        whole, own, states = fill(store, HOUSEHOLDS)
    found = path.stat().st_size
    return [
        Row(what, aim, f"{part / 1e6:.1f} MB", f"{found / part:.2f}x ({found / 1e6:.1f} MB)", hit)
        for what, part, aim, hit in (
            (
                "file beside signals as JSON and snapshots",
                whole + states,
                "<= 1.6x",
                found / (whole + states) <= 1.6,
            ),
            ("file beside payload fields and snapshots", own + states, "-", None),
        )
    ]
