"""Staged chunks: checked rows as Parquet, with a note beside each of where reading goes on."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.storage.bulk.batch import Reject, Rows

_ODD, _POSITIVE = np.int64(0x1E3779B97F4A7C15), np.int64(2**63 - 1)


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows of one chunk, and where the next one begins.

    Attributes
    ----------
    offset, line : int
        Where reading goes on.
    read, staged : int
        Rows read, and rows among them that were taken.
    kinds : dict
        Kinds that the map does not declare, with their rows.
    last : bool
        The table ends here.
    """

    offset: int
    line: int
    read: int
    staged: int
    kinds: dict[str, int] = {}
    last: bool = False


class Chunks:
    """The chunks of one load, in a folder; what has a note is complete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, table: int, chunk: int, ending: str) -> Path:
        """The file of a chunk."""
        return self.folder / f"{table:04d}-{chunk:06d}.{ending}"

    def notes(self, table: int) -> list[Note]:
        """The notes of a table's chunks, in order."""
        found: list[Note] = []
        while (path := self.path(table, len(found), "json")).exists():
            found.append(msgspec.json.decode(path.read_bytes(), type=Note))
        return found

    def write(
        self, table: int, chunk: int, rows: Rows, rejects: Sequence[Reject], note: Note
    ) -> None:
        """Write a chunk; the note comes last, so that a torn chunk has none."""
        if len(rows):
            _write_parquet(rows, self.path(table, chunk, "parquet"))
        self.write_rejects(self.path(table, chunk, "rejects"), rejects)
        self.write_note(table, chunk, note)

    def write_note(self, table: int, chunk: int, note: Note) -> None:
        """Write a note, whole or not at all."""
        fresh = self.path(table, chunk, "new")
        fresh.write_bytes(msgspec.json.encode(note))
        fresh.replace(self.path(table, chunk, "json"))

    def write_rejects(self, path: Path, rejects: Sequence[Reject]) -> None:
        """Write the rejects of a chunk, if any."""
        if rejects:
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(rejects)

    def staged(self) -> list[tuple[int, int]]:
        """Table and number of every chunk that holds rows, in order."""
        names = sorted(path.stem for path in self.folder.glob("*.parquet") if "-" in path.stem)
        pairs = [(int(name[:4]), int(name[5:])) for name in names]
        return [pair for pair in pairs if self.path(*pair, "json").exists()]

    def read(self, table: int, chunk: int) -> Rows:
        """The rows of a chunk."""
        from pyarrow import parquet

        found = parquet.read_table(self.path(table, chunk, "parquet"), columns=[*Rows.__slots__])
        return Rows(**{name: _listed(found.column(name)) for name in Rows.__slots__})


def _write_parquet(rows: Rows, path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    columns: dict[str, Any] = {name: getattr(rows, name) for name in Rows.__slots__}
    types = _types(pyarrow)
    arrays = {name: pyarrow.array(values, types[name]) for name, values in columns.items()}
    arrays["key"] = pyarrow.array(_keys(rows), mask=~np.array(rows.derived, dtype=np.bool_))
    parquet.write_table(pyarrow.table(arrays), path, compression="snappy")


def _listed(column: Any) -> list[Any]:
    """A column as a list, by the quickest way."""
    if column.null_count == len(column):
        return [None] * len(column)
    if str(column.type) == "int64":
        return list(column.to_numpy().tolist())
    if str(column.type) in ("string", "bool") and len(values := column.unique()) == 1:
        return [values[0].as_py()] * len(column)
    return list(column.to_pylist())


def _keys(rows: Rows) -> Ints:
    """A number for each id made from content, equal for equal ids; 0 for the others."""
    derived = np.array(rows.derived, dtype=np.bool_)
    made = [name for name, own in zip(rows.id, rows.derived, strict=True) if own]
    keys = np.zeros(len(rows), dtype=np.int64)
    if made:
        letters = np.frombuffer("".join(made).encode(), dtype=np.uint8).reshape(len(made), -1)
        halves = letters[:, -16:].copy().view(np.int64)
        keys[derived] = (halves[:, 0] * _ODD ^ halves[:, 1]) & _POSITIVE
    return keys


def _types(pyarrow: Any) -> dict[str, Any]:
    text, whole, flag = pyarrow.string(), pyarrow.int64(), pyarrow.bool_()
    return {
        "line": whole, "id": text, "twin": text, "kind": text, "source": text, "at": whole,
        "recorded": whole, "assumed": flag, "order": whole, "session": text, "device": text,
        "payload": pyarrow.binary(), "derived": flag,
    }  # fmt: skip
