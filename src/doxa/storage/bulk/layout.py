"""What is read, file by file: the tables of a tables file with their globs resolved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from doxa.beliefmap.model import Record
from doxa.beliefmap.tables import Column, Entry, Table, Tables
from doxa.errors import InputError

_PARTS = ("twin", "kind", "at", "source", "session", "device", "order", "recorded")


class Layout(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One file or query, and what its columns are.

    Attributes
    ----------
    name : str
        What it is called in messages and in the reject file.
    path : Path or None
        The file; None for a query.
    """

    name: str
    table: Table
    path: Path | None = None

    @property
    def parts(self) -> dict[str, Entry]:
        """The parts of a signal that are given, without id and payload."""
        found = {part: getattr(self.table, part) for part in _PARTS}
        return {part: entry for part, entry in found.items() if entry is not None}

    @property
    def named(self) -> dict[str, str]:
        """Every column that the table names, with the part that names it."""
        found = {e.name: part for part, e in self.parts.items() if isinstance(e, Column)}
        found |= {e.name: "id" for e in self.table.id if isinstance(e, Column)}
        payload = self.table.payload
        if isinstance(payload, str):
            return {payload: "payload", **found}
        fields = (payload or {}).items()
        return {e.name: f"payload {f!r}" for f, e in fields if isinstance(e, Column)} | found


def layouts(tables: Tables) -> list[Layout]:
    """Every file and query of the tables, in order; the files of a glob by name.

    Raises
    ------
    InputError
        When a file is not there.
    """
    return [layout for table in tables.tables for layout in _layouts(table)]


def _layouts(table: Table) -> Iterator[Layout]:
    if table.file is None:
        yield Layout(name=f"sql:{table.line}" if table.line else "sql", table=table)
        return
    path = table.folder / table.file
    if path.is_file():
        yield Layout(name=table.file, table=table, path=path)
        return
    found = sorted(each for each in glob(path) if each.is_file())
    if not found:
        raise InputError("there is no such file", where=str(path))
    for each in found:
        yield Layout(name=str(Path(table.file).parent / each.name), table=table, path=each)


def glob(path: Path) -> Iterator[Path]:
    """What a path with wildcards stands for."""
    base = Path(path.anchor) if path.anchor else Path()
    pattern = str(path.relative_to(path.anchor) if path.anchor else path)
    if pattern not in ("", "."):
        yield from base.glob(pattern)
