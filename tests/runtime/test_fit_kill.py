"""Kill a fit at any point: every version that was announced is there, whole, and none is half there."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

import doxa
from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, format_moment, parse_time
from doxa.heads.population import decode

ROUNDS = 25
START = parse_time("2026-01-01T12:00:00Z")
MAP = parse_map("""
doxa: 1
product: cafe
nodes:
  comes: {kind: preference, says: "Comes here."}
signals:
  visit: [{node: comes, count: 1}]
outcomes:
  comes_back: {happens: visit, within: 3d}
""")


def visit(twin: int, day: int) -> dict[str, str]:
    """A visit that the store learned of at once."""
    at = format_moment(START + day * DAY + twin)
    return {"twin": f"t{twin}", "kind": "visit", "at": at, "recorded": at, "id": f"{twin}-{day}"}


def fitting(path: Path, acknowledged: Path, ready: Connection) -> None:
    """Fit a store over and over, and write down each version that was told."""
    with doxa.open(path) as twins, open(acknowledged, "a") as told:
        ready.send("ready")
        while True:
            receipt = twins.fit(["comes_back"])
            told.write(f"{receipt.version}\n")
            told.flush()


def loaded(path: Path) -> int:
    rng = random.Random(5)
    rows = [
        visit(twin, day)
        for twin in range(40)
        for day in range(60)
        if rng.random() < 0.1 + 0.5 * (twin % 2)
    ]
    with doxa.open(path, MAP) as twins:
        twins.observe_many(rows)
    return len(rows)


@pytest.mark.kill
def test_a_killed_fit_leaves_whole_populations(tmp_path: Path) -> None:
    seed = int(os.environ.get("DOXA_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    print(f"seed {seed} (DOXA_SEED repeats it)")
    rng = random.Random(seed)
    path, acknowledged = tmp_path / "cafe.db", tmp_path / "acknowledged"
    signals = loaded(path)
    context = multiprocessing.get_context("fork")
    for _ in range(ROUNDS):
        ready, telling = context.Pipe(duplex=False)
        process = context.Process(target=fitting, args=(path, acknowledged, telling))
        process.start()
        assert ready.recv() == "ready"
        time.sleep(rng.uniform(0, 0.6))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    told = acknowledged.read_text().split("\n")[:-1]
    with doxa.open(path) as twins:
        stored = twins.wiring.store.populations()
        assert twins.wiring.store.stats().signals == signals
    assert {int(version) for version in told} <= {each.version for each in stored}
    assert len(stored) <= len(told) + ROUNDS
    assert told, f"seed {seed}: no fit ever finished"
    for each in stored:
        assert "comes_back" in decode(each.body).heads
        assert each.active_from is not None
