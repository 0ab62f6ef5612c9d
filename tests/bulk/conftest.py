"""A small shop: its map, its tables and a store to load them into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from doxa.beliefmap.model import BeliefMap, Zone
from doxa.beliefmap.tables import Tables
from doxa.beliefmap.tables_file import parse_tables
from doxa.domain.clock import Clock, parse_time
from doxa.domain.signal import Signal
from doxa.storage.bulk.backfill import backfill
from doxa.storage.bulk.receipt import BackfillReceipt, Options
from doxa.storage.sqlite import SqliteStore

NOW = parse_time("2026-01-01T00:00:00Z")
ALL_BAD = Options(max_rejects=1.0)


def shop(clock: Clock = Clock.TIME) -> BeliefMap:
    return BeliefMap(
        product="shop",
        clock=clock,
        zone=Zone(default="America/New_York"),
        bands=(),
        signals={"purchase": (), "visit": (), "answer": ()},
    )


def tables(text: str, folder: Path) -> Tables:
    """One table from its YAML keys, or a whole list."""
    body = text if text.lstrip().startswith("-") else f"- {{{text}}}"
    indented = "\n".join("  " + line for line in body.strip().splitlines())
    return parse_tables(f"doxa: 1\ntables:\n{indented}\n", str(folder / "tables.yaml"))


Load = Callable[..., BackfillReceipt]


class Shop:
    """A store in a folder, and what it holds."""

    def __init__(self, folder: Path, clock: Clock = Clock.TIME) -> None:
        self.folder, self.map = folder, shop(clock)
        self.path = folder / "shop.db"
        self.store = SqliteStore(self.path, clock=clock)

    def load(self, text: str, **options: Any) -> BackfillReceipt:
        """Backfill tables given as YAML."""
        return backfill(
            self.store, self.map, tables(text, self.folder), now=NOW, beside=self.path,
            options=Options(**{"max_rejects": 1.0, **options}),
        )  # fmt: skip

    def signals(self) -> list[Signal]:
        """The whole ledger, in an order of its own."""
        twins = [int(key) for key in self.store.twins()]
        found = [signal for key in twins for signal in self.store.signals(key)]
        return sorted(found, key=lambda signal: (signal.twin, signal.at, signal.order, signal.id))

    def rejects(self) -> list[str]:
        """The lines of the reject file without its header."""
        path = self.folder / "shop.db.rejects.csv"
        return path.read_text().splitlines()[1:] if path.exists() else []


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def line_up(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path, Clock.POSITION)
    yield made
    made.store.close()
