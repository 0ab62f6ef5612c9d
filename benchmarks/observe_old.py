"""How fast signals become durable and are read: one client, 64 clients, history in bulk, a scan.

Every figure stands beside a limit measured in the same minute on the same disk: the rate of
``fdatasync``, and bare SQLite on the same rows in the same tables and indexes.

Run: ``python benchmarks/observe.py [SECONDS]``
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from doxa.domain.signal import Signal
from doxa.storage.rows import SignalRows
from doxa.storage.sqlite import SqliteStore
from doxa.storage.sqlite.connection import connect

ROUNDS = 5
CLIENTS = 64
TWINS = 2_000
ROWS = 100_000
CHUNK = 20_000
START = 1_600_000_000_000_000
INSERT = f"INSERT INTO signals VALUES ({', '.join('?' * 15)})"
READ = "SELECT * FROM signals NOT INDEXED ORDER BY seq"


def sample(name: str, number: int) -> Signal:
    """A purchase like those of a till, about 130 bytes of payload."""
    at = START + number * 1_000_000
    return Signal(
        id=f"{name}-{number}",
        twin=f"household-{(number * 7919) % TWINS}",
        kind="purchase",
        source="till",
        session=f"basket-{number // 8}",
        at=at,
        recorded=at + 500_000,
        payload={
            "category": "FLUID MILK PRODUCTS",
            "product": 1_029_743 + number % 5_000,
            "sales_value": round(0.5 + number % 900 / 100, 2),
            "retail_disc": 0.4,
            "coupon": False,
            "store": 367,
            "week": number % 53,
        },
    )


def columns(name: str, first: int, count: int) -> SignalRows:
    """The same signals as columns."""
    signals = [sample(name, number) for number in range(first, first + count)]
    texts = ("id", "twin", "kind", "source", "at", "recorded", "order")
    return SignalRows(
        **{field: [getattr(one, field) for one in signals] for field in texts},
        session=[one.session for one in signals],
        assumed=[0] * count,
        device=[None] * count,
        cause=[None] * count,
        payload=[msgspec.json.encode(one.payload) for one in signals],
    )


def probe(folder: Path, seconds: float) -> float:
    """Syncs per second, one page written before each."""
    handle = os.open(folder / "probe", os.O_CREAT | os.O_RDWR)
    page, count, started = os.urandom(4096), 0, time.perf_counter()
    while time.perf_counter() < started + seconds:
        os.pwrite(handle, page, (count % 512) * 4096)
        os.fdatasync(handle)
        count += 1
    elapsed = time.perf_counter() - started
    os.close(handle)
    return count / elapsed


def one_client(store: SqliteStore, name: str, seconds: float) -> tuple[float, list[float]]:
    """Signals per second of a client that waits for each, and its latencies in ms."""
    latencies: list[float] = []
    started = time.perf_counter()
    while (begun := time.perf_counter()) < started + seconds:
        signal = sample(name, len(latencies))
        store.append([signal])
        latencies.append(1e3 * (time.perf_counter() - begun))
    return len(latencies) / (time.perf_counter() - started), latencies


def many_clients(store: SqliteStore, name: str, seconds: float) -> tuple[float, list[float]]:
    """The same for many threads at once."""
    found: list[float] = []

    def client(number: int) -> None:
        found.extend(one_client(store, f"{name}-{number}", seconds)[1])

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(found) / (time.perf_counter() - started), found


def bare(source: Path, path: Path, after: int, per_commit: int) -> float:
    """Rows per second of plain ``executemany`` of what a store holds after a seq, in its order."""
    SqliteStore(path).close()
    with closing(connect(source)) as connection:
        query = "SELECT * FROM signals WHERE seq > ? ORDER BY seq"
        rows = connection.execute(query, (after,)).fetchall()
    with closing(connect(path)) as connection:
        started = time.perf_counter()
        for first in range(0, len(rows), per_commit):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT, rows[first : first + per_commit])
            connection.execute("COMMIT")
        return len(rows) / (time.perf_counter() - started)


def bulk(path: Path) -> float:
    """Rows per second of the bulk append into an empty store."""
    chunks = [columns("bulk", first, CHUNK) for first in range(0, ROWS, CHUNK)]
    with closing(SqliteStore(path)) as store:
        started = time.perf_counter()
        for chunk in chunks:
            store.append_rows(chunk)
        return ROWS / (time.perf_counter() - started)


def scan(path: Path) -> float:
    """Rows per second of a whole scan into columns."""
    with closing(SqliteStore(path)) as store:
        started = time.perf_counter()
        return sum(map(len, store.scan())) / (time.perf_counter() - started)


def bare_read(path: Path) -> float:
    """Rows per second of fetching the same rows as tuples."""
    with closing(connect(path)) as connection:
        started, count = time.perf_counter(), 0
        cursor = connection.execute(READ)
        while rows := cursor.fetchmany(512):
            count += len(rows)
        return count / (time.perf_counter() - started)


def measure(folder: Path, seconds: float) -> list[dict[str, float]]:
    """Rounds of everything, one after the other, so that all see the same weather."""
    path, beside = folder / "observe.db", folder / "bare.db"
    rounds = []
    with closing(SqliteStore(path)) as store:
        store.append([sample("first", number) for number in range(TWINS)])
        for number in range(ROUNDS):
            before = probe(folder, seconds / 2)
            one, alone = one_client(store, f"one-{number}", seconds)
            after = probe(folder, seconds / 2)
            bare(path, beside, store.stats().last_seq - len(alone), CHUNK)
            reached = store.stats().last_seq
            many, crowd = many_clients(store, f"many-{number}", seconds)
            loaded = folder / f"bulk-{number}.db"
            rounds.append(
                {
                    "sync": (before + after) / 2,
                    "one": one,
                    "one p50": quantile(alone, 50),
                    "one p99": quantile(alone, 99),
                    "many": many,
                    "many p50": quantile(crowd, 50),
                    "many p99": quantile(crowd, 99),
                    "bare": bare(path, beside, reached, 1_000),
                    "bulk": bulk(loaded),
                    "bare bulk": bare(loaded, folder / f"bare-{number}.db", 0, CHUNK),
                    "scan": scan(loaded),
                    "bare scan": bare_read(loaded),
                }
            )
    return rounds


def quantile(values: Sequence[float], percent: int) -> float:
    """A percentile of latencies."""
    return statistics.quantiles(values, n=100)[percent - 1]


def report(rounds: Sequence[dict[str, float]]) -> None:
    """Medians of the rounds, and of the ratios within a round."""

    def median(name: str) -> float:
        return statistics.median(found[name] for found in rounds)

    def ratio(name: str, limit: str) -> float:
        return statistics.median(found[name] / found[limit] for found in rounds)

    def line(what: str, name: str, limit: str, aim: str) -> str:
        of = f"{ratio(name, limit):.2f} of {limit}"
        return f"| {what} | {median(name):,.0f}/s | {of} ({median(limit):,.0f}/s) | {aim} |"

    bound = 25 + 5e3 / median("sync")
    print("| what | rate | beside it | aim |\n|---|---|---|---|")
    print(line("one client", "one", "sync", ">= 0.35 of a fast disk, 0.8 of a slow one"))
    print(line(f"{CLIENTS} clients", "many", "bare", ">= 0.2"))
    print(line(f"{CLIENTS} clients", "many", "one", ">= 3"))
    print(line("bulk append", "bulk", "bare bulk", ">= 0.6"))
    print(line("scan into columns", "scan", "bare scan", "-"))
    print("\n| latency | p50 ms | p99 ms | aim |\n|---|---|---|---|")
    print(f"| one client | {median('one p50'):.2f} | {median('one p99'):.2f} | - |")
    crowd = f"{median('many p50'):.2f} | {median('many p99'):.2f}"
    print(f"| {CLIENTS} clients | {crowd} | p99 <= {bound:.1f} |")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=os.environ.get("DOXA_BENCH")) as name:
        report(measure(Path(name), float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
