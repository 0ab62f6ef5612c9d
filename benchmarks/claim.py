"""What a claim is: an aim, what is measured beside it, the result, and whether it was hit."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Size:
    """How much to measure: a laptop's two minutes, or the design's numbers."""

    name: str
    seconds: float
    rounds: int
    twins: int
    read: int
    loaded: int
    folded: int
    tail_of_one: int
    fitted: int


SMALL = Size("small", 0.3, 3, 20_000, 2_000, 100_000, 250_000, 10_000, 10_000)
FULL = Size("full", 1.0, 5, 1_000_000, 1_000_000, 1_000_000, 50_000_000, 50_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    hit : bool or None
        None where there is no aim.
    absolute : bool
        A miss fails the run: the only rows that mean the same on every machine.
    """

    what: str
    aim: str
    beside: str
    result: str
    hit: bool | None
    absolute: bool = False


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def quantile(values: Sequence[float], percent: int) -> float:
    """A percentile."""
    return statistics.quantiles(values, n=100)[percent - 1]


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median of the ratios within each round."""
    return median([a / b for a, b in zip(above, below, strict=True)])


def cpu_times(run: Callable[[int], object], count: int) -> list[float]:
    """Milliseconds of processor time of each of many calls: what others do here leaves them alone."""
    told = []
    for number in range(count):
        begun = time.thread_time()
        run(number)
        told.append(1e3 * (time.thread_time() - begun))
    return told


def syncs(folder: Path, seconds: float) -> float:
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


def insert_bare(
    connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], per_commit: int
) -> float:
    """Seconds of plain ``executemany`` into the same table with the same indexes."""
    insert = f"INSERT INTO signals VALUES ({', '.join('?' * len(rows[0]))})"
    started = time.perf_counter()
    for first in range(0, len(rows), per_commit):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, rows[first : first + per_commit])
        connection.execute("COMMIT")
    return time.perf_counter() - started


def alone(run: Callable[..., Any], *given: Any) -> tuple[Any, float]:
    """What a function gives in a process of its own, and that process's peak memory in MiB."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(sending, run, given))
    process.start()
    sending.close()
    try:
        told: tuple[Any, float] = receiving.recv()
    except EOFError:
        raise SystemExit(f"{run.__module__}.{run.__name__} died") from None
    process.join()
    return told


def _tell(sending: Any, run: Callable[..., Any], given: tuple[Any, ...]) -> None:
    os.dup2(2, 1)  # what engines print is no part of the table
    found = run(*given)
    sending.send((found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    sending.close()
