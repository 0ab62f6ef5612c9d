"""Backfill of an open store: tables files and single tables, or rows from Python."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from doxa.beliefmap.table_flags import tables_from_flags
from doxa.beliefmap.tables import Tables
from doxa.beliefmap.tables_file import load_tables
from doxa.errors import InputError
from doxa.runtime.folding.loaded import snapshot_loaded
from doxa.runtime.wiring import Wiring
from doxa.storage.bulk.backfill import backfill as load_into
from doxa.storage.bulk.backfill import backfill_rows as load_rows_into
from doxa.storage.bulk.fingerprint import FileMark, marks
from doxa.storage.bulk.layout import layouts
from doxa.storage.bulk.receipt import DEFAULTS, BackfillReceipt, Options
from doxa.storage.bulk.staging import Progress


def backfill(
    wiring: Wiring,
    tables: Tables | Path | str,
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
    options: Options = DEFAULTS,
    snapshots: bool = False,
    **columns: str | None,
) -> BackfillReceipt:
    """Load tables into an open store.

    Parameters
    ----------
    tables : Tables, or path
        A tables file (``.yaml``), or one Parquet, CSV or JSONL file described by `columns`.
    folder : Path, optional
        What relative file names start from; left out, the tables file's own folder.
    snapshots : bool
        Leave snapshots of all twins at the end.
    columns : str
        As the flags of ``doxa backfill``: twin, at, kind, ...; ``=x`` is a constant.
    """
    if not isinstance(tables, Tables):
        single = Path(tables).suffix.lower() not in (".yaml", ".yml")
        tables = (
            tables_from_flags(str(tables), **_given(columns)) if single else load_tables(tables)
        )
    placed = tables if folder is None else _moved(tables, folder)
    files = _marks(placed) if snapshots else None
    receipt = load_into(
        wiring.store,
        wiring.belief_map,
        placed,
        now=wiring.clock(),
        beside=wiring.path.absolute(),
        progress=progress,
        options=options,
    )
    if not snapshots:
        return receipt
    unchanged = files is not None and _marks(placed) == files
    return _with_snapshots(wiring, placed if unchanged else None, receipt, progress)


def _marks(tables: Tables) -> list[FileMark] | None:
    """What the files of some tables look like, None where one is not there."""
    try:
        return marks(layouts(tables))
    except (InputError, OSError):
        return None


def _with_snapshots(
    wiring: Wiring, tables: Tables | None, receipt: BackfillReceipt, progress: Progress | None
) -> BackfillReceipt:
    begun = time.perf_counter()
    told = None if progress is None else partial(progress, "folding")
    left = snapshot_loaded(wiring, tables, receipt, told)
    seconds = {**receipt.seconds, "folding": round(time.perf_counter() - begun, 3)}
    return msgspec.structs.replace(receipt, snapshots=left, seconds=seconds)


def backfill_rows(
    wiring: Wiring,
    rows: Iterable[Mapping[str, Any]],
    *,
    progress: Progress | None = None,
    options: Options = DEFAULTS,
) -> BackfillReceipt:
    """Load rows given as the dicts of `observe_many`, many at a time and with rejects named."""
    return load_rows_into(
        wiring.store,
        wiring.belief_map,
        rows,
        now=wiring.clock(),
        beside=wiring.path.absolute(),
        progress=progress,
        options=options,
    )


def _moved(tables: Tables, folder: Path) -> Tables:
    if not folder.is_dir():
        raise InputError("is no folder", where=str(folder), expected="the folder of the files")
    moved = [msgspec.structs.replace(table, folder=folder) for table in tables.tables]
    return msgspec.structs.replace(tables, tables=tuple(moved))


def _given(columns: Mapping[str, str | None]) -> dict[str, Any]:
    return {"twin": "twin", "kind": "kind", **columns}
