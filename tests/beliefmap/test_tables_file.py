"""What a tables file compiles to, and what it refuses."""

from pathlib import Path

import pytest

from doxa.beliefmap.table_flags import tables_from_flags
from doxa.beliefmap.tables import Column, Constant
from doxa.beliefmap.tables_file import load_tables, parse_tables
from doxa.errors import MapError

FILE = Path(__file__).parent / "tables.yaml"

RIGHT = """\
doxa: 1
tables:
  - file: t.parquet
    twin: household_id
    at: t
    kind: {is: purchase}
    id: [basket_id, product_id]
    payload: {category: product_category}
  - {file: demographics.csv, twin: household_id, kind: {is: traits}}
"""


def test_three_tables() -> None:
    bought, events, traits = load_tables(FILE).tables
    assert bought.kind == Constant(value="purchase")
    assert bought.id == (Column(name="basket_id"), Column(name="product_id"))
    assert bought.folder == FILE.parent
    assert bought.payload is not None
    assert (events.kind, events.payload) == (Column(name="event"), "props")
    assert events.sql is not None
    assert (traits.at, traits.payload, traits.id) == (None, None, ())
    assert traits.named_columns == {"household_id"}


def test_flags_give_the_same() -> None:
    (written,) = parse_tables(RIGHT.split("  - {file: d")[0]).tables
    (flagged,) = tables_from_flags(
        "t.parquet",
        twin="household_id",
        at="t",
        kind="=purchase",
        id="basket_id,product_id",
        payload="category=product_category",
    ).tables
    fields = [name for name in written.__struct_fields__ if name != "line"]
    assert [getattr(written, name) for name in fields] == [
        getattr(flagged, name) for name in fields
    ]


def test_payload_flags() -> None:
    (table,) = tables_from_flags("t.csv", twin="a", kind="=traits", payload="props").tables
    assert table.payload == "props"
    (table,) = tables_from_flags("t.csv", twin="a", kind="=traits", payload="x,y=z,k==1").tables
    assert table.payload == {"x": Column(name="x"), "y": Column(name="z"), "k": Constant(value="1")}


@pytest.mark.parametrize(
    ("flags", "where", "problem"),
    [
        ({"twin": ""}, "--twin", "is empty"),
        ({"id": "a,,b"}, "--id", "is empty"),
        ({"at": None}, "--at", "is missing"),
        ({"payload": "a=b,a=c"}, "--payload", "no new field"),
        ({"file": "t.xlsx"}, "", "cannot be read"),
    ],
)
def test_wrong_flags(flags: dict[str, str], where: str, problem: str) -> None:
    given = {"file": "t.csv", "twin": "t", "kind": "=buy", "at": "at", **flags}
    with pytest.raises(MapError) as caught:
        tables_from_flags(given.pop("file"), **given)
    assert caught.value.where == where
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    ("old", "new", "where", "problem", "tip"),
    [
        ("tables:", "table:", ":2 table", "unknown key", "'tables'"),
        ("file: t.parquet", "fil: t.parquet", ":3 tables[0].fil", "unknown key", "'file'"),
        ("t.parquet", "t.xlsx", ":3 tables[0].file", "no file that can be read", "sql:"),
        ("file: t.parquet", "at: x", ":5 tables[0].at", "twice", "keep one"),
        ("    at: t\n", "", ":3 tables[0]", "'at' is missing", "traits"),
        ("    twin: household_id\n", "", ":3 tables[0]", "'twin' is missing", "column"),
        ("{is: purchase}", "{iz: purchase}", ":6 tables[0].kind.iz", "unknown key", "'is'"),
        ("{is: purchase}", "{is: }", ":6 tables[0].kind", "'is' is missing", "constant"),
        ("[basket_id, product_id]", "[]", ":7 tables[0].id", "empty list", "column"),
        ("[basket_id, product_id]", "[[a]]", ":7 tables[0].id[0]", "not a single value", "column"),
        ("{category: product_category}", "[a]", ":8 tables[0].payload", "single", "field: column"),
        ("{is: traits}", "{is: trait}", ":9 tables[1]", "'at' is missing", "traits"),
        ("    twin", "    sql: select 1\n    twin", ":3 tables[0]", "both", "either"),
    ],
)
def test_wrong(old: str, new: str, where: str, problem: str, tip: str) -> None:
    assert old in RIGHT
    with pytest.raises(MapError) as caught:
        parse_tables(RIGHT.replace(old, new, 1))
    error = caught.value
    assert error.where == f"tables.yaml{where}"
    assert problem in error.problem
    assert tip in f"{error.expected}; {error.hint}"
