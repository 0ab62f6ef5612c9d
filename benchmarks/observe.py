"""How fast signals become durable: one client, 64 clients, a scan of them all."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path

from benchmarks.claim import Row, Size, insert_bare, median, quantile, ratio, syncs
from benchmarks.samples import HOUSEHOLDS, columns, purchase
from doxa.storage.sqlite import SqliteStore
from doxa.storage.sqlite.connection import connect

CLIENTS = 64
CHUNK = 20_000
FAST = 5_000
_READ = "SELECT * FROM signals NOT INDEXED ORDER BY seq"
Rounds = dict[str, list[float]]


def measure(size: Size, folder: Path) -> list[Row]:
    """Rounds of everything, one after the other, so that all see the same weather."""
    told: Rounds = {}

    def note(name: str, value: float) -> None:
        told.setdefault(name, []).append(value)

    path, beside = folder / "observe.db", folder / "bare.db"
    with closing(SqliteStore(path)) as store:
        store.append([purchase("first", number) for number in range(HOUSEHOLDS)])
        for number in range(size.rounds):
            before = syncs(folder, size.seconds / 2)
            rate, one = _client(store, f"one-{number}", size.seconds)
            note("one", rate)
            note("sync", (before + syncs(folder, size.seconds / 2)) / 2)
            reached = store.stats().last_seq
            rate, many = _clients(store, f"many-{number}", size.seconds)
            note("many", rate)
            note("bare", _bare(path, beside, reached, 1_000))
            for name, times in (("one", one), ("many", many)):
                note(f"{name} p50", quantile(times, 50))
                note(f"{name} p99", quantile(times, 99))
            _scanned(folder / f"scan-{number}.db", size, note)
    return _rows(told)


def _client(store: SqliteStore, name: str, seconds: float) -> tuple[float, list[float]]:
    """Signals per second of a client that waits for each, and its latencies in ms."""
    latencies: list[float] = []
    started = time.perf_counter()
    while (begun := time.perf_counter()) < started + seconds:
        store.append([purchase(name, len(latencies))])
        latencies.append(1e3 * (time.perf_counter() - begun))
    return len(latencies) / (time.perf_counter() - started), latencies


def _clients(store: SqliteStore, name: str, seconds: float) -> tuple[float, list[float]]:
    """The same for many threads at once."""
    found: list[float] = []

    def client(number: int) -> None:
        found.extend(_client(store, f"{name}-{number}", seconds)[1])

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(found) / (time.perf_counter() - started), found


def _bare(source: Path, path: Path, after: int, per_commit: int) -> float:
    """Rows per second of plain inserts of what a store holds after a place in its ledger."""
    SqliteStore(path).close()
    with closing(connect(source)) as connection:
        query = "SELECT * FROM signals WHERE seq > ? ORDER BY seq"
        rows = connection.execute(query, (after,)).fetchall()
    with closing(connect(path)) as connection:
        return len(rows) / insert_bare(connection, rows, per_commit)


def _scanned(path: Path, size: Size, note: object) -> None:
    """Bulk append and whole scan of the same rows, each beside bare SQLite."""
    assert callable(note)
    count = size.loaded // 10
    chunks = [
        columns([purchase("bulk", number) for number in range(first, first + CHUNK)])
        for first in range(0, count, CHUNK)
    ]
    with closing(SqliteStore(path)) as store:
        started = time.perf_counter()
        for chunk in chunks:
            store.append_rows(chunk)
        note("bulk", len(chunks) * CHUNK / (time.perf_counter() - started))
        started = time.perf_counter()
        note("scan", sum(map(len, store.scan())) / (time.perf_counter() - started))
    note("bare bulk", _bare(path, path.with_suffix(".bare"), 0, CHUNK))
    with closing(connect(path)) as connection:
        started, rows = time.perf_counter(), 0
        cursor = connection.execute(_READ)
        while found := cursor.fetchmany(512):
            rows += len(found)
        note("bare scan", rows / (time.perf_counter() - started))


def _rows(told: Rounds) -> list[Row]:
    sync = median(told["sync"])
    least = 0.35 if sync > FAST else 0.8 if sync < 500 else 0.35
    bound = 25 + 5e3 / sync
    worst = median(told["many p99"])
    return [
        _row("durable observe, one client", told, "one", "sync", least, "fdatasync"),
        Row(
            "the same, latency",
            "-",
            "-",
            f"p50 {median(told['one p50']):.2f} ms, p99 {median(told['one p99']):.2f} ms",
            None,
        ),
        _row("observe, 64 clients", told, "many", "bare", 0.2, "bare indexed insert"),
        _row("observe, 64 clients", told, "many", "one", 3, "one client"),
        Row(
            "the same, latency",
            f"p99 <= {bound:.0f} ms",
            f"25 ms + 5 syncs of {1e3 / sync:.2f} ms",
            f"p50 {median(told['many p50']):.1f} ms, p99 {worst:.1f} ms",
            worst <= bound,
        ),
        _row("bulk append", told, "bulk", "bare bulk", 0.6, "bare insert"),
        _row("scan into columns", told, "scan", "bare scan", None, "bare SELECT"),
    ]


def _row(what: str, told: Rounds, name: str, limit: str, least: float | None, of: str) -> Row:
    found = ratio(told[name], told[limit])
    return Row(
        what,
        "-" if least is None else f">= {least}x",
        f"{of} {median(told[limit]):,.0f}/s",
        f"{found:.2f}x ({median(told[name]):,.0f}/s)",
        None if least is None else found >= least,
    )
