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
    _flags(
        "no column of the time",
        "--twin who --kind what",
        "--at: is missing; expected the column of the time, unless --kind =traits",
    ),
    _flags(
        "a column that the table does not have",
        "--twin who --at wen --kind what",
        "a.csv: there is no column 'wen' (at); expected one of price, what, when, who; did you mean 'when'?",
    ),
    _flags(
        "a constant of a kind that the map does not declare",
        "--twin who --at when --kind =visti",
        "FOLDER/doxa.db.rejects.csv: not one of 2 rows of a.csv can be taken, the first of them a.csv:2 kind: not declared by the map; the file says why; is the table described as it is?",
        1,
    ),
    _flags(
        "a column of times that holds prices",
        "--twin who --at price --kind what",
        "FOLDER/doxa.db.rejects.csv: not one of 2 rows of a.csv can be taken, the first of them a.csv:2 at: not a time; the file says why; is the table described as it is?",
        1,
    ),
    _flags(
        "a payload column that holds no objects",
        f"{_FLAGS} --payload price",
        "FOLDER/doxa.db.rejects.csv: not one of 2 rows of a.csv can be taken, the first of them a.csv:2 payload: not an object; the file says why; is the table described as it is?",
        1,
    ),
    _flags(
        "fewer bad rows than none",
        f"{_FLAGS} --max-rejects -1",
        "--max-rejects: -1 bounds nothing; expected a share from 0 to 1, or a whole number of rows",
    ),
    _flags(
        "endlessly many bad rows",
        f"{_FLAGS} --max-rejects 1e400",
        "--max-rejects: inf bounds nothing; expected a share from 0 to 1, or a whole number of rows",
    ),
    _flags(
        "a folder that is not there",
        f"{_FLAGS} --data gone",
        "gone: is no folder; expected the folder of the files",
    ),
    _row(
        "a row that is too short",
        "ann\n",
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.csv can be taken, the first of them a.csv:2 has 1 fields, the header 4; the file says why; is the table described as it is?",
    ),
    _row(
        "a row from the future",
        "ann,2999-01-01,visit,1\n",
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.csv can be taken, the first of them a.csv:2 at: more than 5 minutes in the future; the file says why; is the table described as it is?",
    ),
    _row(
        "a day that does not exist",
        "ann,2026-02-30,visit,1\n",
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.csv can be taken, the first of them a.csv:2 at: not a time; the file says why; is the table described as it is?",
    ),
    _row(
        "a row without a twin",
        ",2026-01-01,visit,1\n",
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.csv can be taken, the first of them a.csv:2 twin: no twin; the file says why; is the table described as it is?",
    ),
    _row(
        "a quote that is not closed",
        '"ann,2026-01-01,visit,1\n',
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.csv can be taken, the first of them a.csv:2 a quote is not closed; the file says why; is the table described as it is?",
    ),
    _row(
        "a name that is not UTF-8",
        b"J\xfcrg,2026-01-01,visit,1\n",
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.csv can be taken, the first of them a.csv:2 twin: not valid UTF-8; the file says why; is the table described as it is?",
    ),
    _row(
        "a NUL character in a name",
        "a\0b,2026-01-01,visit,1\n",
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.csv can be taken, the first of them a.csv:2 twin: holds a NUL character; the file says why; is the table described as it is?",
    ),
    _row(
        "a payload above 64 KiB",
        f"ann,2026-01-01,visit,{'x' * 70_000}\n",
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.csv can be taken, the first of them a.csv:2 payload: more than 65536 bytes as JSON; the file says why; is the table described as it is?",
    ),
    _line(
        "a line that is no JSON",
        "{\n",
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.jsonl can be taken, the first of them a.jsonl:1 not JSON; the file says why; is the table described as it is?",
    ),
    _line(
        "a number that JSON cannot hold",
        '{"who": "ann", "when": "2026-01-01", "what": "visit", "x": 1e400}\n',
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.jsonl can be taken, the first of them a.jsonl:1 not JSON; the file says why; is the table described as it is?",
    ),
    _line(
        "NaN in JSON",
        '{"who": "ann", "when": "2026-01-01", "what": "visit", "x": NaN}\n',
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.jsonl can be taken, the first of them a.jsonl:1 not JSON; the file says why; is the table described as it is?",
    ),
    _line(
        "a payload nested 100 deep",
        '{"who": "ann", "when": "2026-01-01", "what": "visit", "x": '
        + "[" * 100
        + "]" * 100
        + "}\n",
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.jsonl can be taken, the first of them a.jsonl:1 payload: nested more than 32 deep; the file says why; is the table described as it is?",
    ),
    _line(
        "a lone surrogate in a name",
        '{"who": "a\\ud800", "when": "2026-01-01", "what": "visit"}\n',
        "FOLDER/doxa.db.rejects.csv: not one of 1 rows of a.jsonl can be taken, the first of them a.jsonl:1 not JSON; the file says why; is the table described as it is?",
    ),
    Case(
        "two columns of one name",
        f"backfill a.csv {_FLAGS}",
        "a.csv:1: two columns are called 'who'",
        files={"a.csv": "who,who,when,what\n"},
    ),
    Case(
        "a table in UTF-16",
        f"backfill a.csv {_FLAGS}",
        "a.csv: the file is UTF-16; expected UTF-8",
        files={"a.csv": _CSV.encode("utf-16")},
    ),
    Case(
        "a binary file",
        f"backfill a.csv {_FLAGS}",
        "a.csv:1: is no text in UTF-8; expected a CSV file",
        files={"a.csv": b"\x89PNG\r\n\x1a\n"},
    ),
    Case(
        "a spreadsheet",
        f"backfill a.xlsx {_FLAGS}",
        "'a.xlsx' cannot be read; expected a file in .parquet, .csv, .jsonl",
        files={"a.xlsx": ""},
    ),
    Case(
        "a Parquet file that is none",
        f"backfill a.parquet {_FLAGS}",
        "a.parquet: Invalid Input Error: No magic bytes found at end of file 'a.parquet'",
        files={"a.parquet": "PAR1 not really"},
    ),
    Case(
        "a table that is not there",
        f"backfill gone.csv {_FLAGS}",
        "gone.csv: there is no such file",
    ),
    Case(
        "flags beside a tables file",
        "backfill t.yaml --twin who",
        "t.yaml: a tables file says itself what its columns are; drop the flags, or name one table",
        files={"t.yaml": _TABLES},
    ),
    _file(
        "a table of nothing",
        "  - {}\n",
        "t.yaml:3 tables[0]: names no file; expected either file or sql",
    ),
    _file(
        "a misspelt key",
        "  - {file: a.csv, twn: who}\n",
        "t.yaml:3 tables[0].twn: unknown key 'twn'; expected one of file, sql, twin, kind, at, source, session, device, order, recorded, id, payload; did you mean 'twin'?",
    ),
    _file(
        "a file and a query",
        "  - {file: a.csv, sql: select 1, twin: who, kind: what}\n",
        "t.yaml:3 tables[0]: names both file and sql; expected either file or sql",
    ),
    _file(
        "a column that is not there",
        "  - {file: a.csv, twin: who, at: wen, kind: what}\n",
        "a.csv: there is no column 'wen' (at); expected one of price, what, when, who; did you mean 'when'?",
    ),
    _file(
        "a query that is no SQL",
        "  - {sql: selec 1, twin: who, at: when, kind: what}\n",
        'sql:3: Parser Error: syntax error at or near "1"',
    ),
    _file(
        "a query on a file that is not there",
        "  - {sql: \"select * from 'gone.csv'\", twin: who, at: when, kind: what}\n",
        'sql:3: IO Error: No files found that match the pattern "gone.csv"',
    ),
]
