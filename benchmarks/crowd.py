"""A store that holds many twins: a few hundred lives, each lent to thousands of people."""

from __future__ import annotations

from pathlib import Path

import msgspec

from benchmarks.samples import NOW, columns, settled
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins
from doxa.storage.port import Snapshot

LIVES = 100
CHUNK = 20_000


def crowded(path: Path, belief_map: BeliefMap, twins: int, signals: int = 200) -> Twins:
    """Open a new store with so many twins: the first hundred lived, the others have their state.

    Everybody but the first hundred has one signal in the ledger and a snapshot of a whole life.
    """
    opened = open_twins(path, belief_map, clock=lambda: NOW)
    store = opened.wiring.store
    for number in range(LIVES):
        store.append(settled(belief_map, f"t{number}", signals))
    opened.snapshot()
    models = store.snapshots(store.twins().tolist())
    for first in range(LIVES, twins, CHUNK):
        names = [f"t{number}" for number in range(first, min(first + CHUNK, twins))]
        store.append_rows(columns([_born(belief_map, name) for name in names]))
        keys = store.twins()[-len(names) :].tolist()
        store.put_snapshots([_lent(models[key % LIVES], key) for key in keys])
    return opened


def _born(belief_map: BeliefMap, name: str) -> Signal:
    at = NOW - 400 * DAY
    kind = next(iter(belief_map.signals))
    return Signal(id=f"{name}-0", twin=name, kind=kind, at=at, recorded=at, payload={"agree": True})


def _lent(model: Snapshot, key: int) -> Snapshot:
    return msgspec.structs.replace(model, twin=key, last_seq=2**62)
