"""An open store loads a tables file, one file by flags, and the rows that it would observe."""

from __future__ import annotations

from tests.bulk.conftest import NOW, Shop

from doxa.domain.signal import Signal
from doxa.runtime.backfill import backfill, backfill_rows
from doxa.runtime.observing import observe_many
from doxa.runtime.wiring import Wiring

ROWS = [
    {"twin": "ann", "kind": "visit", "at": "2024-01-01", "payload": {"x": 1}},
    {"twin": "ann", "kind": "visit", "at": "2024-01-01", "payload": {"x": 1}},
    {"twin": "bob", "kind": "visit", "at": "2024-11-03T01:30:00", "payload": {"x": 2.5}},
]


def wiring(place: Shop) -> Wiring:
    return Wiring(store=place.store, belief_map=place.map, path=place.path, clock=lambda: NOW)


def test_one_file_by_flags_and_a_tables_file(place: Shop) -> None:
    (place.folder / "a.csv").write_text("w,t\nann,2024-01-01\n")
    (place.folder / "t.yaml").write_text(
        "{doxa: 1, tables: [{file: a.csv, twin: w, at: t, kind: {is: purchase}}]}"
    )
    open_shop = wiring(place)
    assert (
        backfill(open_shop, place.folder / "a.csv", twin="w", at="t", kind="=visit").appended == 1
    )
    assert backfill(open_shop, place.folder / "t.yaml").appended == 1
    assert {signal.kind for signal in place.signals()} == {"visit", "purchase"}


def test_observing_after_a_backfill_of_the_same_rows_adds_nothing(place: Shop) -> None:
    open_shop = wiring(place)
    assert backfill_rows(open_shop, ROWS).appended == 3
    before: list[Signal] = place.signals()
    assert all(receipt.duplicate for receipt in observe_many(open_shop, ROWS))
    assert place.signals() == before
