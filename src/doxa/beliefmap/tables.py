"""The compiled tables file: frozen records of how columns become signals."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from doxa.beliefmap.model import Record


class Column(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The value stands in a column."""

    name: str


class Constant(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The same value in every row."""

    value: str


Entry: TypeAlias = Column | Constant


class Table(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One table and what its columns are.

    Attributes
    ----------
    file, sql : str or None
        Exactly one: a Parquet, CSV or JSONL file (globs allowed), or a query over such files.
    folder : Path
        What relative file names start from.
    twin, kind : Column or Constant
        Whose, and what happened.
    at : Column, Constant or None
        None = known from the beginning (traits only).
    id : tuple
        Joined by "/"; empty = hash of the content and its ordinal.
    payload : dict, str or None
        Fields and where they come from; or one column that holds an object; None = all columns
        that nothing else names.
    """

    twin: Entry
    kind: Entry
    file: str | None = None
    sql: str | None = None
    folder: Path = Path()
    at: Entry | None = None
    source: Entry | None = None
    session: Entry | None = None
    device: Entry | None = None
    id: tuple[Entry, ...] = ()
    order: Entry | None = None
    recorded: Entry | None = None
    payload: dict[str, Entry] | str | None = None
    line: int = 0

    @property
    def named_columns(self) -> frozenset[str]:
        """The columns that something other than the payload names."""
        entries = (self.twin, self.kind, self.at, self.source, self.session, self.device)
        every = (*entries, self.order, self.recorded, *self.id)
        return frozenset(entry.name for entry in every if isinstance(entry, Column))


class Tables(Record, frozen=True, kw_only=True, omit_defaults=True):
    """All tables of one file, in its order."""

    tables: tuple[Table, ...]
