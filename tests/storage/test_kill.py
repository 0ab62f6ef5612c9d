"""Kill the process at any point: every acknowledged signal is there after restart, once."""

from __future__ import annotations

import multiprocessing
import os
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from tests.storage.merger import SIGNALS, merge
from tests.storage.observer import observe

from doxa.checks.store_samples import scanned_ids
from doxa.domain.signal import Signal
from doxa.storage.sqlite import SqliteStore

ROUNDS = 25


def started(run: Callable[..., None], *given: Any) -> BaseProcess:
    """A process that has opened the store."""
    context = multiprocessing.get_context("fork")
    ready, telling = context.Pipe(duplex=False)
    process = context.Process(target=run, args=(*given, telling))
    process.start()
    assert ready.recv() == "ready"
    return process


def kill(process: BaseProcess) -> None:
    process.kill()
    process.join()


def acknowledged_ids(*lists: Path) -> list[str]:
    """Whole lines only: the last one may have been cut off by the kill."""
    texts = [path.read_text() for path in lists]
    return [line for text in texts for line in text.split("\n")[:-1]]


def check_intact(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.kill
def test_acknowledged_signals_survive_a_kill(tmp_path: Path) -> None:
    seed = int(os.environ.get("DOXA_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    print(f"seed {seed} (DOXA_SEED repeats it)")
    rng = random.Random(seed)
    path, acknowledged = tmp_path / "shop.db", tmp_path / "acknowledged"
    for number in range(ROUNDS):
        process = started(observe, path, acknowledged, f"round{number}", 10**6)
        time.sleep(rng.uniform(0, 0.3))
        kill(process)
        with closing(SqliteStore(path)) as store:
            kept = scanned_ids(store)
        assert len(kept) == len(set(kept)), f"seed {seed}: a signal is there twice"
        told = acknowledged_ids(acknowledged)
        assert set(told) <= set(kept), f"seed {seed}: a signal is lost"
        assert len(kept) <= len(told) + number + 1
    assert len(acknowledged_ids(acknowledged)) > ROUNDS
    check_intact(path)


@pytest.mark.kill
def test_what_was_said_survives_a_kill_whole(tmp_path: Path) -> None:
    """Merges and retractions are there once acknowledged; a restored person is there whole."""
    seed = int(os.environ.get("DOXA_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    print(f"seed {seed} (DOXA_SEED repeats it)")
    rng = random.Random(seed)
    path, acknowledged = tmp_path / "shop.db", tmp_path / "acknowledged"
    for number in range(ROUNDS):
        process = started(merge, path, acknowledged, f"round{number}")
        time.sleep(rng.uniform(0, 0.3))
        kill(process)
    with closing(SqliteStore(path)) as store:
        keys = store.twins().tolist()
        names = dict(zip(keys, store.twin_names(keys), strict=True))
        merged = {(names[row.alias], names[row.into]) for row in store.aliases()}
        gone = {row.id for row in store.retractions()}
        held = {names[key]: len(store.signals(key)) for key in keys}
    told = acknowledged_ids(acknowledged)
    assert len(told) > ROUNDS, f"seed {seed}"
    for line in told:
        name, done = line.split()
        if done == "retracted":
            assert f"{name}-1" in gone, f"seed {seed}: {line}"
        else:
            other = "phone" if done == "restored" else "web"
            assert (f"{name}-{other}", name) in merged, f"seed {seed}: {line}"
    for name in {name for name, count in held.items() if count}:
        assert held[name] == SIGNALS, f"seed {seed}: {name} is there in part"
        assert (f"{name}-phone", name) in merged, f"seed {seed}: {name} is there in part"
        assert f"{name}-0" in gone, f"seed {seed}: {name} is there in part"
    check_intact(path)


@pytest.mark.kill
def test_four_processes_one_killed(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    lists = [tmp_path / f"acknowledged{number}" for number in range(4)]
    processes = [started(observe, path, file, f"p{i}", 1_000) for i, file in enumerate(lists)]
    while len(acknowledged_ids(lists[0])) < 100:
        time.sleep(0.005)
    kill(processes[0])
    for process in processes[1:]:
        process.join()
        assert process.exitcode == 0
    assert len(acknowledged_ids(*lists[1:])) == 3_000
    with closing(SqliteStore(path)) as store:
        kept = scanned_ids(store)
        assert len(kept) == len(set(kept))
        assert set(acknowledged_ids(*lists)) <= set(kept)
        resent = [
            Signal(id=id_, twin=f"twin{number % 7}", kind="visit", at=at, recorded=at + 5)
            for number in range(1_000)
            for id_, at in [(f"p1-{number}", 1_600_000_000_000_000 + number)]
        ]
        assert all(appended.duplicate for appended in store.append(resent))
    check_intact(path)
