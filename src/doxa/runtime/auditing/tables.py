"""A file of users or events as a table of the column engine, and which of its columns means what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from doxa.audit.facts import Form
from doxa.audit.names import words_of
from doxa.beliefmap.names import listed, nearest
from doxa.errors import InputError
from doxa.storage.bulk.engine import first_line, literal, query, quoted, require

_READERS = {
    ".parquet": "read_parquet({path})",
    ".csv": "read_csv({path}, sample_size = -1)",
    ".tsv": "read_csv({path}, sample_size = -1)",
    ".jsonl": "read_json({path}, format = 'newline_delimited')",
    ".ndjson": "read_json({path}, format = 'newline_delimited')",
}
_PEOPLE = ("twin", "user", "customer", "household", "person", "student", "member", "account")
_TIMES = ("at", "timestamp", "time", "date", "ts", "updated_at", "created_at", "occurred_at")
_SESSIONS = ("session", "session_id", "basket", "visit")
_DEVICES = ("device", "device_id", "anonymous", "anonymous_id", "cookie", "browser")
_SOURCES = ("source", "channel", "department", "team")
_KINDS = ("kind", "event", "type", "event_type", "event_name", "action")


@dataclass(frozen=True, slots=True)
class FileTable:
    """One file, opened.

    Attributes
    ----------
    connection : DuckDB
    name : str
        For errors.
    source : str
        SQL of the table.
    types : dict of column to type
    """

    connection: Any
    name: str
    source: str
    types: dict[str, str]

    @classmethod
    def open(cls, connection: Any, path: Path) -> FileTable:
        """Open a CSV, JSONL or Parquet file."""
        reader = _READERS.get(path.suffix.lower())
        if reader is None:
            raise InputError(
                "this kind of file cannot be audited",
                where=str(path),
                expected=f"one of {listed(_READERS)}",
            )
        if not path.is_file():
            raise InputError("there is no such file", where=str(path))
        source = reader.format(path=literal(str(path)))
        relation = query(connection, f"SELECT * FROM {source} LIMIT 0", str(path))
        types = {
            name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)
        }
        return cls(connection, str(path), source, types)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query; what the engine says against it becomes an `InputError`."""
        try:
            found: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        except require().Error as error:
            raise InputError(first_line(error), where=self.name) from error
        return found

    def one(self, sql: str) -> tuple[Any, ...]:
        """The only row of a query."""
        return self.rows(sql)[0]

    def column(self, asked: str | None, option: str, usual: Sequence[str]) -> str:
        """The column that was named, or the one that is usually called so."""
        if asked is not None:
            if asked not in self.types:
                raise InputError(
                    f"there is no column {asked!r}",
                    where=f"{self.name} {option}",
                    expected=f"one of {listed(self.types)}",
                    hint=nearest(asked, self.types),
                )
            return asked
        found = self.guessed(usual)
        if found is None:
            raise InputError(
                "which column is it?",
                where=f"{self.name} {option}",
                expected=f"one of {listed(self.types)}",
            )
        return found

    def guessed(self, usual: Sequence[str]) -> str | None:
        """The first column with a usual name, exactly or as its first word."""
        for name in usual:
            if name in self.types:
                return name
        return next((c for c in self.types if set(words_of(c)) & set(usual)), None)

    def naming(self, asked: str | None) -> FileTable:
        """The table with one more column where several together name people: ``a,b`` as a/b."""
        if asked is None or asked in self.types or "," not in asked:
            return self
        parts = [self.column(part.strip(), "--twin", ()) for part in asked.split(",")]
        told = ", ".join(f"CAST({quoted(part)} AS VARCHAR)" for part in parts)
        whole = " AND ".join(f"{quoted(part)} IS NOT NULL" for part in parts)
        named = f"CASE WHEN {whole} THEN concat_ws('/', {told}) END AS {quoted(asked)}"
        source = f"(SELECT *, {named} FROM {self.source})"
        return replace(self, source=source, types={**self.types, asked: "VARCHAR"})

    def person(self, asked: str | None) -> str:
        """The column that names people."""
        if asked is None:
            ids = [c for c in self.types if "id" in words_of(c) and set(words_of(c)) & set(_PEOPLE)]
            asked = ids[0] if ids else "id" if "id" in self.types else None
        return self.column(asked, "--twin", _PEOPLE)

    def moment(self, asked: str | None) -> str | None:
        """The column of times, None when there is none."""
        if asked is not None:
            return self.column(asked, "--at", ())
        found = self.guessed(_TIMES)
        return found if found is not None and is_moment(self.types[found]) else None

    def kind(self, asked: str | None) -> str | None:
        """The column of kinds of events, None when all are of one kind."""
        return self.column(asked, "--kind", ()) if asked is not None else self.guessed(_KINDS)

    def session(self, asked: str | None) -> str | None:
        """The column of sessions, None when there is none."""
        return self._named(asked, "--session", _SESSIONS)

    def device(self, asked: str | None) -> str | None:
        """The column of devices, None when there is none."""
        return self._named(asked, "--device", _DEVICES)

    def sender(self, asked: str | None) -> str | None:
        """The column of who sent a signal, None when there is none."""
        return self._named(asked, "--source", _SOURCES)

    def _named(self, asked: str | None, option: str, usual: Sequence[str]) -> str | None:
        return self.guessed(usual) if asked is None else self.column(asked, option, ())

    def form(self, column: str) -> Form:
        """How the values of a column are written."""
        return form_of(self.types[column])

    def text(self, column: str) -> str:
        """SQL of a column as text, empty text being nothing."""
        return f"nullif(CAST({quoted(column)} AS VARCHAR), '')"


def is_moment(kind: str) -> bool:
    """Whether a type of the engine names moments."""
    return kind.startswith(("TIMESTAMP", "DATE"))


def form_of(kind: str) -> Form:
    """The form of a type of the engine.

    Examples
    --------
    >>> [form_of(kind).value for kind in ("BIGINT", "VARCHAR[]", "DATE", "BOOLEAN", "ENUM('a')")]
    ['number', 'list', 'time', 'flag', 'text']
    """
    if kind.endswith("]"):
        return Form.LIST
    if is_moment(kind):
        return Form.TIME
    if kind == "BOOLEAN":
        return Form.FLAG
    return Form.NUMBER if kind.startswith(_NUMBERS) else Form.TEXT


_NUMBERS = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER"),
    *("UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL"),
)
