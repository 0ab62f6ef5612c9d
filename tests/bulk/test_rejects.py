"""Bad rows are named by line and reason, never quoted, and never stop the good ones."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow
import pytest
from pyarrow import parquet
from tests.bulk.conftest import Shop

from doxa.beliefmap.model import Rule, Weight
from doxa.domain.clock import parse_time
from doxa.domain.evidence import Channel
from doxa.errors import InputError, TooManyRejects
from doxa.storage.bulk.rejecting import Limit

VISIT = "twin: w, at: t, kind: {is: visit}"

CSV_ROWS = [
    ("ann,2024-01-01,1", ""),
    (",2024-01-01,1", "twin,no twin"),
    ("ann,,1", "at,no time"),
    ("ann,soon,1", "at,not a time"),
    ("ann,2026-01-01T00:06:00Z,1", "at,more than 5 minutes in the future"),
    ("ann,2026-01-01T00:04:00Z,1", ""),
    ("ann,0000-12-31,1", "at,not a time"),
    ("ann,10000-01-01,1", "at,not a time"),
    ("ann,2024-01-01", ",\"has 2 fields, the header 3\""),
    ("ann,2024-01-01,1,2", ",\"has 4 fields, the header 3\""),
    ('ann,2024-01-01,"a"b', ",quotes are not as CSV has them"),
    ("x" * 513 + ",2024-01-01,1", "twin,longer than 512 characters"),
    ("a\0b,2024-01-01,1", "twin,holds a NUL character"),
    ("ann,2024-01-01,a\0b", "payload,holds a NUL character"),
    ("bob,2024-01-01,1", ""),
]  # fmt: skip


def test_each_bad_line_of_a_csv_file(place: Shop) -> None:
    text = "w,t,x\n" + "".join(f"{row}\n" for row, _ in CSV_ROWS)
    (place.folder / "a.csv").write_text(text)
    receipt = place.load(f"file: a.csv, {VISIT}")
    expected = [f"a.csv,{n},{why}" for n, (_, why) in enumerate(CSV_ROWS, 2) if why]
    assert place.rejects() == expected
    assert (receipt.rows, receipt.appended) == (len(CSV_ROWS), 3)
    assert receipt.rejected == len(expected)


NAMELESS = [
    ({"w": "ann"}, ""),
    ({"w": 5}, ""),
    ({"w": True}, 'twin,"a flag, not a text"'),
    ({"w": ["ann"]}, 'twin,"a list, not a text"'),
    ({"w": {"a": 1}}, 'twin,"an object, not a text"'),
    ({"w": "ann", "s": [1]}, 'session,"a list, not a text"'),
    ({"w": "ann", "i": [1]}, 'id,"a list, not a text"'),
]


def test_a_list_a_flag_or_an_object_names_nobody(place: Shop) -> None:
    rows = [
        {"t": "2024-01-01", "s": "b", "i": str(n), **row} for n, (row, _) in enumerate(NAMELESS)
    ]
    (place.folder / "a.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, rows)))
    place.load(f"file: a.jsonl, {VISIT}, session: s, id: [i]")
    assert place.rejects() == [
        f"a.jsonl,{n},{why}" for n, (_, why) in enumerate(NAMELESS, 1) if why
    ]


@pytest.mark.parametrize("ids", [[True], [["ann"]], [{"a": 1}]])
def test_a_column_of_lists_or_flags_names_nobody(place: Shop, ids: list[object]) -> None:
    table = pyarrow.table({"w": ids, "t": ["2024-01-01"]})
    parquet.write_table(table, place.folder / "a.parquet")
    with pytest.raises(InputError, match="cannot be 'twin'"):
        place.load(f"file: a.parquet, {VISIT}")


def test_a_record_over_many_lines_is_named_by_its_first(place: Shop) -> None:
    (place.folder / "a.csv").write_text(
        'w,t,x\nann,2024-01-01,"1\n2\n"\n\n,2024-01-01,"\n"\nb,no,1\n'
    )
    place.load(f"file: a.csv, {VISIT}")
    assert place.rejects() == ["a.csv,6,twin,no twin", "a.csv,8,at,not a time"]


def test_an_open_quote_costs_its_own_line_only(place: Shop) -> None:
    rows = "".join(f"ann,2024-01-01,{n}\n" for n in range(20_000))
    (place.folder / "a.csv").write_text(f'w,t,x\nann,2024-01-01,"1\n{rows}')
    receipt = place.load(f"file: a.csv, {VISIT}")
    assert receipt.appended == 20_000
    assert [line[:10] for line in place.rejects()] == ['a.csv,2,,"']


def test_latin_1_is_named_as_what_it_is_not(place: Shop) -> None:
    (place.folder / "a.csv").write_bytes(
        "w,t,x\nann,2024-01-01,Käse\nJosé,2024-01-01,1\n".encode("latin-1")
    )
    place.load(f"file: a.csv, {VISIT}")
    assert place.rejects() == ["a.csv,2,payload,not valid UTF-8", "a.csv,3,twin,not valid UTF-8"]


def test_utf_16_is_refused_at_once(place: Shop) -> None:
    (place.folder / "a.csv").write_bytes("w,t\n".encode("utf-16"))
    with pytest.raises(InputError, match="UTF-16"):
        place.load(f"file: a.csv, {VISIT}")


def test_each_bad_line_of_a_jsonl_file(place: Shop) -> None:
    lines = [
        '{"w":"ann","t":"2024-01-01","p":{"a":1}}',
        '{"w":"ann","t":"2024-01-01"',
        "[1]",
        '{"w":null,"t":"2024-01-01"}',
        '{"w":"ann","t":5}',
        '{"w":"ann","t":"2024-01-01","p":[1]}',
        '{"w":"ann","t":"2024-01-01","p":{"a":"x\\u0000"}}',
        '{"w":"ann","t":"2024-01-01","p":{"a":"x\\\\u0000"}}',
        '{"w":"ann","t":"2024-01-01","p":{"a":NaN}}',
        '{"w":"ann\\ud800","t":"2024-01-01"}',
    ]
    (place.folder / "a.jsonl").write_text("\n\n".join(lines))
    receipt = place.load(f"file: a.jsonl, {VISIT}, payload: p")
    assert receipt.appended == 2
    assert place.rejects() == [
        "a.jsonl,3,,not JSON",
        "a.jsonl,5,,not an object",
        "a.jsonl,7,twin,no twin",
        "a.jsonl,9,at,not a time",
        "a.jsonl,11,payload,not an object",
        "a.jsonl,13,payload,holds a NUL character",
        "a.jsonl,17,,not JSON",
        "a.jsonl,19,,not JSON",
    ]


def test_bad_rows_of_a_parquet_file_are_named_by_row(place: Shop) -> None:
    rows = [
        {"w": "ann", "t": "2024-01-01", "p": "{}"},
        {"w": None, "t": "2024-01-01", "p": "{}"},
        {"w": "ann", "t": None, "p": "{}"},
        {"w": "ann", "t": "2024-01-01", "p": "[1]"},
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), place.folder / "a.parquet")
    place.load(f"file: a.parquet, {VISIT}, payload: p")
    assert place.rejects() == [
        "a.parquet,2,twin,no twin",
        "a.parquet,3,at,no time",
        "a.parquet,4,payload,not an object",
    ]


def test_positions_are_whole_numbers(line_up: Shop) -> None:
    table = "file: a.{}, twin: w, at: t, kind: {{is: answer}}"
    (line_up.folder / "a.csv").write_text(
        "w,t\na,1\na,-2\na,1.5\na,x\na,NaN\na,99999999999999999999\n"
    )
    line_up.load(table.format("csv"))
    assert [signal.at for signal in line_up.signals()] == [-2, 1]
    assert [line.split(",")[1] for line in line_up.rejects()] == ["4", "5", "6", "7"]
    floats = [{"w": "b", "t": t} for t in (3.0, 1.5, float("nan"), float("inf"))]
    parquet.write_table(pyarrow.Table.from_pylist(floats), line_up.folder / "a.parquet")
    line_up.load(table.format("parquet"))
    assert [signal.at for signal in line_up.signals()] == [-2, 1, 3]
    assert [line.split(",")[1] for line in line_up.rejects()] == ["2", "3", "4"]


def test_kinds_are_those_of_the_map(place: Shop) -> None:
    (place.folder / "a.csv").write_text(
        "w,t,k\na,2024-01-01,purchse\na,2024-01-01,visit\na,2024-01-01,purchse\n"
    )
    receipt = place.load("file: a.csv, twin: w, at: t, kind: k")
    assert receipt.unknown_kinds == {"purchse": "purchase"}
    assert place.rejects() == [
        "a.csv,2,kind,not declared by the map",
        "a.csv,4,kind,not declared by the map",
    ]


@pytest.mark.parametrize(
    ("table", "near"),
    [
        ("twin: houshold, at: t, kind: {is: visit}", "household"),
        ("twin: household, at: T, kind: {is: visit}", "t"),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_a_column_that_is_not_there(place: Shop, table: str, near: str, ending: str) -> None:
    (place.folder / "a.csv").write_text("household,t\nann,2024-01-01\n")
    (place.folder / "a.jsonl").write_text('{"household":"ann","t":"2024-01-01"}\n')
    parquet.write_table(
        pyarrow.table({"household": ["a"], "t": ["2024-01-01"]}), place.folder / "a.parquet"
    )
    with pytest.raises(InputError, match=f"did you mean '{near}'"):
        place.load(f"file: a.{ending}, {table}")
    assert not (place.folder / "shop.db.loading").exists()


def test_a_number_is_no_time(place: Shop) -> None:
    parquet.write_table(pyarrow.table({"w": ["a"], "t": [1]}), place.folder / "a.parquet")
    with pytest.raises(InputError, match="to_timestamp"):
        place.load(f"file: a.parquet, {VISIT}")


def test_a_query_that_cannot_run(place: Shop) -> None:
    with pytest.raises(InputError, match=r"sql:\d+: .*nothing"):
        place.load("- sql: select * from nothing\n  twin: w\n  at: t\n  kind: {is: visit}")


def test_more_than_one_in_a_hundred_stops_before_anything_is_loaded(place: Shop) -> None:
    rows = "".join(f"a,2024-01-01,{n}\n" for n in range(98)) + ",2024-01-01,1\n" * 2
    (place.folder / "a.csv").write_text("w,t,x\n" + rows)
    with pytest.raises(TooManyRejects, match="2 of 100 rows") as raised:
        place.load(f"file: a.csv, {VISIT}", max_rejects=None)
    assert raised.value.exit_code == 1
    assert len(place.rejects()) == 2
    assert place.signals() == []
    assert place.load(f"file: a.csv, {VISIT}", max_rejects=2).appended == 98


def test_a_table_of_bad_rows_only_stops_the_load(place: Shop) -> None:
    (place.folder / "a.csv").write_text("w,t,x\n" + "a,2024-01-01,1\n" * 1000)
    (place.folder / "b.csv").write_text("w,t,x\na,?,1\n")
    with pytest.raises(TooManyRejects, match=r"not one of 1 rows of b\.csv"):
        place.load(f"- {{file: a.csv, {VISIT}}}\n- {{file: b.csv, {VISIT}}}", max_rejects=None)


def test_one_id_with_two_contents(place: Shop) -> None:
    (place.folder / "a.csv").write_text("w,t,i,x\n" + "".join(
        f"a,2024-01-01,{i},{x}\n" for i, x in ((1, 1), (2, 1), (1, 1), (1, 2), (3, 1))
    ))  # fmt: skip
    receipt = place.load(f"file: a.csv, {VISIT}, id: i")
    assert (receipt.appended, receipt.duplicates, receipt.rejected) == (3, 1, 1)
    (line,) = place.rejects()
    assert line.startswith("a.csv,5,id,the ledger holds this id with another payload")
    again = place.load(f"file: a.csv, {VISIT}, id: i")
    assert (again.appended, again.duplicates, again.rejected) == (0, 4, 1)
    assert len(place.rejects()) == 1


def test_old_rejects_do_not_outlive_the_next_load(place: Shop) -> None:
    (place.folder / "a.csv").write_text("w,t\n,2024-01-01\n")
    place.load(f"file: a.csv, {VISIT}")
    (place.folder / "a.csv").write_text("w,t\na,2024-01-01\n")
    place.load(f"file: a.csv, {VISIT}")
    assert not (place.folder / "shop.db.rejects.csv").exists()


def test_reject_files_hold_no_values(place: Shop) -> None:
    (place.folder / "a.csv").write_text(
        'w,t,x\nsecret,secret,1\nsecret,2024-01-01,"secret"secret\n'
    )
    (place.folder / "b.jsonl").write_text('{"w":"secret"\n["secret"]\n')
    place.load(f"- {{file: a.csv, {VISIT}}}\n- {{file: b.jsonl, {VISIT}}}")
    assert len(place.rejects()) == 4
    assert "secret" not in Path(place.folder / "shop.db.rejects.csv").read_text()


def test_limits() -> None:
    assert Limit(0).allows(0, 5)
    assert not Limit(0).allows(1, 500)
    assert Limit(0.5).allows(1, 2)


def test_the_bounds_are_those_of_a_signal_that_is_observed(place: Shop) -> None:
    deep = "[" * 40 + "]" * 40
    lines = [
        '{"w":"a\\u0007","t":"2024-01-01"}',
        f'{{"w":"a","t":"2024-01-01","x":{deep}}}',
        f'{{"w":"a","t":"2024-01-01","x":"{"x" * 70_000}"}}',
        f'{{"w":"a","t":"2024-01-01","x":{list(range(300))}}}',
    ]
    (place.folder / "a.jsonl").write_text("\n".join(lines))
    assert place.load(f"file: a.jsonl, {VISIT}").appended == 1
    assert [line.split(",", 2)[2] for line in place.rejects()] == [
        "twin,holds a control character",
        "payload,nested more than 32 deep",
        "payload,more than 65536 bytes as JSON",
    ]


def test_a_list_that_no_rule_could_read_is_refused(place: Shop) -> None:
    rule = Rule(kind="visit", node="seen", channel=Channel.COUNT, weight=Weight(), each="x")
    place.map = msgspec.structs.replace(place.map, signals={"visit": (rule,)})
    (place.folder / "a.jsonl").write_text(
        f'{{"w":"a","t":"2024-01-01","x":{[{"k": n} for n in range(300)]}}}\n'.replace("'", '"')
    )
    place.load(f"file: a.jsonl, {VISIT}")
    assert place.rejects() == [
        "a.jsonl,1,payload,a list that a rule reads has more than 200 elements"
    ]


def test_recorded_is_on_the_wall_clock_even_where_at_is_a_position(line_up: Shop) -> None:
    (line_up.folder / "a.csv").write_text("w,t,r\na,1,2024-01-02T00:00Z\na,2,7\n")
    line_up.load("file: a.csv, twin: w, at: t, recorded: r, kind: {is: answer}")
    assert [signal.recorded for signal in line_up.signals()] == [parse_time("2024-01-02T00:00Z")]
    assert line_up.rejects() == ["a.csv,3,recorded,not a time"]
