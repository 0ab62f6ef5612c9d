"""Every kind of file brings in what streaming the same rows would."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet
from tests.bulk.conftest import ALL_BAD, NOW, Shop

from doxa.domain.clock import DAY, parse_time
from doxa.domain.signal import Signal
from doxa.storage.bulk.backfill import backfill_rows

ROWS: list[dict[str, Any]] = [
    {"who": "ann", "when": "2024-05-01T10:00:00Z", "what": "MILK", "price": 2.5, "n": 1, "ok": True},
    {"who": "ann", "when": "2024-05-01T10:00:00Z", "what": "MILK", "price": 2.5, "n": 1, "ok": True},
    {"who": "bob", "when": "2024-05-02T10:00:00+02:00", "what": 'a "b", c\nd', "price": 7.0, "n": -3},
    {"who": "bob", "when": "2024-05-03", "what": "Käse", "price": 0.1, "n": 12345678901234567, "ok": False},
    {"who": "cat", "when": "2024-11-03T01:30:00", "what": "x", "n": 0},
]  # fmt: skip
COLUMNS = ("who", "when", "what", "price", "n", "ok")
TABLE = "twin: who, at: when, kind: {is: purchase}, source: {is: till}"


def write(path: Path, rows: list[dict[str, Any]] = ROWS) -> None:
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif path.suffix == ".csv":
        import csv

        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    else:
        parquet.write_table(pyarrow.Table.from_pylist(rows), path)


def streamed(folder: Path) -> list[Signal]:
    folder.mkdir()
    other = Shop(folder)
    rows = [
        {
            "twin": row["who"], "at": row["when"], "kind": "purchase", "source": "till",
            "payload": {k: row[k] for k in COLUMNS[2:] if k in row},
        }
        for row in ROWS
    ]  # fmt: skip
    receipt = backfill_rows(
        other.store, other.map, rows, now=NOW, beside=other.path, options=ALL_BAD
    )
    assert receipt.appended == len(ROWS)
    found = other.signals()
    other.store.close()
    return found


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_file_brings_what_streaming_brings(place: Shop, ending: str) -> None:
    write(place.folder / f"rows.{ending}")
    receipt = place.load(f"file: rows.{ending}, {TABLE}")
    assert (receipt.rows, receipt.appended, receipt.rejected) == (5, 5, 0)
    assert place.signals() == streamed(place.folder / "other")


@pytest.mark.parametrize(
    "source", ["read_csv('rows.csv', all_varchar = true)", "'rows.jsonl'", "'rows.parquet'"]
)
def test_a_query_brings_what_its_file_brings(place: Shop, source: str) -> None:
    for ending in ("csv", "jsonl", "parquet"):
        write(place.folder / f"rows.{ending}")
    place.load(
        '- sql: >-\n    select who, "when"::varchar as "when", what, price::double as price,'
        f" n::bigint as n, ok::boolean as ok from {source}\n"
        "  twin: who\n  at: when\n  kind: {is: purchase}\n  source: {is: till}"
    )
    found = [(signal.twin, signal.payload) for signal in place.signals()]
    assert found == [(s.twin, s.payload) for s in streamed(place.folder / "other")]


def test_parquet_types_become_json(place: Shop) -> None:
    row = {
        "who": 5.0,
        "when": datetime(2024, 5, 1, 10, tzinfo=UTC),
        "day": date(2024, 5, 1),
        "naive": datetime(2024, 5, 1, 10, 0, 0, 500),
        "cost": Decimal("2.990"),
        "nested": {"at": datetime(2024, 5, 1), "some": [1.5, float("nan"), None]},
        "nothing": None,
        "nan": float("nan"),
        "inf": float("inf"),
        "huge": 2**60,
        "blob": b"ab",
    }
    write(place.folder / "t.parquet", [row])
    place.load("file: t.parquet, twin: who, at: when, kind: {is: visit}")
    (signal,) = place.signals()
    assert signal.twin == "5"
    assert signal.payload == {
        "day": "2024-05-01",
        "naive": "2024-05-01T10:00:00.000500",
        "cost": 2.99,
        "nested": {"at": "2024-05-01T00:00:00", "some": [1.5, None, None]},
        "huge": 2**60,
        "blob": "YWI=",
    }


def test_numbers_of_any_size_stay_what_they_are(place: Shop) -> None:
    (place.folder / "a.jsonl").write_text(
        '{"w":"ann","t":"2024-01-01","x":123456789012345678901234567890}\n'
    )
    (place.folder / "a.csv").write_text("w,t,x,y\nbob,2024-01-01,123456789012345678901,007\n")
    place.load(
        "- {file: a.jsonl, twin: w, at: t, kind: {is: visit}}\n"
        "- {file: a.csv, twin: w, at: t, kind: {is: visit}}"
    )
    ann, bob = place.signals()
    assert ann.payload == {"x": 123456789012345678901234567890}
    assert bob.payload == {"x": "123456789012345678901", "y": "007"}


def test_parts_payload_and_given_ids(place: Shop) -> None:
    (place.folder / "a.csv").write_text(
        "w,t,s,d,o,i,j,rec,x\nann,2024-01-01T00:00:00Z,b7,card,3,1,2,2024-01-02T00:00:00Z,5\n"
    )
    place.load(
        "file: a.csv, twin: w, at: t, kind: {is: visit}, session: s, device: d, order: o,"
        " id: [i, j], recorded: rec, payload: {price: x, place: {is: web}}"
    )
    (signal,) = place.signals()
    at = parse_time("2024-01-01T00:00:00Z")
    assert signal == Signal(
        id="1/2", twin="ann", kind="visit", at=at, recorded=at + DAY, order=3, session="b7",
        device="card", payload={"price": 5, "place": "web"},
    )  # fmt: skip


def test_one_column_may_hold_the_payload(place: Shop) -> None:
    (place.folder / "a.csv").write_text('w,t,p\nann,2024-01-01,"{""x"":[1]}"\nbob,2024-01-01,\n')
    (place.folder / "a.jsonl").write_text('{"w":"cat","t":"2024-01-01","p":{"x":{"y":null}}}\n')
    parquet.write_table(
        pyarrow.Table.from_pylist([{"w": "dan", "t": "2024-01-01", "p": {"x": 1}}]),
        place.folder / "a.parquet",
    )
    place.load("\n".join(
        f"- {{file: a.{e}, twin: w, at: t, kind: {{is: visit}}, payload: p}}"
        for e in ("csv", "jsonl", "parquet")
    ))  # fmt: skip
    found = {signal.twin: signal.payload for signal in place.signals()}
    assert found == {"ann": {"x": [1]}, "bob": {}, "cat": {"x": {"y": None}}, "dan": {"x": 1}}


def test_a_query_joins_files_beside_the_tables_file(place: Shop) -> None:
    (place.folder / "sub").mkdir()
    (place.folder / "sub" / "buys.csv").write_text("w,t,k\nann,2024-01-01 10:00:00,1\n")
    (place.folder / "items.jsonl").write_text('{"k":1,"name":"MILK"}\n')
    place.load(
        "- sql: select w, t, name from 'sub/*.csv' join 'items.jsonl' using (k)\n"
        "  twin: w\n  at: t\n  kind: {is: purchase}"
    )
    (signal,) = place.signals()
    assert signal.payload == {"name": "MILK"}
    assert signal.at == parse_time("2024-01-01T15:00:00Z")


def test_a_glob_is_its_files_by_name(place: Shop) -> None:
    for name, who in (("p2.csv", "bob"), ("p1.csv", "")):
        (place.folder / name).write_text(f"w,t\n{who},2024-01-01\n")
    place.load("file: p*.csv, twin: w, at: t, kind: {is: visit}")
    assert [signal.twin for signal in place.signals()] == ["bob"]
    assert place.rejects() == ["p1.csv,2,twin,no twin"]


def test_byte_order_mark_semicolons_and_line_ends(place: Shop) -> None:
    (place.folder / "a.csv").write_bytes("\ufeffw;t;x\r\nann;2024-01-01;Käse\r\n\r\n".encode())
    place.load("file: a.csv, twin: w, at: t, kind: {is: visit}")
    assert [(s.twin, s.payload) for s in place.signals()] == [("ann", {"x": "Käse"})]


@pytest.mark.parametrize("text", ["", "w,t\n"])
def test_a_file_without_rows_is_no_error(place: Shop, text: str) -> None:
    (place.folder / "a.csv").write_text(text)
    assert place.load("file: a.csv, twin: w, at: t, kind: {is: visit}").rows == 0
    (place.folder / "a.jsonl").write_text("")
    assert place.load("file: a.jsonl, twin: w, at: t, kind: {is: visit}").rows == 0
    assert sorted(p.name for p in place.folder.iterdir() if "loading" in p.name) == []
