"""CSV and JSONL files as records with exact line numbers, readable from any record on."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from doxa.errors import InputError

_LONGEST_LINE = 1 << 26
_DECODE = msgspec.json.Decoder(strict=False).decode


class Record(NamedTuple):
    """One record: its first line, its fields, or why it has none, and the byte after it."""

    line: int
    fields: dict[str, Any]
    wrong: str
    end: int
    next_line: int


class Lines:
    """The lines of a file as text, with the byte and line number of the next one."""

    def __init__(self, file: BinaryIO, offset: int = 0, line: int = 1) -> None:
        self._file = file
        self.seek(offset, line)

    def seek(self, offset: int, line: int) -> None:
        """Go on from here."""
        self._file.seek(offset)
        self.offset, self.line = offset, line

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(_LONGEST_LINE)
        if not raw:
            raise StopIteration
        if self.offset == 0 and raw.startswith(b"\xef\xbb\xbf"):
            raw, self.offset = raw[3:], 3
        self.offset += len(raw)
        self.line += 1
        return raw.decode("utf-8", "surrogateescape")


def open_lines(path: Path) -> BinaryIO:
    """The file; UTF-16 is refused with what to do."""
    file = path.open("rb")
    if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
        file.close()
        raise InputError("the file is UTF-16", where=str(path), expected="UTF-8")
    file.seek(0)
    return file


def csv_header(path: Path) -> list[str]:
    """The column names of a CSV file; none when the file is empty."""
    with open_lines(path) as file:
        return _header(Lines(file), path)[0]


def csv_records(file: BinaryIO, path: Path, offset: int, line: int) -> Iterator[Record]:
    """The records of a CSV file from a byte offset on (0 = after the header)."""
    lines = Lines(file)
    header, delimiter = _header(lines, path)
    if offset:
        lines.seek(offset, line)
    while True:
        start, first = lines.offset, lines.line
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for values in reader:
                if values:
                    yield _record(header, values, first, lines)
                start, first = lines.offset, lines.line
        except csv.Error as error:
            lines.seek(start, first)
            next(lines)
            yield Record(first, {}, _quoting(error), lines.offset, lines.line)
        else:
            return


def _record(header: list[str], values: list[str], line: int, lines: Lines) -> Record:
    if len(values) != len(header):
        wrong = f"has {len(values)} fields, the header {len(header)}"
        return Record(line, {}, wrong, lines.offset, lines.line)
    return Record(line, dict(zip(header, values, strict=True)), "", lines.offset, lines.line)


def _quoting(error: csv.Error) -> str:
    limit = csv.field_size_limit()
    if "unexpected end" in str(error):
        return "a quote is not closed"
    if "field limit" in str(error):
        return f"a quote is not closed, or a field is longer than {limit} characters"
    return "quotes are not as CSV has them"


def _header(lines: Lines, path: Path) -> tuple[list[str], str]:
    first = next(lines, "")
    lines.seek(0, 1)
    if not first.strip():
        return [], ","
    delimiter = max(",;\t|", key=first.count)
    try:
        names = next(csv.reader(lines, delimiter=delimiter, strict=True))
        "".join(names).encode()
    except UnicodeEncodeError:
        where = f"{path.name}:1"
        raise InputError("is no text in UTF-8", where=where, expected="a CSV file") from None
    except csv.Error as error:
        raise InputError(f"the header cannot be read ({error})", where=f"{path.name}:1") from error
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise InputError(f"two columns are called {double!r}", where=f"{path.name}:1")
    return names, delimiter


def json_records(file: BinaryIO, path: Path, offset: int, line: int) -> Iterator[Record]:
    """The objects of a JSONL file from a byte offset on."""
    lines = Lines(file, offset, line)
    for text in lines:
        here = lines.line - 1
        if not text.strip():
            continue
        wrong, fields = "", {}
        try:
            fields = _DECODE(text)
            if not isinstance(fields, dict):
                wrong, fields = "not an object", {}
        except UnicodeError:
            wrong = "not valid UTF-8"
        except (msgspec.DecodeError, RecursionError):
            wrong = "not JSON"
        yield Record(here, fields, wrong, lines.offset, lines.line)


READERS: dict[str, Callable[[BinaryIO, Path, int, int], Iterator[Record]]] = {
    "csv": csv_records,
    "jsonl": json_records,
}
