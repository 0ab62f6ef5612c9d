"""The machine of the laws on the store in memory and on SQLite."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings

from doxa.beliefmap.model import Zone
from doxa.checks.law_machine import law_machine
from doxa.domain.clock import Clock
from doxa.storage.memory import MemoryStore
from doxa.storage.port import Store
from doxa.storage.sqlite import SqliteStore


class InMemory:
    """A store that stays as it is while this place does."""

    def __init__(self) -> None:
        self.folder = Path("nowhere")
        self._store: MemoryStore | None = None

    def open(self, *, clock: Clock, zone: Zone) -> Store:
        if self._store is None:
            self._store = MemoryStore(clock=clock, zone=zone)
        return self._store

    def leave(self) -> None:
        self._store = None


class OnDisk:
    """A file in a folder of its own."""

    def __init__(self) -> None:
        self._spare = tempfile.TemporaryDirectory()
        self.folder = Path(self._spare.name)

    def open(self, *, clock: Clock, zone: Zone) -> Store:
        return SqliteStore(self.folder / "life.db", clock=clock, zone=zone)

    def leave(self) -> None:
        self._spare.cleanup()


TestLife = law_machine([InMemory, OnDisk]).TestCase
TestLife.settings = settings(
    max_examples=18,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
