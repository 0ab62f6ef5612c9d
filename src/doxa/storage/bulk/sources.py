"""One face for every kind of table: batches of raw rows from a place on, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from doxa.beliefmap.model import BeliefMap
from doxa.errors import InputError
from doxa.storage.bulk.batch import RawBatch, Reject
from doxa.storage.bulk.columnar import ColumnReader
from doxa.storage.bulk.engine import first_line, literal, query, require
from doxa.storage.bulk.given import given_batches
from doxa.storage.bulk.layout import Layout
from doxa.storage.bulk.lines import READERS, Record, csv_header, open_lines
from doxa.storage.bulk.rows import Taker, as_is, typed
from doxa.storage.bulk.wording import missing_column


class Place(NamedTuple):
    """Where reading goes on: a byte or row, and the line it stands on."""

    offset: int = 0
    line: int = 1


class Piece(NamedTuple):
    """Some rows, the rows that could not even be read, and where the next piece begins."""

    raw: RawBatch
    rejects: list[Reject]
    next: Place


class Source(Protocol):
    """A table that can be read from any place on."""

    def pieces(self, start: Place, rows: int) -> Iterator[Piece]:
        """Pieces of at most so many rows."""

    def count(self) -> int | None:
        """How many rows there are, None when only reading would tell."""


class ParquetSource:
    """A Parquet file."""

    def __init__(self, connection: Any, layout: Layout, path: Path, map: BeliefMap) -> None:
        self._reader = ColumnReader(connection, layout, path, map)
        self._path = path

    def pieces(self, start: Place, rows: int) -> Iterator[Piece]:
        """Pieces of at most so many rows."""
        for raw, end in self._reader.batches(start.offset, rows):
            yield Piece(raw, [], Place(end, end + 1))

    def count(self) -> int | None:
        """The file says it."""
        from pyarrow import parquet

        return int(parquet.read_metadata(self._path).num_rows)


class LineSource:
    """A CSV or JSONL file."""

    def __init__(self, layout: Layout, path: Path, form: str, map: BeliefMap) -> None:
        self._layout, self._path, self._form = layout, path, form
        self._taker = Taker(layout, map, typed if form == "csv" else as_is)
        self._missing = dict(layout.named)
        self._met: set[str] = set()
        if form == "csv":
            header = csv_header(path)
            self._meet(header)
            if header:
                self._check_columns()

    def pieces(self, start: Place, rows: int) -> Iterator[Piece]:
        """Pieces of at most so many rows."""
        piece = Piece(RawBatch(has_id=bool(self._layout.table.id)), [], start)
        with open_lines(self._path) as file:
            for record in READERS[self._form](file, self._path, start.offset, start.line):
                piece = self._add(piece, record)
                if len(piece.raw) + len(piece.rejects) == rows:
                    yield piece
                    piece = Piece(RawBatch(has_id=bool(self._layout.table.id)), [], piece.next)
        if self._met and not start.offset:
            self._check_columns()
        if len(piece.raw) or piece.rejects:
            yield piece

    def _add(self, piece: Piece, record: Record) -> Piece:
        if record.wrong:
            piece.rejects.append(Reject(self._layout.name, record.line, "", record.wrong))
        else:
            if self._missing:
                self._meet(record.fields)
            self._taker.take(record.fields, record.line, piece.raw)
        return piece._replace(next=Place(record.end, record.next_line))

    def _meet(self, names: Iterable[str]) -> None:
        for name in names:
            self._missing.pop(name, None)
        if len(self._met) < 1000:
            self._met.update(names)

    def _check_columns(self) -> None:
        for column, part in self._missing.items():
            if self._form == "csv" or part in ("twin", "at", "kind"):
                raise missing_column(column, part, sorted(self._met), self._layout.name)

    def count(self) -> int | None:
        """Only reading would tell."""
        return None


class GivenSource:
    """Rows from Python; they can be read once."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], map: BeliefMap) -> None:
        self._rows, self._map = rows, map

    def pieces(self, start: Place, rows: int) -> Iterator[Piece]:
        """Pieces of at most so many rows."""
        for raw in given_batches(self._rows, self._map, rows):
            yield Piece(raw, [], Place(raw.line[-1], raw.line[-1] + 1))

    def count(self) -> int | None:
        """Only reading would tell."""
        return None


def source_of(connection: Any, layout: Layout, map: BeliefMap, kept: Path) -> Source:
    """The source of a table; a query is run once, its result is kept at `kept`."""
    if layout.path is None:
        _materialise(connection, layout, kept)
        return ParquetSource(connection, layout, kept, map)
    form = layout.path.suffix.lower().removeprefix(".")
    if form == "parquet":
        return ParquetSource(connection, layout, layout.path, map)
    return LineSource(layout, layout.path, form, map)


def _materialise(connection: Any, layout: Layout, kept: Path) -> None:
    if kept.exists():
        return
    fresh = kept.with_suffix(".new")
    connection.execute(f"SET file_search_path = {literal(str(layout.table.folder.resolve()))}")
    body = (layout.table.sql or "").strip().rstrip(";")
    query(connection, f"SELECT * FROM ({body}\n) LIMIT 0", layout.name)
    try:
        connection.execute(f"COPY ({body}\n) TO {literal(str(fresh))} (FORMAT parquet)")
    except require().Error as error:
        raise InputError(first_line(error), where=layout.name) from error
    fresh.replace(kept)
