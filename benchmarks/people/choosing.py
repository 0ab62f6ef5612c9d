"""Who is shown: drawn by a seed among all people with enough signals."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import doxa
from benchmarks.people.sets import PeopleSet
from doxa.domain.signal import Signal
from doxa.runtime.twins import Twins

FILES = Path(__file__).parents[1] / "fidelity"


def loaded(told: PeopleSet, data: Path, store: Path) -> Twins:
    """The whole set in a new store, by its map and tables."""
    twins = doxa.open(store, FILES / told.name / "map.yaml")
    twins.backfill(FILES / told.name / "tables.yaml", folder=data / told.name)
    return twins


def with_enough(told: PeopleSet, twins: Twins) -> list[str]:
    """Everybody with at least so many signals of the kinds that count, by name."""
    store = twins.wiring.store
    counts: dict[int, int] = {}
    for batch in store.scan(kinds=told.counted):
        keys, number = np.unique(batch.twin, return_counts=True)
        for key, count in zip(keys.tolist(), number.tolist(), strict=True):
            counts[key] = counts.get(key, 0) + count
    keys = [key for key, count in counts.items() if count >= told.least]
    return sorted(store.twin_names(keys))


def drawn(names: Sequence[str], count: int, rng: random.Random) -> list[str]:
    """Some of the people, each as likely as any other."""
    return rng.sample(list(names), count)


def signals_of(twins: Twins, name: str) -> list[Signal]:
    """All signals of one person, oldest first."""
    store = twins.wiring.store
    key = store.twin_key(name)
    assert key is not None
    return store.signals(key)
