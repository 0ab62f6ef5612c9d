"""States straight from Parquet files: no ledger, no JSON, bounded memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns, Values
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.tables import Tables
from doxa.domain.clock import Clock
from doxa.runtime.folding.boundary import boundary
from doxa.runtime.folding.mark import mark
from doxa.runtime.folding.parts import cut
from doxa.runtime.folding.snapshots import NEVER, snapshots_of
from doxa.runtime.folding.spill import Spill, Taken, Texts, spill
from doxa.state.order import distinct
from doxa.storage.bulk.engine import MEMORY, connect
from doxa.storage.bulk.layout import layouts
from doxa.storage.bulk.native import NativeRows, NativeTables
from doxa.storage.days import LocalDays
from doxa.storage.port import Snapshot
from doxa.types import Moment

SIGNALS = 400_000
"""Signals of a part, about."""

ROWS = 1_000_000
"""Rows read at a time."""

_MOST = 4_096
_TWIN, _TOLD = "twin", "told"
_SMALL = {"kind": np.int16, "source": np.int32}


def fold_files(
    belief_map: BeliefMap, tables: Tables, *, now: Moment, folder: Path, memory: str = MEMORY
) -> Iterator[tuple[str, Snapshot]]:
    """Twins by id and what a store that loaded these tables, and nothing else, would keep of them.

    The columns that rules read are decoded once, set apart by twin on disk, and folded part by
    part. Twins' keys and places in a ledger stay 0: the files have none.

    Parameters
    ----------
    now : int
        States are cut at the newest boundary before it, as snapshots are.
    folder : Path
        Where rows are set apart meanwhile.
    memory : str
        What DuckDB may use.

    Raises
    ------
    NotNative
        The tables are not such that they can be read as columns: load them.
    InputError
        A file or column is not there.
    """
    with (
        tempfile.TemporaryDirectory(prefix="doxa-") as spare,
        connect(Path(spare), memory) as connection,
    ):
        read = NativeTables(connection, layouts(tables), belief_map)
        parts = min(max(-(-read.rows // SIGNALS), 1), _MOST)
        until = boundary(np.zeros(0, np.int64), belief_map.zone, now)
        with spill(folder, parts) as apart:
            met = sum(_put(apart, rows, until) for rows in read.read(parts, ROWS))
            wanted = mark(belief_map)
            days = LocalDays(Clock.TIME, belief_map.zone)
            for part in range(parts if met else 0):
                names, signals = _part(apart.take(part), read, days)
                for each in snapshots_of(belief_map, signals, now, mark=wanted, parts={}):
                    yield names[each.twin], msgspec.structs.replace(each, twin=0)


def _put(apart: Spill, rows: NativeRows, until: Moment | None) -> int:
    """Set the rows before the boundary apart; how many they are."""
    kept = np.flatnonzero(rows.at < (NEVER if until is None else until))
    if not len(kept):
        return 0
    order, bounds = apart.order(rows.part[kept])
    order = kept[order]
    numbers = {
        "at": rows.at,
        "late": rows.recorded - rows.at,
        "order": rows.order,
        "session": rows.session,
        **{name: getattr(rows, name).astype(dtype) for name, dtype in _SMALL.items()},
        **{f"field {name}": column for name, column in rows.numbers.items()},
    }
    texts = {f"field {name}": column for name, column in rows.texts.items()}
    if isinstance(rows.twin, np.ndarray):
        numbers[_TWIN] = rows.twin
    else:
        texts[_TWIN] = rows.twin
    if rows.told is not None:
        texts[_TOLD] = rows.told
    apart.put(
        bounds,
        {name: column[order] for name, column in numbers.items()},
        {name: _texts(column, order) for name, column in texts.items()},
    )
    return len(kept)


def _texts(column: Any, order: Ints) -> Texts:
    """Some texts of an Arrow array, as they lie in memory."""
    taken = column.take(order)
    _, offsets, body = taken.buffers()
    ends = np.frombuffer(offsets, np.int32)[taken.offset : taken.offset + len(taken) + 1]
    told = memoryview(body or b"")[int(ends[0]) : int(ends[-1])]
    return Texts(told, np.diff(ends).astype(np.int64))


def _part(taken: Taken, read: NativeTables, days: LocalDays) -> tuple[list[str], SignalColumns]:
    """The ids of the twins of a part by their codes, and their signals."""
    numbers, texts = taken
    names, twin = _twins(taken)
    at = numbers["at"]
    count = len(at)
    fields: dict[str, Values] = {name: numbers[f"field {name}"] for name in read.numbers}
    fields |= {name: _values(texts[f"field {name}"]) for name in read.texts}
    return names, SignalColumns(
        twin=twin,
        at=at,
        recorded=at + numbers["late"],
        order=numbers["order"],
        seq=np.zeros(count, dtype=np.int64),
        kind=numbers["kind"].astype(np.int64),
        source=numbers["source"].astype(np.int64),
        session=numbers["session"],
        day=days.of(twin, at),
        payload=_payloads(texts.get(_TOLD), count),
        inert=np.zeros(count, dtype=np.bool_),
        kinds=tuple(read.kinds),
        sources=tuple(read.sources),
        fields=fields,
    )


def _payloads(told: Texts | None, count: int) -> list[bytes]:
    """Payloads of the few rows that have one."""
    payload = [b""] * count
    if told is not None and len(told.body):
        there = np.flatnonzero(told.sizes)
        for row, text in zip(
            there.tolist(), cut(told._replace(sizes=told.sizes[there])), strict=True
        ):
            payload[row] = text
    return payload


def _twins(taken: Taken) -> tuple[list[str], Ints]:
    if _TWIN in taken.numbers:
        whole, code = distinct(taken.numbers[_TWIN])
        return list(map(str, whole.tolist())), code
    import pyarrow

    body, sizes = taken.texts[_TWIN]
    ends = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=ends[1:])
    buffers = [None, pyarrow.py_buffer(ends), pyarrow.py_buffer(body)]
    told = pyarrow.Array.from_buffers(pyarrow.large_string(), len(sizes), buffers)
    coded = told.dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)


def _values(told: Texts) -> list[Any]:
    """Values from JSON, each with a comma behind it."""
    found: list[Any] = msgspec.json.decode(b"[" + bytes(told.body)[:-1] + b"]")
    return found
