"""Parquet files as the columns that rules read: no payload is written as JSON and read again.

What the columns mean is what a load of the same file puts into the ledger, value for value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from doxa.beliefmap.batches import fields_read
from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.contexts import contexts_of
from doxa.beliefmap.marking import marking_of
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.payloads import Bools
from doxa.beliefmap.tables import Column, Constant, Entry
from doxa.domain.clock import BEGINNING, Clock
from doxa.domain.signal import BUILT_IN_KINDS, CLAIM, DEFAULT_SOURCE
from doxa.storage.bulk.columnar import WHOLE, ColumnReader
from doxa.storage.bulk.engine import batches, literal, query, quoted
from doxa.storage.bulk.expressions import Form, json_value, kind_of
from doxa.storage.bulk.layout import Layout

_WHOLE = {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"}
_NUMBERS = _WHOLE | {"double", "boolean"}
_EXACT = 2**53
_NONE = -1


class NotNative(Exception):
    """Internal: these tables cannot be read as columns; the reason."""


@dataclass(frozen=True, slots=True)
class NativeRows:
    """Some rows of a file.

    Attributes
    ----------
    part : int64[n]
        A number below `parts` that depends on the twin alone.
    twin : int64[n], or an Arrow array of texts
    at, recorded, order, session : int64[n]
        As in `SignalColumns`; equal sessions have equal numbers in all files.
    kind, source : int64[n]
        Codes into `NativeTables.kinds` and `NativeTables.sources`.
    numbers : dict of field to float64[n]
        NaN where there is none.
    texts : dict of field to Arrow array
        JSON values, each with a comma behind it.
    told : Arrow array of texts, or None
        Payloads of the kinds `NativeTables.whole`, nothing for others; None = there are none.
    """

    part: Ints
    twin: Any
    at: Ints
    recorded: Ints
    order: Ints
    session: Ints
    kind: Ints
    source: Ints
    numbers: dict[str, Floats]
    texts: dict[str, Any]
    told: Any

    def __len__(self) -> int:
        return len(self.at)


class NativeTables:
    """All files of some tables, as columns.

    Parameters
    ----------
    connection : DuckDB connection

    Raises
    ------
    NotNative
        A table is no Parquet file, or has payloads in one column.
    InputError
        A column is not there.

    Attributes
    ----------
    kinds, sources : list of str
        What the codes mean; sources grow while rows are read.
    numbers, texts : tuple of str
        The fields that come as numbers, and those that come as JSON.
    whole_twins : bool
        Twins are whole numbers in every file, and named by their digits.
    rows : int
        Of all files together.
    whole : frozenset of str
        Kinds whose payloads are read as they are: traits, consents, what marks.
    """

    def __init__(self, connection: Any, layouts: Iterable[Layout], belief_map: BeliefMap) -> None:
        if belief_map.clock is not Clock.TIME or belief_map.zone.trait is not None:
            raise NotNative("local days hang on the signals themselves")
        if contexts_of(belief_map).kinds:
            raise NotNative("signals name members of families themselves")
        self._files = [_file(connection, layout, belief_map) for layout in layouts]
        self.kinds = [*belief_map.signals, *BUILT_IN_KINDS]
        self.sources: list[str] = []
        wanted = fields_read(belief_map.rules)
        forms = {name: [file.numeric(name) for file in self._files] for name in wanted}
        self.numbers = tuple(name for name, form in forms.items() if False not in form)
        self.texts = tuple(name for name in wanted if name not in self.numbers)
        self.whole_twins = all(file.whole_twins for file in self._files)
        self.rows = sum(file.rows for file in self._files)
        self.whole = BUILT_IN_KINDS | marking_of(belief_map).kinds
        self.told = any(file.tells(self.whole) for file in self._files)

    def source(self, name: str) -> int:
        """The code of a source, given now if it is new."""
        if name not in self.sources:
            self.sources.append(name)
        return self.sources.index(name)

    def read(self, parts: int, rows: int) -> Iterator[NativeRows]:
        """All rows in the order of the tables, at most so many at a time.

        Raises
        ------
        NotNative
            A value that only its JSON would tell exactly.
        """
        for file in self._files:
            yield from file.read(self, parts, rows)


def _file(connection: Any, layout: Layout, belief_map: BeliefMap) -> _File:
    if layout.path is None or layout.path.suffix.lower() != ".parquet":
        raise NotNative(f"{layout.name} is no Parquet file")
    if isinstance(layout.table.payload, str):
        raise NotNative(f"{layout.name} holds payloads in one column")
    return _File(connection, layout, layout.path, belief_map)


class _File(ColumnReader):
    """One Parquet file."""

    def __init__(self, connection: Any, layout: Layout, path: Path, belief_map: BeliefMap) -> None:
        super().__init__(connection, layout, path, belief_map)
        from pyarrow import parquet

        self.rows = int(parquet.read_metadata(path).num_rows)
        self.whole_twins = self._whole(layout.table.twin)
        self._fields = self._payload_fields()

    def numeric(self, field: str) -> bool | None:
        """Whether a field is a column of numbers; None where there is no such field."""
        entry = self._fields.get(field)
        if entry is None:
            return None
        return isinstance(entry, Column) and kind_of(self._types[entry.name]) in _NUMBERS

    def tells(self, kinds: frozenset[str]) -> bool:
        """Whether there may be signals of some kinds."""
        kind = self._table.kind
        return isinstance(kind, Column) or kind.value in kinds

    def _payload_fields(self) -> dict[str, Entry]:
        payload = self._table.payload
        if isinstance(payload, dict):
            return dict(payload)
        used = self._layout.named
        return {name: Column(name=name) for name in self._types if name not in used}

    def _whole(self, entry: Entry | None) -> bool:
        return isinstance(entry, Column) and kind_of(self._types[entry.name]) in _WHOLE

    def read(self, tables: NativeTables, parts: int, rows: int) -> Iterator[NativeRows]:
        """The rows in the order of the file."""
        sql = f"SELECT {self._columns(tables, parts)} FROM {self._source}"
        relation = query(self._connection, sql, self._layout.name)
        for batch in batches(relation, rows, self._layout.name):
            if batch.num_rows:
                yield self._taken(batch, tables)

    def _columns(self, tables: NativeTables, parts: int) -> str:
        table = self._table
        twin = self._text(table.twin)
        if tables.whole_twins and isinstance(table.twin, Column):
            twin = f"{quoted(table.twin.name)}::BIGINT"
        found = {
            "part": f"(hash({twin}) % {parts})::SMALLINT",
            "twin": twin,
            "at": self._moment("at", table.at),
            "recorded": self._moment("recorded", table.recorded),
        }
        if table.order is not None:
            found["order_"] = self._text(table.order)
        if table.session is not None:
            session = self._text(table.session)
            found["session"] = (
                f"CASE WHEN {session} IS NULL THEN {_NONE} ELSE (hash({session}) >> 2)::BIGINT END"
            )
        if isinstance(table.kind, Column):
            found["kind"] = _coded(self._text(table.kind), tables.kinds)
        if isinstance(table.source, Column):
            source = self._text(table.source)
            found["source"] = f"coalesce(nullif({source}, ''), {literal(DEFAULT_SOURCE)})"
        for place, name in enumerate(tables.numbers):
            if name in self._fields:
                found[f"n{place}"] = self._number(self._fields[name])
        for place, name in enumerate(tables.texts):
            found[f"t{place}"] = self._json(self._fields.get(name))
        if tables.told:
            found["told"] = self._told(tables.whole)
        return ", ".join(f"{sql} AS {quoted(name)}" for name, sql in found.items())

    def _told(self, whole: frozenset[str]) -> str:
        """The payload of some kinds, nothing for others."""
        if not self.tells(whole):
            return "''"
        payload, kind = self._payload(), self._table.kind
        if isinstance(kind, Column):
            kinds = ", ".join(map(literal, sorted(whole)))
            payload = f"CASE WHEN {self._text(kind)} IN ({kinds}) THEN {payload} END"
        return f"coalesce({payload}, '')"

    def _number(self, entry: Entry) -> str:
        assert isinstance(entry, Column)
        column = quoted(entry.name)
        return column if kind_of(self._types[entry.name]) != "boolean" else f"{column}::TINYINT"

    def _json(self, entry: Entry | None) -> str:
        if entry is None:
            return "'null,'"
        value, type_ = self._field(entry)
        return f"coalesce({json_value(value, type_)}, 'null') || ','"

    def _taken(self, batch: Any, tables: NativeTables) -> NativeRows:
        column = {name: batch.column(place) for place, name in enumerate(batch.schema.names)}
        count = batch.num_rows
        at, missing = self._clock("at", column["at"])
        at = np.where(missing, BEGINNING[Clock.TIME], at)
        recorded, unknown = self._clock("recorded", column["recorded"])
        return NativeRows(
            part=_ints(column["part"]),
            twin=_ints(column["twin"]) if tables.whole_twins else column["twin"],
            at=at,
            recorded=np.where(unknown, at, recorded),
            order=self._orders(column.get("order_"), count),
            session=_ints(column["session"]) if "session" in column else np.full(count, _NONE),
            kind=self._kinds(column.get("kind"), tables, count),
            source=self._sources(column.get("source"), tables, count),
            numbers={
                name: _floats(column.get(f"n{place}"), count)
                for place, name in enumerate(tables.numbers)
            },
            texts={name: column[f"t{place}"] for place, name in enumerate(tables.texts)},
            told=column.get("told"),
        )

    def _clock(self, part: str, column: Any) -> tuple[Ints, Bools]:
        """Moments, and where there is none."""
        if self._forms[part] is not Form.TEXT:
            return self._whole_moments(part, column)
        found = self._moments(part, column)
        if not {type(one) for one in found} <= {int, type(None)}:
            raise NotNative(f"{self._layout.name} has a time that cannot be read")
        missing = np.array([one is None for one in found], dtype=np.bool_)
        return np.array([one or 0 for one in found], dtype=np.int64), missing

    def _orders(self, column: Any, count: int) -> Ints:
        if column is None:
            return np.zeros(count, dtype=np.int64)
        found = [WHOLE(value) for value in column.to_pylist()]
        if not {type(one) for one in found} <= {int, type(None)}:
            raise NotNative(f"{self._layout.name} has an order that is no whole number")
        return np.array([one or 0 for one in found], dtype=np.int64)

    def _kinds(self, column: Any, tables: NativeTables, count: int) -> Ints:
        kind = self._table.kind
        if isinstance(kind, Constant):
            code = tables.kinds.index(kind.value) if kind.value in tables.kinds else _NONE
            codes = np.full(count, code)
        else:
            codes = _ints(column)
        if (codes == _NONE).any():
            raise NotNative(f"{self._layout.name} has kinds that the map does not declare")
        if (codes == tables.kinds.index(CLAIM)).any():
            raise NotNative(f"{self._layout.name} has claims, which name each other by their ids")
        return codes

    def _sources(self, column: Any, tables: NativeTables, count: int) -> Ints:
        source = self._table.source
        if not isinstance(source, Column):
            name = DEFAULT_SOURCE if source is None else source.value
            return np.full(count, tables.source(name))
        told = column.dictionary_encode()
        code = np.array([tables.source(name) for name in told.dictionary.to_pylist()])
        return np.asarray(code[told.indices.to_numpy()], dtype=np.int64)


def _coded(value: str, names: list[str]) -> str:
    """SQL for the place of a text among some names, -1 where it is none of them."""
    cases = " ".join(f"WHEN {literal(name)} THEN {code}" for code, name in enumerate(names))
    return f"(CASE {value} {cases} ELSE {_NONE} END)::SMALLINT"


def _ints(column: Any) -> Ints:
    if column.null_count:
        raise NotNative("a name is missing")
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.int64)


def _floats(column: Any, count: int) -> Floats:
    """Numbers as JSON would tell them; NaN where there is none."""
    if column is None:
        return np.full(count, np.nan)
    found = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    if str(column.type) == "int64" and (np.abs(found) >= _EXACT).any():
        raise NotNative("a whole number is too large")
    return found
