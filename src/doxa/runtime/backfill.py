"""Backfill of an open store: tables files and single tables, or rows from Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from doxa.beliefmap.table_flags import tables_from_flags
from doxa.beliefmap.tables import Tables
from doxa.beliefmap.tables_file import load_tables
from doxa.runtime.wiring import Wiring
from doxa.storage.bulk.backfill import backfill as load_into
from doxa.storage.bulk.backfill import backfill_rows as load_rows_into
from doxa.storage.bulk.receipt import DEFAULTS, BackfillReceipt, Options
from doxa.storage.bulk.staging import Progress


def backfill(
    wiring: Wiring,
    tables: Tables | Path | str,
    *,
    progress: Progress | None = None,
    options: Options = DEFAULTS,
    **columns: str | None,
) -> BackfillReceipt:
    """Load tables into an open store.

    Parameters
    ----------
    tables : Tables, or path
        A tables file (``.yaml``), or one Parquet, CSV or JSONL file described by `columns`.
    columns : str
        As the flags of ``doxa backfill``: twin, at, kind, ...; ``=x`` is a constant.
    """
    if not isinstance(tables, Tables):
        single = Path(tables).suffix.lower() not in (".yaml", ".yml")
        tables = (
            tables_from_flags(str(tables), **_given(columns)) if single else load_tables(tables)
        )
    return load_into(
        wiring.store,
        wiring.belief_map,
        tables,
        now=wiring.clock(),
        beside=wiring.path,
        progress=progress,
        options=options,
    )


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
        beside=wiring.path,
        progress=progress,
        options=options,
    )


def _given(columns: Mapping[str, str | None]) -> dict[str, Any]:
    return {"twin": "twin", "kind": "kind", **columns}
