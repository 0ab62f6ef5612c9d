"""Zones, dates and columns of moments, by row and by column alike."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet
from tests.bulk.conftest import Shop

from doxa.domain.clock import BEGINNING, DAY, EARLIEST, HOUR, Clock, parse_time
from doxa.storage.bulk.moments import MomentReader, local_to_moment

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    "zone", [NEW_YORK, "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "Africa/Monrovia"]
)
@pytest.mark.parametrize(
    "start", ["1883-11-17", "1972-01-06", "2024-03-09", "2024-04-06", "2024-11-02"]
)
def test_a_column_on_the_wall_clock_is_read_as_its_text_would_be(zone: str, start: str) -> None:
    walls = [datetime.fromisoformat(start) + timedelta(seconds=421 * n) for n in range(800)]
    naive = np.array([(w - datetime(1970, 1, 1)) // timedelta(microseconds=1) for w in walls])
    expected = [parse_time(wall.isoformat(), zone) for wall in walls]
    assert local_to_moment(naive, zone).tolist() == expected


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_a_naive_time_in_new_york_across_the_change(place: Shop, ending: str) -> None:
    walls = [
        "2024-03-10 01:59:59",
        "2024-03-10 02:30:00",
        "2024-03-10 03:00:00",
        "2024-11-03 01:30:00",
    ]
    hours = ["06:59:59", "07:30:00", "07:00:00", "05:30:00"]
    rows = [{"w": str(n), "t": wall} for n, wall in enumerate(walls)]
    if ending == "parquet":
        rows = [{**row, "t": datetime.fromisoformat(row["t"])} for row in rows]  # type: ignore[misc]
        parquet.write_table(pyarrow.Table.from_pylist(rows), place.folder / "a.parquet")
    else:
        lines = ["w,t", *(f"{row['w']},{row['t']}" for row in rows)]
        (place.folder / "a.csv").write_text("\n".join(lines))
        json_lines = [f'{{"w":"{row["w"]}","t":"{row["t"]}"}}' for row in rows]
        (place.folder / "a.jsonl").write_text("\n".join(json_lines))
    place.load(f"file: a.{ending}, twin: w, at: t, kind: {{is: visit}}")
    expected = [parse_time(f"{wall[:10]}T{hour}Z") for wall, hour in zip(walls, hours, strict=True)]
    assert [signal.at for signal in place.signals()] == expected


def test_a_bare_date_is_noon_and_an_offset_is_exact(place: Shop) -> None:
    noon = parse_time("2024-07-01T16:00:00Z")
    table = pyarrow.table({
        "w": ["a"], "t": pyarrow.array([datetime(2024, 7, 1).date()]),
    })  # fmt: skip
    parquet.write_table(table, place.folder / "a.parquet")
    zoned = pyarrow.array([noon // 1000], pyarrow.timestamp("ms", "Asia/Tokyo"))
    parquet.write_table(pyarrow.table({"w": ["b"], "t": zoned}), place.folder / "b.parquet")
    nanos = pyarrow.array([(noon - 4 * HOUR) * 1000 + 999], pyarrow.timestamp("ns"))
    parquet.write_table(pyarrow.table({"w": ["c"], "t": nanos}), place.folder / "c.parquet")
    for name in "abc":
        place.load(f"file: {name}.parquet, twin: w, at: t, kind: {{is: visit}}")
    assert [signal.at for signal in place.signals()] == [noon, noon, noon]


def test_traits_without_a_time_are_known_from_the_beginning(place: Shop) -> None:
    (place.folder / "a.csv").write_text("w,age\nann,30\n")
    place.load("file: a.csv, twin: w, kind: {is: traits}")
    (signal,) = place.signals()
    assert (signal.at, signal.recorded, signal.assumed) == (EARLIEST, EARLIEST, True)


def test_traits_without_a_time_on_positions(line_up: Shop) -> None:
    (line_up.folder / "a.csv").write_text("w,age\nann,30\n")
    line_up.load("file: a.csv, twin: w, kind: {is: traits}")
    assert [signal.at for signal in line_up.signals()] == [BEGINNING[Clock.POSITION]]


def test_recorded_is_taken_or_assumed(place: Shop) -> None:
    (place.folder / "a.csv").write_text(
        "w,t,r\na,2024-01-01T00:00Z,2024-01-02T00:00Z\nb,2024-01-01T00:00Z,\n"
    )
    place.load("file: a.csv, twin: w, at: t, recorded: r, kind: {is: visit}")
    at = parse_time("2024-01-01T00:00:00Z")
    assert [(s.recorded - at, s.assumed) for s in place.signals()] == [(DAY, False), (0, True)]


def test_far_moments_of_a_column_are_refused(place: Shop) -> None:
    values = pyarrow.array([-(2**60), 2**60, EARLIEST, 0], pyarrow.timestamp("us", "UTC"))
    parquet.write_table(pyarrow.table({"w": ["a"] * 4, "t": values}), place.folder / "a.parquet")
    receipt = place.load("file: a.parquet, twin: w, at: t, kind: {is: visit}")
    assert receipt.appended == 1
    assert [line.split(",", 2)[2] for line in place.rejects()] == [
        "at,before year 1", "at,after year 9999", "at,before year 1",
    ]  # fmt: skip


def test_reading_one_value() -> None:
    read = MomentReader(Clock.TIME, NEW_YORK)
    assert read(True) == "not a time"
    assert read(None) is None
    assert read(float("nan")) is None
    assert read(datetime(2024, 7, 1).date()) == parse_time("2024-07-01", NEW_YORK)
    place = MomentReader(Clock.POSITION, "UTC")
    assert [place(value) for value in (True, "+3", "½", 2.0, 2**70)] == [
        "not a whole number", 3, "not a whole number", 2, "beyond 2^53",
    ]  # fmt: skip
