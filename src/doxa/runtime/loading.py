"""Loading history into a store: tables files, single tables, and loaders written in Python."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import msgspec

from doxa.beliefmap.evaluation import Data
from doxa.beliefmap.tables import Tables
from doxa.beliefmap.tables_file import load_tables
from doxa.errors import InputError
from doxa.runtime.wiring import Wiring
from doxa.storage.bulk.backfill import backfill, backfill_rows
from doxa.storage.bulk.receipt import DEFAULTS, BackfillReceipt, Options

Progress = Callable[[str, int, "int | None"], None]


def load(
    wiring: Wiring,
    tables: Tables | Path,
    *,
    folder: Path | None = None,
    options: Options = DEFAULTS,
    progress: Progress | None = None,
) -> BackfillReceipt:
    """Load tables into the ledger; see `Twins.backfill`.

    Parameters
    ----------
    tables : Tables, or the path of a tables file
    folder : Path, optional
        What relative file names start from; left out, the tables file's own folder.
    """
    found = load_tables(tables) if isinstance(tables, Path) else tables
    if folder is not None:
        found = moved(found, folder)
    return backfill(
        wiring.store,
        wiring.belief_map,
        found,
        now=wiring.clock(),
        beside=wiring.path.absolute(),
        progress=progress,
        options=options,
    )


def moved(tables: Tables, folder: Path) -> Tables:
    """The same tables with their files in another folder."""
    if not folder.is_dir():
        raise InputError("is no folder", where=str(folder), expected="the folder of the files")
    replaced = [msgspec.structs.replace(table, folder=folder) for table in tables.tables]
    return msgspec.structs.replace(tables, tables=tuple(replaced))


def load_evaluation_data(
    wiring: Wiring, data: Data, *, folder: Path | None = None, progress: Progress | None = None
) -> BackfillReceipt:
    """Load what an evaluation file names as its data: a tables file, or ``rows()`` of a loader."""
    if data.tables is not None:
        return load(wiring, data.tables, folder=folder, progress=progress)
    loader = data.load or Path()
    if not loader.exists():
        raise InputError("there is no loader here", where=str(loader))
    rows = runpy.run_path(str(loader)).get("rows")
    if rows is None:
        raise InputError("defines no function rows", where=str(loader), expected="def rows(...)")
    return backfill_rows(
        wiring.store,
        wiring.belief_map,
        rows(**data.arguments),
        now=wiring.clock(),
        beside=wiring.path.absolute(),
        progress=progress,
    )
