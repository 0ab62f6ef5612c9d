"""Tables that do not fit, and files of tables that describe none."""

from __future__ import annotations

from tests.bad_input.case import REJECTS, Case

_CSV = "who,when,what,price\nann,2026-01-01,visit,1\nbob,2026-01-02,visit,2\n"
_HEAD = "who,when,what,price\n"
_FLAGS = "--twin who --at when --kind what"
_TABLES = "doxa: 1\ntables:\n"


def _flags(mistake: str, flags: str, says: str, code: int = 2) -> Case:
    leaves = REJECTS if code == 1 else ()
    return Case(mistake, f"backfill a.csv {flags}", says, code, {"a.csv": _CSV}, leaves=leaves)


def _row(mistake: str, row: str | bytes, says: str) -> Case:
    content = row if isinstance(row, str) else _HEAD.encode() + row
    text = _HEAD + content if isinstance(content, str) else content
    return Case(mistake, f"backfill a.csv {_FLAGS}", says, 1, {"a.csv": text}, leaves=REJECTS)


def _line(mistake: str, line: str, says: str) -> Case:
    return Case(mistake, f"backfill a.jsonl {_FLAGS}", says, 1, {"a.jsonl": line}, leaves=REJECTS)


def _file(mistake: str, entry: str, says: str) -> Case:
    files = {"t.yaml": _TABLES + entry, "a.csv": _CSV}
    return Case(mistake, "backfill t.yaml", says, files=files)


CASES = [
    _flags("no column of the time", "--twin who --kind what", "?"),
    _flags("a column that the table does not have", "--twin who --at wen --kind what", "?"),
    _flags(
        "a constant of a kind that the map does not declare",
        "--twin who --at when --kind =visti",
        "?",
        1,
    ),
    _flags("a column of times that holds prices", "--twin who --at price --kind what", "?", 1),
    _flags("a payload column that holds no objects", f"{_FLAGS} --payload price", "?", 1),
    _flags("fewer bad rows than none", f"{_FLAGS} --max-rejects -1", "?"),
    _flags("endlessly many bad rows", f"{_FLAGS} --max-rejects 1e400", "?"),
    _flags("a folder that is not there", f"{_FLAGS} --data gone", "?"),
    _row("a row that is too short", "ann\n", "?"),
    _row("a row from the future", "ann,2999-01-01,visit,1\n", "?"),
    _row("a day that does not exist", "ann,2026-02-30,visit,1\n", "?"),
    _row("a row without a twin", ",2026-01-01,visit,1\n", "?"),
    _row("a quote that is not closed", '"ann,2026-01-01,visit,1\n', "?"),
    _row("a name that is not UTF-8", b"J\xfcrg,2026-01-01,visit,1\n", "?"),
    _row("a NUL character in a name", "a\0b,2026-01-01,visit,1\n", "?"),
    _row("a payload above 64 KiB", f"ann,2026-01-01,visit,{'x' * 70_000}\n", "?"),
    _line("a line that is no JSON", "{\n", "?"),
    _line(
        "a number that JSON cannot hold",
        '{"who": "ann", "when": "2026-01-01", "what": "visit", "x": 1e400}\n',
        "?",
    ),
    _line("NaN in JSON", '{"who": "ann", "when": "2026-01-01", "what": "visit", "x": NaN}\n', "?"),
    _line(
        "a payload nested 100 deep",
        '{"who": "ann", "when": "2026-01-01", "what": "visit", "x": '
        + "[" * 100
        + "]" * 100
        + "}\n",
        "?",
    ),
    _line(
        "a lone surrogate in a name",
        '{"who": "a\\ud800", "when": "2026-01-01", "what": "visit"}\n',
        "?",
    ),
    Case(
        "two columns of one name",
        f"backfill a.csv {_FLAGS}",
        "?",
        files={"a.csv": "who,who,when,what\n"},
    ),
    Case(
        "a table in UTF-16", f"backfill a.csv {_FLAGS}", "?", files={"a.csv": _CSV.encode("utf-16")}
    ),
    Case("a binary file", f"backfill a.csv {_FLAGS}", "?", files={"a.csv": b"\x89PNG\r\n\x1a\n"}),
    Case("a spreadsheet", f"backfill a.xlsx {_FLAGS}", "?", files={"a.xlsx": ""}),
    Case(
        "a Parquet file that is none",
        f"backfill a.parquet {_FLAGS}",
        "?",
        files={"a.parquet": "PAR1 not really"},
    ),
    Case("a table that is not there", f"backfill gone.csv {_FLAGS}", "?"),
    Case(
        "flags beside a tables file", "backfill t.yaml --twin who", "?", files={"t.yaml": _TABLES}
    ),
    _file("a table of nothing", "  - {}\n", "?"),
    _file("a misspelt key", "  - {file: a.csv, twn: who}\n", "?"),
    _file("a file and a query", "  - {file: a.csv, sql: select 1, twin: who, kind: what}\n", "?"),
    _file("a column that is not there", "  - {file: a.csv, twin: who, at: wen, kind: what}\n", "?"),
    _file("a query that is no SQL", "  - {sql: selec 1, twin: who, at: when, kind: what}\n", "?"),
    _file(
        "a query on a file that is not there",
        "  - {sql: \"select * from 'gone.csv'\", twin: who, at: when, kind: what}\n",
        "?",
    ),
]
