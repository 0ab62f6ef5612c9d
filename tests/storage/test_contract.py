"""Every store does what the contract says."""

from __future__ import annotations

from pathlib import Path

import pytest

from doxa.beliefmap.model import Zone
from doxa.checks.store_contract import Check, contract
from doxa.domain.clock import Clock
from doxa.storage.memory import MemoryStore
from doxa.storage.port import Store
from doxa.storage.sqlite import SqliteStore


@pytest.mark.parametrize("check", contract(), ids=lambda check: check.__name__)
def test_memory(check: Check) -> None:
    check(MemoryStore)


@pytest.mark.parametrize("check", contract(), ids=lambda check: check.__name__)
def test_sqlite(check: Check, tmp_path: Path) -> None:
    def make(*, clock: Clock = Clock.TIME, zone: Zone | None = None) -> Store:
        path = tmp_path / f"store{len(list(tmp_path.glob('*.db')))}.db"
        return SqliteStore(path, clock=clock, zone=zone)

    check(make)
