"""States straight from Parquet files are those of a store that loaded them, bit by bit."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from tests.runtime.conftest import NOW, SHOP
from tests.runtime.states import told

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.tables import Tables
from doxa.beliefmap.tables_file import parse_tables
from doxa.checks.worlds import world_map, worlds
from doxa.domain.clock import DAY, HOUR, Clock, datetime_of
from doxa.runtime.folding import files
from doxa.runtime.folding.files import fold_files
from doxa.runtime.opening import open_twins
from doxa.storage.bulk.native import NotNative

LATER = NOW + 400 * DAY
TIMES = pyarrow.timestamp("us", "UTC")
WORLD = {
    "category": pyarrow.string(), "price": pyarrow.float64(), "deal": pyarrow.int8(),
    "campaign": pyarrow.string(), "mood": pyarrow.int64(), "ends": pyarrow.string(),
    "tags": pyarrow.list_(pyarrow.string()), "tier": pyarrow.string(),
    "other": pyarrow.int32(),
}  # fmt: skip
OWN = {
    "twin": pyarrow.string(), "kind": pyarrow.string(), "at": TIMES, "recorded": TIMES,
    "session": pyarrow.string(), "source": pyarrow.string(), "order": pyarrow.int64(),
    "id": pyarrow.string(),
}  # fmt: skip
EVERY = "twin: twin, kind: kind, at: at, recorded: recorded, session: session, order: order, id: id"


def write(path: Path, rows: list[dict[str, Any]], types: dict[str, Any]) -> None:
    columns = {
        name: pyarrow.array([row.get(name) for row in rows], type_) for name, type_ in types.items()
    }
    parquet.write_table(pyarrow.table(columns), path)


def tables(folder: Path, *lines: str) -> Tables:
    body = "".join(f"  - {{{line}}}\n" for line in lines)
    return parse_tables(f"doxa: 1\ntables:\n{body}", str(folder / "tables.yaml"))


def loaded(folder: Path, belief_map: BeliefMap, given: Tables) -> dict[str, dict[str, Any]]:
    """What a store that loads the tables keeps, folded from its ledger."""
    with closing(open_twins(folder / "shop.db", belief_map, clock=lambda: LATER)) as twins:
        receipt = twins.backfill(given)
        assert receipt.appended == receipt.rows
        twins.snapshot()
        store = twins.wiring.store
        found = store.snapshots(store.twins().tolist())
        names = store.twin_names([each.twin for each in found])
        return {name: told(belief_map, each) for name, each in zip(names, found, strict=True)}


def folded(folder: Path, belief_map: BeliefMap, given: Tables) -> dict[str, dict[str, Any]]:
    found = fold_files(belief_map, given, now=LATER, folder=folder)
    return {name: told(belief_map, each) for name, each in found}


@settings(max_examples=15)
@given(worlds(Clock.TIME), st.integers(1, 3), st.booleans())
def test_any_history_folds_as_its_ledger_does(history, parts, sourced):
    belief_map = world_map(Clock.TIME)
    rows = [
        {
            **signal.payload,
            "twin": signal.twin,
            "kind": signal.kind,
            "at": signal.at,
            "recorded": signal.recorded,
            "session": signal.session,
            "order": signal.order,
            "id": signal.id,
            "source": ("till", "", None)[number % 3],
        }
        for number, signal in enumerate(history)
    ]
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.setattr(files, "SIGNALS", max(1, len(rows) // parts))
        patch.setattr(files, "ROWS", 7)
        write(folder / "rows.parquet", rows, OWN | WORLD)
        source = "source" if sourced else "{is: till}"
        fields = ", ".join(f"{field}: {field}" for field in WORLD)
        line = f"file: rows.parquet, {EVERY}, source: {source}, payload: {{{fields}}}"
        given_tables = tables(folder, line)
        assert folded(folder, belief_map, given_tables) == loaded(folder, belief_map, given_tables)


LINES = pyarrow.list_(pyarrow.struct({"product": pyarrow.string(), "qty": pyarrow.float32()}))
WALL = pyarrow.timestamp("us")


BUSY = parse_map(
    SHOP.replace(
        "nodes:",
        "fields: {due: time, until: time}\n"
        "nodes:\n  fit: {kind: goal, deadline: due, done: {count: visit, at_least: 3}}\n"
        "  away: {kind: constraint, until: until}",
    ).replace(
        "signals:",
        "signals:\n  plan: [{node: fit, for: 1}, {node: eat_healthier, for: 0.5}]\n"
        "  trip: [{node: away, for: 1}]",
    )
)


def shops(folder: Path) -> Tables:
    """The files of one shop: wall-clock times, days, whole numbers as ids, lists of objects."""
    at = [NOW - DAY * (number % 90) - 7 * HOUR * number for number in range(120)]
    write(
        folder / "till.parquet",
        [
            {
                "person": number % 7, "when": moment, "session": number // 3,
                "category": ("MILK", "BREAD", None)[number % 3], "price": float(number) / 8,
                "discount": number % 4 if number % 5 else None,
            }
            for number, moment in enumerate(at)
        ],
        {
            "person": pyarrow.int64(), "when": WALL, "session": pyarrow.int32(),
            "category": pyarrow.string(), "price": pyarrow.float32(), "discount": pyarrow.int64(),
        },
    )  # fmt: skip
    write(
        folder / "orders.parquet",
        [
            {
                "person": number % 5, "day": moment // DAY, "stars": number % 5,
                "kind": ("order", "rating", "traits", "complaint")[number % 4],
                "topic": "price", "category": "MILK", "age": 40 + number,
                "lines": [{"product": "MILK", "qty": 0.1}, {"product": "RYE", "qty": None}],
            }
            for number, moment in enumerate(at)
        ],
        {
            "person": pyarrow.int32(), "day": pyarrow.date32(), "kind": pyarrow.string(),
            "stars": pyarrow.decimal128(5, 2), "topic": pyarrow.string(), "lines": LINES,
            "category": pyarrow.string(), "age": pyarrow.int16(),
        },
    )  # fmt: skip
    write(
        folder / "people.parquet",
        [{"person": number, "age": 30 + number, "city": "Köln"} for number in range(9)],
        {"person": pyarrow.int16(), "age": pyarrow.int64(), "city": pyarrow.string()},
    )
    write(
        folder / "consents.parquet",
        [
            {"person": number, "at": NOW - DAY, "node": "worried", "given": number % 2 == 0}
            for number in range(4)
        ],
        {
            "person": pyarrow.int64(), "at": TIMES, "node": pyarrow.string(),
            "given": pyarrow.bool_(),
        },
    )  # fmt: skip
    write(
        folder / "plans.parquet",
        [
            {
                "person": number % 4, "at": NOW - number * DAY, "due": NOW + number * DAY,
                "kind": ("plan", "trip", "visit")[number % 3], "until": NOW - 2 * DAY,
            }
            for number in range(24)
        ],
        {
            "person": pyarrow.int64(), "at": TIMES, "due": TIMES, "until": WALL,
            "kind": pyarrow.string(),
        },
    )  # fmt: skip
    return tables(
        folder,
        "file: till.parquet, twin: person, at: when, kind: {is: purchase}, session: session",
        "file: orders.parquet, twin: person, at: day, kind: kind, source: {is: self}",
        "file: people.parquet, twin: person, kind: {is: traits}",
        "file: consents.parquet, twin: person, at: at, kind: {is: consent}",
        "file: plans.parquet, twin: person, at: at, kind: kind",
    )


@pytest.mark.parametrize("parts", [1, 3])
def test_columns_of_every_type_mean_what_a_load_makes_of_them(tmp_path, monkeypatch, parts):
    belief_map, given_tables = BUSY, shops(tmp_path)
    monkeypatch.setattr(files, "SIGNALS", 260 // parts)
    found = folded(tmp_path, belief_map, given_tables)
    assert len(found) == 9
    assert {mark[1] for each in found.values() for mark in each["marks"]} == {
        "away", "eat_healthier", "fit",
    }  # fmt: skip
    assert found == loaded(tmp_path, belief_map, given_tables)


def test_ids_as_text_and_as_numbers_name_one_person(tmp_path):
    rows = [
        {"twin": "7", "kind": "praise", "at": NOW},
        {"twin": "ann", "kind": "praise", "at": NOW},
    ]
    write(tmp_path / "a.parquet", rows, {name: OWN[name] for name in ("twin", "kind", "at")})
    numbered = [{"twin": 7, "kind": "visit", "at": NOW - HOUR}]
    types = {"twin": pyarrow.int64(), "kind": pyarrow.string(), "at": TIMES}
    write(tmp_path / "b.parquet", numbered, types)
    plain = "twin: twin, kind: kind, at: at"
    given_tables = tables(tmp_path, f"file: a.parquet, {plain}", f"file: b.parquet, {plain}")
    found = folded(tmp_path, parse_map(SHOP), given_tables)
    assert sorted(found) == ["7", "ann"]
    assert found == loaded(tmp_path, parse_map(SHOP), given_tables)


def test_what_cannot_be_read_as_columns_is_left_to_the_ledger(tmp_path):
    plain = "twin: twin, kind: kind, at: at"
    (tmp_path / "a.csv").write_text("twin,kind,at\nann,praise,2026-03-01T10:00:00Z\n")
    write(tmp_path / "k.parquet", [{"twin": "a", "kind": "prise", "at": NOW}], OWN)
    types = OWN | {"category": pyarrow.int64()}
    rows = [{"twin": "a", "kind": "purchase", "at": NOW, "category": 2**53 + 1}]
    write(tmp_path / "n.parquet", rows, types)
    write(
        tmp_path / "o.parquet", [{"twin": "a", "at": NOW, "body": "{}"}], OWN | {"body": OWN["id"]}
    )
    moving = parse_map(SHOP.replace("America/New_York", "{from: tz, default: America/New_York}"))
    ordered = world_map(Clock.POSITION)
    for belief_map, line, why in (
        (parse_map(SHOP), f"file: a.csv, {plain}", "no Parquet"),
        (parse_map(SHOP), f"sql: select * from 'k.parquet', {plain}", "no Parquet"),
        (parse_map(SHOP), f"file: k.parquet, {plain}", "declare"),
        (parse_map(SHOP), f"file: n.parquet, {plain}", "too large"),
        (parse_map(SHOP), "file: n.parquet, twin: twin, kind: {is: claim}, at: at", "claims"),
        (parse_map(SHOP), f"file: o.parquet, {plain}, payload: body", "one column"),
        (moving, f"file: k.parquet, {plain}", "local days"),
        (ordered, "file: n.parquet, twin: twin, kind: kind, at: category", "local days"),
    ):
        with pytest.raises(NotNative, match=why):
            list(fold_files(belief_map, tables(tmp_path, line), now=LATER, folder=tmp_path))


@pytest.mark.parametrize("path", ["columns", "ledger"])
def test_a_load_leaves_the_snapshots_that_a_look_through_the_ledger_would(tmp_path, path):
    given_tables = shops(tmp_path)
    if path == "ledger":
        (tmp_path / "a.csv").write_text("twin,kind,at\n3,praise,2026-03-01T10:00:00Z\n")
        extra = tables(tmp_path, "file: a.csv, twin: twin, kind: kind, at: at")
        given_tables = Tables(tables=(*given_tables.tables, *extra.tables))
    steps = []
    with closing(open_twins(tmp_path / "one.db", BUSY, clock=lambda: LATER)) as one:
        receipt = one.backfill(
            given_tables, snapshots=True, progress=lambda *step: steps.append(step)
        )
        store = one.wiring.store
        kept = store.snapshots(store.twins().tolist())
        assert receipt.snapshots == len(kept) == 9
        assert steps[-1] == ("folding", 9, 9)
        before = one["3"].opinion("prices_are_fair")
        one.observe("3", "praise", at=datetime_of(NOW - 30 * DAY))
        assert store.snapshot(store.twin_key("3")) is None
        assert one["3"].opinion("prices_are_fair").credence > before.credence
        again = one.backfill(given_tables, snapshots=True)
        assert (again.appended, again.snapshots) == (0, 1)
    found = {name: each for name, each in _named(tmp_path / "one.db") if name != "3"}
    other = loaded(tmp_path, BUSY, given_tables)
    assert found == {name: each for name, each in other.items() if name != "3"}


def test_a_file_that_changes_during_its_load_is_not_read_again(tmp_path):
    row = {"twin": "ann", "kind": "praise", "at": NOW}
    types = {name: OWN[name] for name in ("twin", "kind", "at")}
    write(tmp_path / "a.parquet", [row], types)
    given_tables = tables(tmp_path, "file: a.parquet, twin: twin, kind: kind, at: at")

    def swap(phase: str, done: int, of: int | None) -> None:
        if phase == "loading":
            write(tmp_path / "a.parquet", [row | {"kind": "complaint"}], types)

    with closing(open_twins(tmp_path / "one.db", parse_map(SHOP), clock=lambda: LATER)) as one:
        assert one.backfill(given_tables, snapshots=True, progress=swap).snapshots == 1
        assert one["ann"].opinion("prices_are_fair").credence > 0.6


def _named(path: Path) -> list[tuple[str, object]]:
    with closing(open_twins(path, clock=lambda: LATER)) as twins:
        store = twins.wiring.store
        found = store.snapshots(store.twins().tolist())
        names = store.twin_names([each.twin for each in found])
        told_of = [told(twins.map, each) for each in found]
    return list(zip(names, told_of, strict=True))
