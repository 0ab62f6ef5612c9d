"""Stores that live through signals, merges and retractions, read by the facade: a `PeopleReader`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doxa.beliefmap.model import BeliefMap
from doxa.checks.laws import Readings
from doxa.checks.oracle_identity import Lives, Merged
from doxa.domain.clock import DAY
from doxa.runtime.twins import Twins
from doxa.runtime.wiring import Wiring
from doxa.storage.corrections import Merging
from doxa.storage.memory import MemoryStore
from doxa.storage.port import Store
from doxa.storage.sqlite import SqliteStore

FAR = 4_000_000_000 * 1_000_000


class Made:
    """A store in a folder of its own, with every read leaving a snapshot."""

    def __init__(self, belief_map: BeliefMap, *, on_disk: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "people.db"
        settings = {"zone": belief_map.zone, "clock": belief_map.clock}
        store: Store = SqliteStore(path, **settings) if on_disk else MemoryStore(**settings)
        self.twins = Twins(Wiring(store, belief_map, path, lambda: FAR, snapshot_after=1))

    def __enter__(self) -> Twins:
        return self.twins

    def __exit__(self, *_: object) -> None:
        self.twins.close()
        self.folder.cleanup()


def say(store: Store, merged: Merged) -> None:
    """Tell a store who is whom."""
    store.merge(
        Merging(
            alias=merged.alias,
            into=merged.into or merged.alias,
            at=merged.at,
            recorded=merged.recorded,
            joined=merged.into is not None,
            offset=merged.offset,
        )
    )


def told(twins: Twins, twin: str, now: int | None, known_at: int | None = None) -> Readings:
    """Every node that was met, as the facade reads it."""
    found = twins.twin(twin, as_of=now, known_at=known_at).opinions()
    return {each.node: each.opinion.as_dict() for each in found if each.met}


@contextmanager
def lived(lives: Lives, belief_map: BeliefMap, *, on_disk: bool) -> Iterator[Twins]:
    """Every other signal first, then the late ones; what is said comes in between and after."""
    with Made(belief_map, on_disk=on_disk) as twins:
        store, half = twins.wiring.store, (len(lives.merges) + 1) // 2
        for number in (0, 1):
            store.append(lives.signals[number::2])
            twins.snapshot()
            for merged in lives.merges[half:] if number else lives.merges[:half]:
                say(store, merged)
            for signal in lives.signals:
                twins.twin(signal.twin, as_of=signal.at + 90 * DAY)
        for each in lives.retractions:
            store.retract(each.id, each.source, each.recorded)
        twins.snapshot()
        yield twins


def people_reader(*, on_disk: bool):
    """The facade over lives, with snapshots left at every step."""

    def read(lives: Lives, belief_map: BeliefMap, twin, now, known_at=None) -> Readings:
        with lived(lives, belief_map, on_disk=on_disk) as twins:
            return told(twins, twin, now, known_at)

    return read
