"""Kill a forget at any point: a person is there whole or gone, and finishing leaves no byte."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from pathlib import Path

import numpy as np
import pytest
from tests.forgetting.forgetter import forgetting
from tests.forgetting.remains import remains

import doxa
from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, parse_time
from doxa.domain.signal import Signal
from doxa.runtime.recording import recorded_for
from doxa.storage.blocks import encode_block
from doxa.storage.port import ForecastSet

ROUNDS = 25
PEOPLE = 300
SIGNALS = 30
START = parse_time("2026-01-01T12:00:00Z")
MAP = parse_map("""
doxa: 1
product: cafe
nodes:
  comes: {kind: preference, says: "Comes here."}
signals:
  visit: [{node: comes, count: 1}]
""")


def lived(path: Path, rng: random.Random) -> dict[str, str]:
    """A store full of people; each has a word of their own in every payload."""
    people = {
        f"person-{rng.getrandbits(60):x}": f"word-{rng.getrandbits(60):x}" for _ in range(PEOPLE)
    }
    signals = [
        Signal(
            id=f"{person}-{number}",
            twin=person,
            kind="visit",
            at=START + number * DAY,
            recorded=START + number * DAY,
            payload={"said": word * rng.choice([1, 5, 300])},
        )
        for number in range(SIGNALS)
        for person, word in people.items()
    ]
    rng.shuffle(signals)
    with doxa.open(path, MAP) as twins:
        for first in range(0, len(signals), 500):
            twins.observe_many(signals[first : first + 500])
        twins.snapshot()
        keys = twins.wiring.store.twins().tolist()
        columns = {"twin": np.arange(len(keys)), "probability": np.full(len(keys), 0.5)}
        body = encode_block(keys, [], columns)
        for number in range(3):
            twins.wiring.store.put_forecasts(
                ForecastSet(
                    id=f"set{number}", outcome="o", origin=START, recorded=START, population=0,
                    label="live", body=body,
                )
            )  # fmt: skip
    return people


@pytest.mark.kill
def test_a_killed_forget_is_whole_or_undone(tmp_path: Path) -> None:
    seed = int(os.environ.get("DOXA_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    print(f"seed {seed} (DOXA_SEED repeats it)")
    rng = random.Random(seed)
    folder = tmp_path / "store"
    folder.mkdir()
    path, acknowledged = folder / "cafe.db", tmp_path / "acknowledged"
    people = lived(path, rng)
    left = list(people)
    context = multiprocessing.get_context("fork")
    for _ in range(ROUNDS):
        ready, telling = context.Pipe(duplex=False)
        process = context.Process(target=forgetting, args=(path, acknowledged, left, telling))
        process.start()
        assert ready.recv() == "ready"
        time.sleep(rng.uniform(0, 0.4))
        process.kill()
        process.join()
        told = acknowledged.read_text().split("\n")[:-1] if acknowledged.exists() else []
        with doxa.open(path) as twins:
            store = twins.wiring.store
            assert not store.purge_pending()
            held = {person: store.twin_key(person) for person in left}
            left = [person for person, key in held.items() if key is not None]
            assert not set(told) & set(left), f"seed {seed}: somebody told to be gone is there"
            keys = [held[person] for person in left]
            counts = [len(store.signals(key or 0)) for key in rng.sample(keys, min(20, len(keys)))]
            assert set(counts) <= {SIGNALS}, f"seed {seed}: somebody is half there"
            assert store.stats().signals == SIGNALS * len(left)
            assert len(store.forgotten().twins) == PEOPLE - len(left)
            for stored in store.forecast_sets():
                assert recorded_for(stored)[0] == sorted(keys)
        gone = [person for person in people if person not in left]
        words = [text for person in gone[-10:] for text in (person, people[person])]
        assert remains(folder, words) == {}, f"seed {seed}"
    assert told, f"seed {seed}: nobody was ever forgotten"
    assert left, f"seed {seed}: everybody was, before the last kill"
