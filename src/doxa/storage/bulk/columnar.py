"""Parquet files and query results, read column by column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.payloads import Bools
from doxa.beliefmap.tables import Column, Entry
from doxa.domain.clock import Clock
from doxa.errors import InputError
from doxa.storage.bulk.batch import RawBatch
from doxa.storage.bulk.engine import batches, literal, query, quoted
from doxa.storage.bulk.expressions import Form, is_nameless, json_column, json_object, moment, text
from doxa.storage.bulk.layout import Layout
from doxa.storage.bulk.moments import NOON, MomentReader, local_to_moment, within
from doxa.storage.bulk.wording import missing_column

_ROW = "file_row_number"
_TEXTS = ("twin", "kind", "source", "session", "device")
WHOLE = MomentReader(Clock.POSITION, "UTC")
"""Reads whole numbers of any size that a moment can have."""


class ColumnReader:
    """Reads one Parquet file as the table says, from any row on, in the order of the file."""

    def __init__(self, connection: Any, layout: Layout, path: Path, map: BeliefMap) -> None:
        self._connection, self._layout, self._table = connection, layout, layout.table
        self._zone = map.zone.default
        self._clocks = {"at": map.clock, "recorded": Clock.TIME}
        self._source = f"read_parquet({literal(str(path))}, file_row_number = true)"
        relation = query(connection, f"SELECT * FROM {self._source} LIMIT 0", layout.name)
        self._types = dict(zip(relation.columns, relation.types, strict=True))
        self._types.pop(_ROW, None)
        self._forms: dict[str, Form] = {}
        for column, part in layout.named.items():
            if column not in self._types:
                raise missing_column(column, part, self._types, layout.name)

    def batches(self, start: int, rows: int) -> Iterator[tuple[RawBatch, int]]:
        """Batches with the row number to go on from."""
        sql = f"SELECT {self._select()} FROM {self._source} WHERE {_ROW} >= {start}"
        for batch in batches(
            query(self._connection, sql, self._layout.name), rows, self._layout.name
        ):
            if batch.num_rows:
                raw = self._raw(batch)
                yield raw, raw.line[-1]

    def _select(self) -> str:
        table, parts = self._table, [f"{_ROW} + 1 AS line"]
        takes = self._layout.parts
        parts += [f"{self._name(name, takes.get(name))} AS {name}" for name in _TEXTS]
        parts += [f"{self._moment(name, takes.get(name))} AS {name}" for name in ("at", "recorded")]
        parts.append(f"{self._text(table.order)} AS order_")
        if table.id:
            joined = " || '/' || ".join(self._name("id", entry) for entry in table.id)
            parts.append(f"{joined} AS id")
        parts.append(f"{self._payload()} AS payload")
        return ", ".join(parts)

    def _text(self, entry: Entry | None) -> str:
        if entry is None:
            return "NULL::VARCHAR"
        if not isinstance(entry, Column):
            return literal(entry.value)
        return text(entry.name, self._types[entry.name])

    def _name(self, part: str, entry: Entry | None) -> str:
        """Text of an id or a name; a column of flags, lists or objects holds none."""
        if isinstance(entry, Column) and is_nameless(self._types[entry.name]):
            raise InputError(
                f"column {entry.name!r} ({self._types[entry.name]}) cannot be {part!r}",
                where=self._layout.name,
                expected="texts or numbers",
            )
        return self._text(entry)

    def _moment(self, part: str, entry: Entry | None) -> str:
        if entry is None:
            self._forms[part] = Form.EXACT
            return "NULL::BIGINT"
        if not isinstance(entry, Column):
            self._forms[part] = Form.TEXT
            return literal(entry.value)
        found = moment(entry.name, self._types[entry.name], self._clocks[part])
        if found is None:
            raise self._no_moment(part, entry.name)
        self._forms[part] = found[1]
        return found[0]

    def _no_moment(self, part: str, column: str) -> InputError:
        timed = self._clocks[part] is Clock.TIME
        return InputError(
            f"column {column!r} ({self._types[column]}) cannot be {part!r}",
            where=self._layout.name,
            expected="a timestamp, a date or ISO text" if timed else "whole numbers",
            hint=f"use sql, such as: select *, to_timestamp({column}) as {part} from ..."
            if timed
            else "",
        )

    def _payload(self) -> str:
        payload = self._table.payload
        if isinstance(payload, str):
            return json_column(payload, self._types[payload])
        if payload is None:
            used = self._layout.named
            return json_object({c: (quoted(c), t) for c, t in self._types.items() if c not in used})
        return json_object({field: self._field(entry) for field, entry in payload.items()})

    def _field(self, entry: Entry) -> tuple[str, Any]:
        if isinstance(entry, Column):
            return quoted(entry.name), self._types[entry.name]
        return literal(entry.value), "VARCHAR"

    def _raw(self, batch: Any) -> RawBatch:
        column = {name: batch.column(place) for place, name in enumerate(batch.schema.names)}
        count = batch.num_rows
        texts = {name: column[name].to_pylist() for name in _TEXTS}
        plain = self._table.order is None
        return RawBatch(
            line=column["line"].to_pylist(),
            at=self._moments("at", column["at"]),
            recorded=self._moments("recorded", column["recorded"]),
            order=[None] * count if plain else [WHOLE(v) for v in column["order_"].to_pylist()],
            id=column["id"].to_pylist() if self._table.id else [None] * count,
            payload=column["payload"].to_pylist(),
            has_id=bool(self._table.id),
            **texts,
        )

    def _moments(self, part: str, column: Any) -> list[int | str | None]:
        form, clock = self._forms[part], self._clocks[part]
        if form is Form.TEXT:
            read = MomentReader(clock, self._zone)
            return [read(value) for value in column.to_pylist()]
        values, missing = self._whole_moments(part, column)
        if missing.all():
            return [None] * len(column)
        found: list[int | str | None] = values.tolist()
        for row in np.flatnonzero(missing):
            found[row] = None
        for row in np.flatnonzero(~missing & _odd(values, clock)):
            found[row] = within(int(values[row]), clock)
        return found

    def _whole_moments(self, part: str, column: Any) -> tuple[Ints, Bools]:
        """Moments that did not come as text, and where there is none."""
        form = self._forms[part]
        missing: Bools = column.is_null().to_numpy(zero_copy_only=False)
        values: Ints = column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        if form is not Form.EXACT:
            values = local_to_moment(values + (NOON if form is Form.DAY else 0), self._zone)
        return values, missing


def _odd(values: Any, clock: Clock) -> Any:
    low, high = (-62_000_000_000_000_000, 253_000_000_000_000_000)
    bound = 2**53
    if clock is Clock.POSITION:
        return (values <= -bound) | (values >= bound)
    return (values < low) | (values > high)
