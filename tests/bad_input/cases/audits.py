"""Audits and features that cannot be made."""

from __future__ import annotations

from tests.bad_input.case import Case

_PEOPLE = {"people.csv": "id,plan\nh42,pro\n"}
_LOG = {"log.csv": "id,event,at\nh42,purchase,2026-03-01\n"}

CASES = [
    Case(
        "an audit of a file that is not there", "audit gone.csv", "gone.csv: there is no such file"
    ),
    Case(
        "an audit of a spreadsheet",
        "audit people.xlsx",
        "people.xlsx: this kind of file cannot be audited; expected one of .parquet, .csv, .tsv, .jsonl, .ndjson",
        files={"people.xlsx": "PK"},
    ),
    Case(
        "a table in which no column names people",
        "audit people.csv",
        "people.csv --twin: which column is it?; expected one of plan, colour",
        files={"people.csv": "plan,colour\npro,red\n"},
    ),
    Case(
        "a column that is not there among several",
        "audit people.csv --twin id,paln",
        "people.csv --twin: there is no column 'paln'; expected one of id, plan; did you mean 'plan'?",
        files=_PEOPLE,
    ),
    Case(
        "tables without a map to read them",
        "audit people.csv --events tables.yaml",
        "tables.yaml: tables are read with a map; name it with --map",
        files=_PEOPLE,
    ),
    Case(
        "a log beside a store",
        "audit people.csv --events log.csv --db doxa.db",
        "--db: a store has its own signals and map; leave one out",
        files={**_PEOPLE, **_LOG},
    ),
    Case(
        "an outcome that the map does not have",
        "audit people.csv --db doxa.db --outcome laps",
        "the map declares no outcome 'laps'; expected one of buys_within_month, buys_genre, lapses, visits, spend, accepts, rates; did you mean 'lapses'?",
        files=_PEOPLE,
    ),
    Case(
        "a silence that is no duration",
        "audit people.csv --db doxa.db --cold soon",
        "'soon' is not a duration; expected a number and s, m, h, d or w, such as 7d",
        files=_PEOPLE,
    ),
    Case(
        "a column of kinds that is not there",
        "audit people.csv --events log.csv --map map.yaml --kind evnt",
        "log.csv --kind: there is no column 'evnt'; expected one of id, event, at; did you mean 'event'?",
        files={**_PEOPLE, **_LOG},
    ),
    Case(
        "features of an outcome before any fit",
        "features lapses",
        "nothing was fitted for 'lapses' yet: what a head reads is learned; run doxa fit",
        3,
    ),
    Case(
        "features of an outcome that is not there",
        "features laps",
        "the map declares no outcome 'laps'; expected one of buys_within_month, buys_genre, lapses, visits, spend, accepts, rates; did you mean 'lapses'?",
    ),
    Case(
        "features in a form that nobody writes",
        "features lapses --out f.xlsx",
        "--out f.xlsx: .xlsx is no form of table; expected one of .parquet, .arrow, .csv",
    ),
    Case(
        "features at no time",
        "features lapses --at soon",
        "at: 'soon' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
]
